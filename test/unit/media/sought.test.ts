import { describe, expect, it } from 'vitest';
import type { FieldView } from '../../../extension/wire/inspector.ts';
import { lines } from '../../../media/inspector/tree/fields.ts';
import { hitBeside, soughtFields } from '../../../media/inspector/tree/sought.ts';

const field = (name: string, text: string, children?: FieldView[]): FieldView => ({
  ...{ name, text, source: 0, start: 0, end: 1 },
  ...(children === undefined ? {} : { children }),
});

const layers = [
  field('ip', 'Internet Protocol', [field('src', '192.0.2.1'), field('dst', '192.0.2.7')]),
  field('p2pke', 'P2PKE, Data', [
    field('header', '', [field('counter', '18'), field('kind', 'Data')]),
    field('body', '32 bytes'),
  ]),
];

const shown = (text: string): string[] =>
  lines(layers, new Map(), text === '' ? undefined : soughtFields(layers, text)).map(({ field: { name } }) => name);

describe('the fields that hold a text', () => {
  it('are shown with those around them, which are open', () => {
    expect(shown('COUNTER')).toEqual(['p2pke', 'header', 'counter']);
    expect(shown('192.0.2')).toEqual(['ip', 'src', 'dst']);
  });

  it('are found by name and value, and keep what is in them', () => {
    expect(shown('kind: data')).toEqual(['p2pke', 'header', 'kind']);
    expect(soughtFields(layers, 'header').shown.size).toBe(4);
    expect(shown('header')).toEqual(['p2pke', 'header']);
  });

  it('are none where nothing holds it', () => {
    expect(shown('nonce')).toEqual([]);
  });

  it('are gone through in both ways, and on from the other end', () => {
    const order = lines(layers, new Map(), soughtFields(layers, 'data')).map(({ key }) => key);
    const { hits } = soughtFields(layers, 'data');
    expect(hits).toHaveLength(2);
    const [layer, kind] = hits;
    expect(hitBeside(order, hits, undefined, true)).toBe(layer);
    expect(hitBeside(order, hits, layer, true)).toBe(kind);
    expect(hitBeside(order, hits, kind, true)).toBe(layer);
    expect(hitBeside(order, hits, layer, false)).toBe(kind);
    expect(hitBeside(order, [], layer, true)).toBeUndefined();
  });
});
