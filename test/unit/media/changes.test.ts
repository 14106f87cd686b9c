/** What of a message differs from what it was. */
import { describe, expect, it } from 'vitest';
import type { FieldView, TreeView } from '../../../extension/wire/inspector.ts';
import { changedCounts, changesOf } from '../../../media/inspector/tree/changes.ts';

const field = (name: string, start: number, end: number, more: Partial<FieldView> = {}): FieldView => ({
  ...{ name, text: '', source: 0, start, end },
  ...more,
});

function tree(bytes: readonly number[], children: readonly FieldView[]): TreeView {
  const sources = [{ id: 0, name: 'Message', bytes: Uint8Array.from(bytes), origin: '' }];
  const layers = [field('p', 0, bytes.length, { children })];
  return { row: 0, sources, layers, findings: [], missing: [], pins: [] };
}

const names = (keys: ReadonlySet<string>): string[] => [...keys].map((key) => key.split('\u0000').at(-1)!);

describe('changes', () => {
  const before = tree([1, 2, 3, 4], [field('type', 0, 1), field('words', 1, 4)]);

  it('are none of the same message', () => {
    expect(changesOf(before, before)).toEqual({ fields: new Set(), around: new Set(), bytes: [], removed: [] });
  });

  it('are the bytes of a field that its counterpart has not, and the field with those around it', () => {
    const changes = changesOf(tree([1, 2, 9, 4], [field('type', 0, 1), field('words', 1, 4)]), before);
    expect(changes.bytes).toEqual([{ source: 0, start: 2, end: 3 }]);
    expect(names(changes.fields)).toEqual(['words']);
    expect(names(changes.around)).toEqual(['p']);
    expect(changedCounts(changes)).toEqual({ fields: 1, bytes: 1 });
  });

  it('are not what has only moved', () => {
    const now = tree([1, 7, 7, 2, 3, 4], [field('type', 0, 1), field('more', 1, 3), field('words', 3, 6)]);
    const changes = changesOf(now, before);
    expect(changes.bytes).toEqual([{ source: 0, start: 1, end: 3 }]);
    expect(names(changes.fields)).toEqual(['more']);
  });

  it('are a field that became shorter, though all of its bytes were there before, and names of those that are gone', () => {
    const changes = changesOf(tree([1, 2, 3], [field('type', 0, 1), field('words', 1, 3)]), before);
    expect(names(changes.fields)).toEqual(['words']);
    expect(changedCounts(changes)).toEqual({ fields: 1, bytes: 0 });
    expect(changesOf(tree([1], [field('type', 0, 1)]), before).removed).toEqual(['words']);
  });

  it('of parts of one byte are of those that read otherwise', () => {
    const bits = (byte: number, high: string, low: string) =>
      tree([byte], [field('high', 0, 1, { text: high }), field('low', 0, 1, { text: low })]);
    const changes = changesOf(bits(0x12, '1', '2'), bits(0x13, '1', '3'));
    expect(names(changes.fields)).toEqual(['low']);
    expect(changedCounts(changes)).toEqual({ fields: 1, bytes: 1 });
  });

  it('are a generated field that says something else', () => {
    const of = (text: string) => tree([1], [field('type', 0, 1), field('sum', 0, 1, { generated: true, text })]);
    const changes = changesOf(of('right'), of('wrong'));
    expect(names(changes.fields)).toEqual(['sum']);
    expect(changes.bytes).toEqual([]);
  });
});
