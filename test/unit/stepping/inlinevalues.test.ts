/** What stands at the ends of a transcript's lines while a capture is debugged. */
import { describe, expect, it } from 'vitest';
import { type CaptureStepper, transcriptValues } from '../../../dissector/stepping/index.ts';
import { stepperOf } from './stepping.ts';

const everywhere = [1, 100_000] as const;

/** The values of a message with the lines that they stand at. */
function at(stepper: CaptureStepper, n: number): string[] {
  const lines = stepper.transcripts.part(0, 0)!.text.split('\n');
  return transcriptValues(stepper, n, ...everywhere).map(({ line, name, text }) => {
    const [said] = lines[line - 1]!.trim().split(/[: ]/);
    if (name !== undefined) expect(said).toBe(name);
    return `${lines[line - 1]!.trim().replace(/:.*/, '')} | ${text}`;
  });
}

describe('values in a transcript', () => {
  it('are words, dates and verdicts of the message at hand, and the states up to it', () => {
    expect(at(stepperOf('p2pke_a'), 0)).toEqual([
      'p2pke InitHello { | none → init_hello',
      'direction | initiator to responder (0)',
      'timestamp_tai64n | 2026-11-21T09:03:46.449515084Z',
      expect.stringMatching(/^sig \| \w+: Ed25519 signature verifies$/),
    ]);
  });

  it('are fields of no other message, and nothing of those that come later', () => {
    const values = at(stepperOf('p2pke_a'), 1);
    expect(values.filter((each) => each.includes('{ |'))).toHaveLength(2);
    expect(values.filter((each) => each.startsWith('direction'))).toEqual(['direction | responder to initiator (1)']);
  });

  it('are those between two lines', () => {
    const stepper = stepperOf('p2pke_a');
    const { statement } = stepper.transcripts.place(0);
    expect(transcriptValues(stepper, 0, statement, statement)).toHaveLength(1);
    expect(transcriptValues(stepper, 0, 5_000, 6_000)).toEqual([]);
  });

  it.each(['p2pke_a', 'p2p_a', 'p2pke_b', 'ptpchat_a'])('of %s stand at lines that are there', (capture) => {
    const stepper = stepperOf(capture);
    for (const n of stepper.timeline.all.subarray(0, 60)) {
      const { conversation, part } = stepper.transcripts.place(n);
      const lines = stepper.transcripts.part(conversation, part)!.text.split('\n');
      for (const { line, name } of transcriptValues(stepper, n, ...everywhere)) expect(lines[line - 1]).toContain(name ?? '');
    }
  });

  it('say nothing of a message that no key opens but its state', () => {
    const values = at(stepperOf('p2pke_a', { keys: false }), 1);
    expect(values.filter((each) => !each.includes('{ |') && !each.startsWith('#'))).toEqual([]);
  });
});
