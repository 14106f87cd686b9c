/** The transcript of a conversation: a packet script whose lines lead to messages and back. */
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../dissector/script/index.ts';
import { CaptureStepper, steppingLimits } from '../../../dissector/stepping/index.ts';
import { analyseGolden } from '../../golden/open.ts';
import { finished, stepperOf } from './stepping.ts';

describe('a transcript', () => {
  it('is a packet script with a statement for each message', () => {
    const { transcripts, timeline } = stepperOf('p2pke_a');
    expect(transcripts.parts(0)).toBe(1);
    const { text } = transcripts.part(0, 0)!;
    const { packets, problems } = parseScript(text);
    expect(problems).toEqual([]);
    expect(packets).toHaveLength(timeline.of(0).length);
  });

  it('leads from a message to its line and from every line to its message', () => {
    const { transcripts, timeline } = stepperOf('p2pke_a');
    const lines = transcripts.part(0, 0)!.text.split('\n');
    for (const n of timeline.of(0)) {
      const place = transcripts.place(n);
      expect(lines[place.first - 1]).toMatch(/^# frame /);
      expect(lines[place.statement - 1]).toMatch(/^p2pke \w+ \{$/);
      expect(lines[place.last - 1]).toBe('}');
      for (let line = place.first; line <= place.last; line++) expect(transcripts.messageAt(0, 0, line)?.n).toBe(n);
    }
    expect(transcripts.messageAt(0, 0, lines.length + 1)).toBeUndefined();
    expect(transcripts.part(0, 1)).toBeUndefined();
    expect(transcripts.part(99, 0)).toBeUndefined();
  });

  it('comes in parts where a conversation is long', () => {
    const { transcripts, timeline } = stepperOf('p2p_b');
    for (const conversation of timeline.conversations) {
      const list = timeline.of(conversation);
      expect(transcripts.parts(conversation)).toBe(Math.ceil(list.length / steppingLimits.transcriptMessages));
      const last = list[list.length - 1]!;
      expect(transcripts.place(last).part).toBe(transcripts.parts(conversation) - 1);
      expect(transcripts.title(conversation, 0)).toMatch(/^p2p, .*\.packet$/);
    }
  });

  it('says of a message that stays encrypted that it does', () => {
    const { transcripts } = stepperOf('p2pke_a', { keys: false });
    expect(transcripts.part(0, 0)!.text).toContain('# p2pke RespHello is still encrypted.');
  });
});

describe('a capture', () => {
  it('without a message that matches is not debugged, and why is said', () => {
    const analysis = analyseGolden('p2pke_a');
    expect(finished(CaptureStepper.open(analysis, { filter: 'botd' }))).toEqual({
      problem: 'The capture has no message that matches the filter.',
    });
    expect(finished(CaptureStepper.open(analysis, { filter: 'botd ==' }))).toHaveProperty('problem');
  });

  it('is stepped through where its filter matches', () => {
    const stepper = stepperOf('p2pke_a', { filter: 'p2pke.message == "data"' });
    const names = Array.from(stepper.timeline.all, (n) => stepper.analysis.message(n).name);
    expect(new Set(names)).toEqual(new Set(['data']));
  });
});
