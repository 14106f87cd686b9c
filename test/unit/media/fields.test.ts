import { describe, expect, it } from 'vitest';
import type { FieldView } from '../../../extension/wire/inspector.ts';
import { fieldAt, fieldOf, fieldText, isWithin, lines, valueKind } from '../../../media/inspector/tree/fields.ts';

const field = (name: string, start: number, end: number, more: Partial<FieldView> = {}): FieldView => ({
  ...{ name, text: '', source: 0, start, end },
  ...more,
});

const item = (start: number): FieldView => field('item', start, start + 2, { source: 1 });
const layers = [
  field('UDP', 0, 8, { children: [field('port', 0, 2)] }),
  field('chat', 8, 40, {
    children: [
      field('key', 8, 16),
      field('shared', 8, 16, { generated: true }),
      field('sealed', 16, 40, { children: [item(0), item(2)] }),
    ],
  }),
];
const names = (opened = new Map<string, boolean>()): string[] =>
  lines(layers, opened).map(({ field, depth }) => `${depth} ${field.name}`);

describe('the lines of a tree', () => {
  it('open the last layer alone by themselves', () => {
    expect(names()).toEqual(['0 UDP', '0 chat', '1 key', '1 shared', '1 sealed']);
  });

  it('open and close as told', () => {
    const opened = new Map([
      ['UDP', true],
      ['chat', false],
    ]);
    expect(names(opened)).toEqual(['0 UDP', '1 port', '0 chat']);
  });

  it('tell fields of one name apart and know their place', () => {
    const sealed = lines(layers, new Map()).at(-1)!;
    const shown = lines(layers, new Map([[sealed.key, true]])).slice(-2);
    expect(new Set(shown.map(({ key }) => key)).size).toBe(2);
    expect(shown.map(({ place, siblings, parent, open }) => ({ place, siblings, parent, open }))).toEqual([
      { place: 1, siblings: 2, parent: sealed.key, open: undefined },
      { place: 2, siblings: 2, parent: sealed.key, open: undefined },
    ]);
  });
});

describe('the field at a byte', () => {
  it('is the deepest, and names what is around it', () => {
    const found = fieldAt(layers, 0, 1)!;
    expect(found.field.name).toBe('port');
    expect(found.around).toEqual(['UDP']);
    expect(fieldAt(layers, 0, 5)?.field.name).toBe('UDP');
  });

  it('is the one on the wire before one that was made of it', () => {
    expect(fieldAt(layers, 0, 9)?.field.name).toBe('key');
  });

  it('is looked for in one source', () => {
    expect(fieldAt(layers, 1, 3)?.field).toBe(layers[1]!.children![2]!.children![1]);
    expect(fieldAt(layers, 0, 17)?.field.name).toBe('sealed');
    expect(fieldAt(layers, 1, 4)).toBeUndefined();
    expect(fieldAt(layers, 2, 0)).toBeUndefined();
  });

  it('is found again by its key', () => {
    const found = fieldAt(layers, 1, 3)!;
    expect(fieldOf(layers, found.key)).toEqual(found);
    expect(fieldOf(layers, 'absent')).toBeUndefined();
    expect(isWithin(found.key, 'chat')).toBe(true);
    expect(isWithin(found.key, found.key)).toBe(false);
  });
});

describe('the text of a field', () => {
  it('is its name and value, in brackets where nothing on the wire says so', () => {
    expect(fieldText(field('port', 0, 2, { text: '80' }))).toBe('port: 80');
    expect(fieldText(field('port', 0, 2))).toBe('port');
    expect(fieldText(field('stream', 0, 0, { text: '1', generated: true }))).toBe('[stream: 1]');
  });
});

describe('the kind of a value', () => {
  it.each([
    ['"words"', 'string'],
    ['18', 'number'],
    ['-3.5', 'number'],
    ['0x1f', 'number'],
    ['4 bytes', 'number'],
    ['true', 'boolean'],
    ['false', 'boolean'],
    ['0424fcd5', undefined],
    ['127.0.0.1', undefined],
    ['12:30', undefined],
    ['do not fragment', undefined],
  ])('of %s is %s', (text, kind) => expect(valueKind(text)).toBe(kind));
});
