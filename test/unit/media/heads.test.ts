/** The heads of the packet list: what a click and a drag make of order and columns. */
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../../media/inspector/list/columns.ts';
import { directionOf, movedColumns, nextOrder } from '../../../media/inspector/list/heads.ts';
import { remembered } from '../../../media/inspector/list/remembered.ts';

const ids = (fields: readonly string[], isNarrow = false, order: readonly string[] = []) =>
  columnsOf(fields, isNarrow, order).map(({ id }) => id);

describe('a click on a head', () => {
  it('sorts up, then down, and gives the order of the capture back', () => {
    const first = nextOrder('time', undefined);
    expect(first).toEqual({ by: 'time', descending: false });
    const second = nextOrder('time', first);
    expect(second).toEqual({ by: 'time', descending: true });
    expect(nextOrder('time', second)).toBeUndefined();
    expect(nextOrder('info', second)).toEqual({ by: 'info', descending: false });
  });

  it('on the head of both ends sorts by the source', () => {
    const order = nextOrder('ports', undefined);
    expect(order).toEqual({ by: 'source', descending: false });
    expect([directionOf('ports', order), directionOf('source', order), directionOf('time', order)]).toEqual([
      'ascending',
      'ascending',
      'none',
    ]);
  });
});

describe('a column that is moved', () => {
  const usual = ids(['a.b']);

  it('stands in the place of the other one', () => {
    expect(movedColumns(['a', 'b', 'c', 'd'], { id: 'a', to: 'c' })).toEqual(['b', 'c', 'a', 'd']);
    expect(movedColumns(['a', 'b', 'c', 'd'], { id: 'd', to: 'b' })).toEqual(['a', 'd', 'b', 'c']);
  });

  it('stays there, also with columns that come later and in a narrow list', () => {
    const order = movedColumns(usual, { id: 'protocol', to: 'frame' });
    expect(ids(['a.b'], false, order)).toEqual(['protocol', 'frame', 'time', 'source', 'destination', 'message', 'a.b', 'info']);
    expect(ids(['a.b', 'c.d'], false, order)).toContain('c.d');
    expect(ids(['a.b', 'c.d'], false, order).indexOf('c.d')).toBe(7);
    expect(ids([], true, order)).toEqual(['protocol', 'frame', 'time', 'ports', 'message', 'info']);
  });
});

it('order and columns are remembered, and nothing else in their place', () => {
  const sort = { by: 'time', descending: true };
  expect(remembered({ sort, order: ['info', 'time'] })).toMatchObject({ sort, order: ['info', 'time'] });
  for (const wrong of [{ by: 1, descending: true }, { by: 'time' }, 'time', null])
    expect('sort' in remembered({ sort: wrong, order: 'x' })).toBe(false);
});
