import { describe, expect, it } from 'vitest';
import type { FieldView, SourceView } from '../../../extension/wire/inspector.ts';
import { readings } from '../../../media/inspector/bytes/readings.ts';
import { copyText } from '../../../media/inspector/tree/copying.ts';

const bytes = Uint8Array.from({ length: 20 }, (_, at) => at);
const sources: SourceView[] = [{ id: 0, name: 'Frame', bytes, origin: '' }];
const leaf = (name: string, text: string, start: number, end: number): FieldView => ({ name, text, source: 0, start, end });
const field: FieldView = {
  ...leaf('a key', '', 2, 16),
  children: [
    leaf('x', '"one\\ntwo"', 2, 3),
    leaf('y', '7', 3, 4),
    leaf('y', '8', 4, 5),
    { ...leaf('note', 'n', 5, 5), generated: true },
  ],
};

describe('a field is copied', () => {
  it('as its value, without the quotes of the tree', () => {
    expect(copyText('copyValue', field.children![0]!, sources)).toBe('one\ntwo');
    expect(copyText('copyValue', field.children![1]!, sources)).toBe('7');
  });

  it('as hexadecimal and base64', () => {
    expect(copyText('copyHex', field, sources)).toBe('02030405060708090a0b0c0d0e0f');
    expect(copyText('copyBase64', field, sources)).toBe(Buffer.from(bytes.subarray(2, 16)).toString('base64'));
  });

  it('as a C array that compiles', () => {
    expect(copyText('copyCArray', field, sources)).toBe(
      'unsigned char a_key[14] = {\n  0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d,\n  0x0e, 0x0f\n};\n',
    );
  });

  it('as text, all that is below it indented', () => {
    expect(copyText('copyText', field, sources)).toBe('a key\n  x: "one\\ntwo"\n  y: 7\n  y: 8\n  [note: n]');
  });

  it('as a hex dump whose offsets are those of its Source', () => {
    expect(copyText('copyHexDump', field, sources)).toBe(
      '00000002  02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f        |..............|',
    );
  });

  it('as nothing where its Source is gone', () => expect(copyText('copyHex', { ...field, source: 9 }, sources)).toBe(''));
});

describe('the readings of bytes', () => {
  const of = (data: Uint8Array, at: number): Record<string, string> =>
    Object.fromEntries(readings(data, at).map(({ name, text }) => [name, text]));

  it('are those of a DataView, both orders', () => {
    const data = Uint8Array.of(0xff, 0xfe, 0, 0, 0, 0, 0x40, 0x09);
    expect(of(data, 0)).toMatchObject({ u8: '255', i8: '-1', bits: '11111111', 'u16 be': '65534', 'i16 le': '-257' });
    expect(of(data, 0)['u64 be']).toBe(String(0xfffe_0000_0000_4009n));
  });

  it('end with the bytes', () => {
    expect(Object.keys(of(bytes, 19))).toEqual(['u8', 'i8', 'bits', 'utf-8']);
    expect(readings(bytes, 20)).toEqual([]);
  });

  it('take a number for a time only where it lies in ours', () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(0, 1_700_000_000);
    expect(of(new Uint8Array(view.buffer), 0)['unix time be']).toBe('2023-11-14T22:13:20.000Z');
    expect(of(bytes, 0)).not.toHaveProperty('unix time be');
    view.setBigUint64(0, (1n << 62n) + 1_700_000_037n);
    expect(of(new Uint8Array(view.buffer), 0).TAI64).toBe('2023-11-14T22:13:20.000Z');
  });

  it('show control characters', () => expect(of(Uint8Array.of(0x41, 0x0a), 0)['utf-8']).toBe('A␊'));
});
