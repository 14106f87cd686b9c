/** Rows that grow with the capture are those that would be made at its end. */
import { describe, expect, it } from 'vitest';
import { Rows } from '../../../dissector/analysis/rows.ts';

/** The tables of `runs` protocols, with the frames of their messages. */
function tables(runs: number) {
  const frames = Array.from({ length: runs }, (): number[] => []);
  const observed = frames.map((own) => ({
    messages: {
      get length() {
        return own.length;
      },
      frame: (id: number) => own[id]!,
    },
  }));
  return { frames, observed };
}

function everything(rows: Rows): unknown {
  const all = Array.from({ length: rows.count('all') }, (_, row) => rows.at('all', row));
  return {
    all,
    messages: Array.from({ length: rows.messageCount }, (_, n) => ({ ...rows.message(n), ...rows.at('messages', n) })),
  };
}

/** A generator of numbers below `below`, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

describe('rows', () => {
  it('hold a row a message, and one for a frame that completes none', () => {
    const { frames, observed } = tables(2);
    frames[0]!.push(2, 2);
    frames[1]!.push(2, 4);
    const rows = new Rows();
    rows.build(observed, 4);
    expect(Array.from({ length: rows.count('all') }, (_, row) => rows.at('all', row))).toEqual([
      { frame: 1, n: -1 },
      { frame: 2, n: 0 },
      { frame: 2, n: 1 },
      { frame: 2, n: 2 },
      { frame: 3, n: -1 },
      { frame: 4, n: 3 },
    ]);
    expect(rows.message(2)).toEqual({ run: 1, id: 0 });
    expect(rows.ofFrame('all', 3)).toBe(4);
    expect(rows.ofFrame('messages', 3)).toBe(3);
    expect(rows.ofFrame('all', 9)).toBe(5);
  });

  it('that grow, also by messages of frames that were listed before, are those made at once', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = numbers(seed);
      const { frames, observed } = tables(1 + random(3));
      const growing = new Rows();
      for (let frameCount = 0; frameCount < 60; ) {
        const before = frameCount;
        frameCount += random(8);
        for (let count = random(10); count > 0 && frameCount > 0; count--) {
          const isLate = random(5) === 0 || frameCount === before;
          const frame = isLate ? 1 + random(frameCount) : before + 1 + random(frameCount - before);
          frames[random(frames.length)]!.push(frame);
        }
        growing.stale();
        growing.build(observed, frameCount);
        const anew = new Rows();
        anew.build(observed, frameCount);
        expect(everything(growing), `seed ${seed}, ${frameCount} frames`).toEqual(everything(anew));
      }
    }
  });

  it('begin anew for other tables', () => {
    const first = tables(1);
    first.frames[0]!.push(1, 3);
    const rows = new Rows();
    rows.build(first.observed, 3);
    const second = tables(1);
    second.frames[0]!.push(2);
    rows.stale();
    rows.build(second.observed, 3);
    expect(everything(rows)).toEqual({
      all: [
        { frame: 1, n: -1 },
        { frame: 2, n: 0 },
        { frame: 3, n: -1 },
      ],
      messages: [{ run: 0, id: 0, frame: 2, n: 0 }],
    });
  });
});
