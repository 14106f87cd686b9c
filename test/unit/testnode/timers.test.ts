import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timers } from '../../../dissector/testnode/timers.ts';

type Step =
  | { readonly kind: 'set'; readonly link: number; readonly name: string; readonly after: number | undefined }
  | { readonly kind: 'forget'; readonly link: number }
  | { readonly kind: 'pass'; readonly by: number }
  | { readonly kind: 'pause' | 'resume' | 'take' };

const link = fc.integer({ min: 1, max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    ...{ kind: fc.constant('set' as const), link, name: fc.constantFrom('a', 'b', 'c') },
    after: fc.option(fc.integer({ min: -5, max: 50 }), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant('forget' as const), link }),
  fc.record({ kind: fc.constant('pass' as const), by: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const, 'take' as const) }),
);

/** The same, said plainly: milliseconds that are left of each, which do not pass while the clock stands. */
class Plain {
  isPaused = false;
  timers: { readonly link: number; readonly name: string; left: number }[] = [];

  run(each: Step): { link: number; name: string }[] {
    if (each.kind === 'set') {
      this.timers = this.timers.filter((timer) => timer.link !== each.link || timer.name !== each.name);
      if (each.after !== undefined) this.timers.push({ link: each.link, name: each.name, left: Math.max(0, each.after) });
    } else if (each.kind === 'forget') this.timers = this.timers.filter((timer) => timer.link !== each.link);
    else if (each.kind === 'pass') for (const timer of this.isPaused ? [] : this.timers) timer.left -= each.by;
    else if (each.kind === 'take') return this.#take();
    else this.isPaused = each.kind === 'pause';
    return [];
  }

  #take(): { link: number; name: string }[] {
    if (this.isPaused) return [];
    const due = this.timers.filter(({ left }) => left <= 0).sort((a, b) => a.left - b.left);
    this.timers = this.timers.filter((timer) => !due.includes(timer));
    return due.map(({ link, name }) => ({ link, name }));
  }

  get wait(): number | undefined {
    if (this.isPaused || this.timers.length === 0) return undefined;
    return Math.max(0, Math.min(...this.timers.map(({ left }) => left)));
  }
}

describe('timers', () => {
  it('are due in their order, and stand while the clock does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let clock = 0;
        const timers = new Timers(() => clock);
        const plain = new Plain();
        for (const each of steps) {
          if (each.kind === 'set') timers.set(each.link, each.name, each.after);
          else if (each.kind === 'forget') timers.forget(each.link);
          else if (each.kind === 'pass') clock += each.by;
          else if (each.kind === 'pause') timers.pause();
          else if (each.kind === 'resume') timers.resume();
          const taken = each.kind === 'take' ? timers.take().map(({ link, name }) => ({ link, name })) : [];
          expect(taken).toEqual(plain.run(each));
          expect([timers.wait, timers.paused]).toEqual([plain.wait, plain.isPaused]);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
