/** Steps through captures: each kind of step comes to a place of its own, and going back is the reverse of going on. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaptureStepper } from '../../../dissector/stepping/index.ts';
import { finished, seenAt, stepperOf } from './stepping.ts';

/** The stepper at its second message, inside the third computation. */
function inside(): CaptureStepper {
  const stepper = stepperOf('p2pke_a');
  finished(stepper.stepOver(0));
  for (let times = 0; times < 3; times++) finished(stepper.stepIn(0));
  expect(stepper.position).toEqual({ n: 1, computation: 2 });
  return stepper;
}

describe('a step', () => {
  it('over, in, out and back from a computation go to four places', () => {
    const at = ['stepOver', 'stepIn', 'stepOut', 'stepBack'].map((step) => {
      const stepper = inside();
      return finished(stepper[step as 'stepOver'](0)).position;
    });
    expect(at).toEqual([
      { n: 1, computation: 3 },
      { n: 1, computation: 3 },
      { n: 2, computation: -1 },
      { n: 1, computation: 1 },
    ]);
  });

  it('over, in, out and back from a message go to four places', () => {
    const at = ['stepOver', 'stepIn', 'stepOut', 'stepBack'].map((step) => {
      const stepper = stepperOf('p2pke_a');
      stepper.goTo(1);
      return finished(stepper[step as 'stepOver'](0)).position;
    });
    const { length } = stepperOf('p2pke_a').timeline.all;
    expect(at).toEqual([
      { n: 2, computation: -1 },
      { n: 1, computation: 0 },
      { n: length - 1, computation: -1 },
      { n: 0, computation: -1 },
    ]);
  });

  it('out of a session goes to the first message of the conversation behind it', () => {
    const stepper = stepperOf('ptpchat_d', { keys: false });
    const inSessions = Array.from(stepper.timeline.all).flatMap((n) => {
      const session = stepper.walk.step(n)?.session;
      const conversation = stepper.analysis.message(n).conversation.id;
      const beyond = session && stepper.timeline.after(conversation, session.last);
      return session === undefined || beyond === undefined || session.last === n ? [] : [{ n, conversation, beyond }];
    });
    expect(inSessions.length).toBeGreaterThan(0);
    for (const { n, conversation, beyond } of inSessions) {
      stepper.goTo(n);
      expect(finished(stepper.stepOut(conversation)).position).toEqual({ n: beyond, computation: -1 });
      expect(beyond).not.toBe(stepper.timeline.after(conversation, n));
    }
  });

  it('into the last computation goes on to the next message', () => {
    const stepper = stepperOf('p2pke_a');
    const { length } = stepper.computations(0);
    for (let times = 0; times < length; times++) finished(stepper.stepIn(0));
    expect(stepper.position).toEqual({ n: 0, computation: length - 1 });
    expect(finished(stepper.stepIn(0)).position).toEqual({ n: 1, computation: -1 });
  });

  it('beyond the last message, or the first one, says so and stays', () => {
    const stepper = stepperOf('p2pke_a');
    expect(finished(stepper.stepBack(0))).toMatchObject({ reason: 'end', position: { n: 0 } });
    const { position } = finished(stepper.run());
    expect(finished(stepper.stepOver(0))).toMatchObject({ reason: 'end', position });
    expect(finished(stepper.stepOut(0))).toMatchObject({ reason: 'end', position });
    expect(finished(stepper.runBack())).toMatchObject({ reason: 'end', position: { n: 0 } });
  });

  it('stays in its conversation, whatever others say meanwhile', () => {
    const stepper = stepperOf('p2p_b', { keys: false });
    const { conversations } = stepper.timeline;
    expect(conversations.length).toBeGreaterThan(1);
    for (const conversation of conversations) {
      stepper.goTo(stepper.timeline.of(conversation)[0]!);
      for (let times = 0; times < 5; times++) {
        const { position, reason } = finished(stepper.stepOver(conversation));
        if (reason === 'step') expect(stepper.analysis.message(position.n).conversation.id).toBe(conversation);
      }
    }
  });
});

describe('time travel', () => {
  const captures = ['p2p_a', 'p2pke_a', 'p2ppacket_a', 'botd_a', 'ptpchat_d'] as const;
  const kinds = ['over', 'in'] as const;
  it.each(captures.flatMap((capture) => kinds.map((kind) => [kind, capture] as const)))(
    'N steps %s and N back show the same in %s',
    (kind, capture) => {
      const stepper = stepperOf(capture, { keys: capture === 'p2p_a' || capture === 'p2pke_a' });
      const { all } = stepper.timeline;
      fc.assert(
        fc.property(fc.nat(all.length - 1), fc.integer({ min: 1, max: 15 }), (start, most) => {
          const conversation = stepper.analysis.message(all[start]!).conversation.id;
          stepper.goTo(all[start]!);
          const seen: string[] = [];
          for (let count = 0; count < most; count++) {
            const here = seenAt(stepper);
            const { reason } = finished(kind === 'in' ? stepper.stepIn(conversation) : stepper.stepOver(conversation));
            if (reason === 'end') break;
            expect(seenAt(stepper)).not.toBe(here);
            seen.push(here);
          }
          for (const there of seen.toReversed()) {
            expect(finished(stepper.stepBack(conversation, kind === 'in')).reason).toBe('step');
            expect(seenAt(stepper)).toBe(there);
          }
        }),
        { numRuns: 10 },
      );
    },
  );

  it('back finely is the exact reverse of in', () => {
    const stepper = stepperOf('p2pke_a');
    const places = [stepper.position];
    for (let times = 0; times < 40; times++) places.push(finished(stepper.stepIn(0)).position);
    for (const place of places.toReversed().slice(1)) {
      finished(stepper.stepBack(0, true));
      expect(stepper.position).toEqual(place);
    }
  });
});

describe('a value', () => {
  it('is followed back to where it is computed first, and on to where it is used', () => {
    const stepper = stepperOf('p2pke_a');
    const list = stepper.timeline.of(0);
    const data = [...list].find((n) => stepper.analysis.message(n).name === 'data')!;
    stepper.goTo(data);
    const [key] = stepper.computations(data).flatMap(({ inputs }) => inputs.filter(({ secret }) => secret));
    expect(key?.value).toBeInstanceOf(Uint8Array);
    const origin = finished(stepper.runToOrigin(key!.value as Uint8Array))!;
    expect(origin.position.n).toBeLessThan(data);
    const { results } = stepper.computations(origin.position.n)[origin.position.computation]!;
    expect(results).toContainEqual(expect.objectContaining({ value: key!.value }));
    const use = finished(stepper.runToUse(key!.value as Uint8Array))!;
    expect(use.position.n).toBeGreaterThan(origin.position.n);
    expect(finished(stepper.runToUse(new Uint8Array(5).fill(0xee)))).toBeUndefined();
    expect(stepper.position).toEqual(use.position);
  });
});

describe('secrets', () => {
  it('stand nowhere unless they are revealed', () => {
    const stepper = stepperOf('p2pke_a');
    const secret = stepper
      .computations(1)
      .flatMap(({ results }) => results)
      .find((each) => each.secret && each.value !== undefined)!;
    const hex = Buffer.from(secret.value as Uint8Array).toString('hex');
    stepper.goTo(1);
    expect(seenAt(stepper)).not.toContain(hex);
    expect(seenAt(stepper)).toContain(`→ ${secret.name} = secret, 32 bytes`);
    expect(seenAt(stepper, true)).toContain(hex);
  });
});
