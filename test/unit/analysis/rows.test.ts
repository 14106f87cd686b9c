/** Rows that grow with the capture are those that would be made at its end. */
import { describe, expect, it } from 'vitest';
import { BareSegments } from '../../../dissector/analysis/baresegments.ts';
import { Rows } from '../../../dissector/analysis/rows.ts';
import { PieceTable } from '../../../dissector/protocol/piecetable.ts';

/** The tables of `runs` protocols, with the frames of their messages. */
function tables(runs: number) {
  const frames = Array.from({ length: runs }, (): number[] => []);
  const observed = frames.map((own) => ({
    messages: {
      get length() {
        return own.length;
      },
      frame: (id: number) => own[id]!,
      conversation: () => 0,
      pieces: new PieceTable(),
    },
  }));
  return { frames, observed };
}

/** One conversation over TCP, in which every third frame has no payload, and a message of a frame above 4 begins two frames before. */
function segments(): BareSegments {
  return new BareSegments({
    isEmpty: (frame) => frame % 3 === 0,
    takeFirstEmpty: () => Number.POSITIVE_INFINITY,
    hasEvent: (frame) => frame % 7 === 0,
    conversationOf: () => 0,
    firstSegment: () => 1,
    framesOf: (messages, id) => {
      const frame = messages.frame(id);
      return frame > 4 ? [frame - 2, frame] : undefined;
    },
  });
}

function everything(rows: Rows): unknown {
  const all = Array.from({ length: rows.count('all') }, (_, row) => rows.at('all', row));
  return {
    all,
    messages: Array.from({ length: rows.messageCount }, (_, n) => ({ ...rows.message(n), ...rows.at('messages', n) })),
  };
}

function kept(rows: Rows): unknown {
  const frames = Array.from({ length: 64 }, (_, frame) => rows.ofFrame('withoutBareSegments', frame));
  const all = Array.from({ length: rows.count('withoutBareSegments') }, (_, row) => rows.at('withoutBareSegments', row));
  return { frames, all };
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
    const rows = new Rows(segments());
    rows.build(observed, 4, 1);
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

  it('leave out segments without payload and parts of messages, where the conversation has a message', () => {
    const { frames, observed } = tables(1);
    const rows = new Rows(segments());
    rows.build(observed, 4, 1);
    expect(rows.count('withoutBareSegments')).toBe(4);
    frames[0]!.push(6, 9, 13);
    rows.stale();
    rows.build(observed, 13, 2);
    const frameOf = (row: number): number => rows.at('withoutBareSegments', row).frame;
    // 3 and 12 are empty; 4 and 11 carry a part; 7 does, and closes.
    expect(Array.from({ length: rows.count('withoutBareSegments') }, (_, row) => frameOf(row))).toEqual([
      1, 2, 5, 6, 7, 8, 9, 10, 13,
    ]);
    expect(rows.at('withoutBareSegments', 3)).toEqual({ frame: 6, n: 0 });
    expect(rows.ofFrame('withoutBareSegments', 3)).toBe(2);
    expect(rows.ofFrame('withoutBareSegments', 99)).toBe(8);
  });

  it('keep what is listed in its place until there is another generation', () => {
    const { frames, observed } = tables(1);
    const rows = new Rows(segments());
    const frameOf = (row: number): number => rows.at('withoutBareSegments', row).frame;
    const listed = (): number[] => Array.from({ length: rows.count('withoutBareSegments') }, (_, row) => frameOf(row));
    rows.build(observed, 4, 1);
    frames[0]!.push(6);
    rows.stale();
    rows.build(observed, 6, 1);
    expect(listed()).toEqual([1, 2, 3, 4, 5, 6]);
    rows.stale();
    rows.build(observed, 6, 2);
    expect(listed()).toEqual([1, 2, 5, 6]);
  });

  it('that grow, also by messages of frames that were listed before, are those made at once', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = numbers(seed);
      const { frames, observed } = tables(1 + random(3));
      const growing = new Rows(segments());
      let generation = 1;
      for (let frameCount = 0; frameCount < 60; ) {
        const before = frameCount;
        frameCount += random(8);
        for (let count = random(10); count > 0 && frameCount > 0; count--) {
          const isLate = random(5) === 0 || frameCount === before;
          const frame = isLate ? 1 + random(frameCount) : before + 1 + random(frameCount - before);
          frames[random(frames.length)]!.push(frame);
        }
        growing.stale();
        growing.build(observed, frameCount, generation);
        const anew = new Rows(segments());
        anew.build(observed, frameCount, 1);
        expect(everything(growing), `seed ${seed}, ${frameCount} frames`).toEqual(everything(anew));
        if (random(3) > 0) continue;
        generation++;
        growing.stale();
        growing.build(observed, frameCount, generation);
        expect(kept(growing), `seed ${seed}, ${frameCount} frames, without bare segments`).toEqual(kept(anew));
      }
    }
  });

  it('begin anew for other tables', () => {
    const first = tables(1);
    first.frames[0]!.push(1, 3);
    const rows = new Rows(segments());
    rows.build(first.observed, 3, 1);
    const second = tables(1);
    second.frames[0]!.push(2);
    rows.stale();
    rows.build(second.observed, 3, 2);
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
