import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Column } from '../../../dissector/capture/column.ts';
import { FrameTable } from '../../../dissector/capture/frames.ts';

function columnOf(values: readonly number[]): Column {
  const column = new Column();
  for (const [row, value] of values.entries()) column.add(row, value);
  return column;
}

/** Values as captures have them: equal for long, near each other, then anything. */
const stretches = fc
  .array(
    fc.oneof(
      fc.tuple(fc.maxSafeInteger(), fc.nat(9)).map(([value, times]) => Array<number>(times).fill(value)),
      fc.array(fc.nat(0xffff_ffff), { maxLength: 9 }),
      fc.array(fc.maxSafeInteger(), { maxLength: 9 }),
      fc.array(fc.double(), { maxLength: 9 }),
    ),
    { maxLength: 6 },
  )
  .map((all) => all.flat());

describe('a column', () => {
  it('gives back what was written, whatever follows what', () => {
    fc.assert(
      fc.property(stretches, (values) => {
        const column = columnOf(values);
        // A negative zero is a zero.
        expect(values.map((_, row) => column.at(row) + 0)).toEqual(values.map((value) => value + 0));
      }),
    );
  });

  it.each([
    ['just within 31 bits', [5, 5 + 0x7fff_ffff, 5 - 0x8000_0000]],
    ['one too far up', [5, 6, 5 + 0x8000_0000]],
    ['one too far down', [5, 6, 5 - 0x8000_0001]],
    ['no number at first', [Number.NaN, 7, Number.NaN]],
    ['no number later', [7, 8, Number.NaN, 9]],
    ['beyond 2^53 apart', [0, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER]],
  ])('%s', (_, values) => {
    const column = columnOf(values);
    expect(values.map((__, row) => column.at(row))).toEqual(values);
  });
});

describe('the table of frames', () => {
  it('takes 16 bytes a frame where all are whole and of one interface, over more than one chunk', () => {
    const frames = new FrameTable();
    frames.addInterface(1);
    const count = 200_000;
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < count; at++)
      frames.add(24 + at * 100, 60 + (at % 40), 60 + (at % 40), 1_700_000_000 + (at >> 4), at, 0, 0);
    const chunks = Math.ceil(count / 65_536);
    // Buffers of before may go meanwhile.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThanOrEqual(chunks * 65_536 * 16);
    for (const at of [0, 65_535, 65_536, count - 1])
      expect([frames.offset(at), frames.captured(at), frames.original(at), frames.seconds(at), frames.nanos(at)]).toEqual([
        24 + at * 100,
        60 + (at % 40),
        60 + (at % 40),
        1_700_000_000 + (at >> 4),
        at,
      ]);
  });
});
