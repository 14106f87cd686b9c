/** The search is worth what its check finds: each way in which a tree can be wrong is found. */
import { describe, expect, it } from 'vitest';
import type { Field } from '../../dissector/bytes/index.ts';
import { checkTree } from '../../extension/author/treeranges.ts';

const field = (name: string, start: number, end: number, more: Partial<Field> = {}): Field => ({
  ...{ name, kind: 'value', source: 0, start, end },
  ...more,
});

function check(children: Field[], more: Partial<Field> = {}): void {
  const origin = { kind: 'frame', frame: 1 } as const;
  const sources = [0, 1].map((id) => ({ id, name: `source ${id}`, bytes: new Uint8Array(8), origin }));
  checkTree({ sources, layers: [field('layer', 0, 8, { children, ...more })] });
}

describe('ranges of a tree', () => {
  it('are right when the children fill what holds them', () => {
    check([field('a', 0, 3), field('b', 3, 8)]);
    check([]);
  });

  it('may be shared by the bits of one word', () => {
    check([
      field('a', 0, 4, { bits: { from: 0, width: 1 } }),
      field('b', 0, 4, { bits: { from: 1, width: 31 } }),
      field('c', 4, 8),
    ]);
    expect(() => check([field('a', 0, 4), field('b', 0, 4), field('c', 4, 8)])).toThrow('layer.b: starts at 0');
  });

  it('may have punctuation between them where the field says so', () => {
    check([field('a', 1, 3), field('b', 5, 7)], { punctuated: true });
    expect(() => check([field('a', 1, 8)])).toThrow('bytes from 0 are no field');
    expect(() => check([field('a', 0, 7)])).toThrow('bytes from 7 to 8 are no field');
    expect(() => check([field('b', 5, 7), field('a', 1, 3)], { punctuated: true })).toThrow('layer.a: starts at 1');
  });

  it('are free in another source and in what is computed', () => {
    check([field('a', 0, 8), field('b', 2, 4, { source: 1 }), field('c', 8, 8, { generated: true })]);
  });

  it('lie within their source and within what holds them', () => {
    expect(() => check([field('a', 0, 9)])).toThrow('layer.a: range 0..9 of the 8 bytes');
    expect(() => check([field('a', 3, 2)])).toThrow('layer.a: range 3..2');
    expect(() => check([field('a', 0, 8, { source: 2 })])).toThrow('no source 2');
    expect(() => check([field('a', 0, 8, { children: [field('b', 0, Number.NaN)] })])).toThrow('layer.a.b');
    expect(() => check([field('a', 0, 6)], { end: 5 })).toThrow('layer.a: ends at 6');
  });
});
