import { equalBytes, malformed } from '../bytes/index.ts';
import type { FieldForm } from './fieldform.ts';
import type { FieldKind } from './fieldkind.ts';
import type { MessageForm } from './form.ts';
import { integerOf } from './integer.ts';
import { FIXED32, FIXED64, LENGTH, VARINT } from './protolayout.ts';
import { decodeRecords } from './records.ts';
import type { TreeField } from './treefield.ts';
import { type Encodable, type FieldValues, fieldToValues, isFieldValues } from './values.ts';

/**
 * Protobuf records as `decodeRecords` names them: `field`, `wire_type` and `value`, or `bytes`. A `length` is filled in where it
 * is left out; varints are as short as they can be. Throws for a record that has no such item.
 */
export function encodeRecords(tree: Encodable | undefined): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(tree)) throw new TypeError('tree: expected a list of records');
  const out: number[] = [];
  tree.forEach((record, i) => {
    if (!isFieldValues(record)) throw new TypeError(`tree[${i}]: expected field, wire_type and a value`);
    writeRecord(record, `tree[${i}]`, out);
  });
  return Uint8Array.from(out);
}

function writeRecord(record: FieldValues, path: string, out: number[]): void {
  const wireType = integer(record, 'wire_type', path);
  writeVarint((integer(record, 'field', path) << 3n) | wireType, out);
  if (Number(wireType) === LENGTH) {
    const { bytes } = record;
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`${path}.bytes: expected bytes`);
    writeVarint(record.length === undefined ? BigInt(bytes.length) : integer(record, 'length', path), out);
    for (const byte of bytes) out.push(byte);
    return;
  }
  const value = integer(record, 'value', path);
  if (Number(wireType) === VARINT) writeVarint(BigInt.asUintN(64, value), out);
  else if (Number(wireType) === FIXED64 || Number(wireType) === FIXED32)
    for (let i = 0; i < (Number(wireType) === FIXED64 ? 8 : 4); i++) out.push(Number((value >> BigInt(8 * i)) & 0xffn));
  else throw new RangeError(`${path}.wire_type: ${wireType} is not used by proto3`);
}

function integer(record: FieldValues, name: string, path: string): bigint {
  return integerOf(record[name], `${path}.${name}`);
}

function writeVarint(value: bigint, out: number[]): void {
  let left = BigInt.asUintN(64, value);
  for (; left >= 0x80n; left >>= 7n) out.push(Number(left & 0x7fn) | 0x80);
  out.push(Number(left));
}

const varint = (bits?: number): FieldKind => ({
  ...{ type: 'integer', signed: false, order: 'varint' },
  ...(bits === undefined ? {} : { bits }),
});

/** Of one record. Its `value` has no width: eight bytes may be signed, or four of a float. */
const recordFields: readonly FieldForm[] = [
  { name: 'field', kind: varint(), doc: 'Field number.' },
  {
    name: 'wire_type',
    kind: varint(3),
    display: '3 bits',
    doc: '0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.',
  },
  {
    name: 'value',
    kind: varint(),
    display: 'varint, u64 or u32 little-endian',
    doc: 'The value.',
    when: 'wire_type = 0, 1, 5',
    optional: true,
  },
  { name: 'length', kind: varint(), doc: 'Bytes of the value.', when: 'wire_type = 2', optional: true },
  { name: 'bytes', kind: { type: 'bytes', length: { ref: 'length' } }, doc: 'The value.', when: 'wire_type = 2', optional: true },
];

/** What `decodeRecords` adds to the bytes of a record: readings of them. */
export const recordReadings: readonly TreeField[] = [
  { name: 'string', under: 'tree', kind: { type: 'text' }, doc: 'The bytes as UTF-8 text.' },
  {
    name: 'message',
    under: 'tree',
    like: 'tree',
    kind: { type: 'list', element: { type: 'record' } },
    doc: 'The bytes as a message.',
  },
];

/** A protobuf message without a layout, as a form. */
export function recordsForm(name: string, doc: string): MessageForm {
  const encode = (values: FieldValues): Uint8Array<ArrayBuffer> => encodeRecords(values.tree);
  return {
    name,
    doc,
    fields: [
      {
        name: 'tree',
        kind: { type: 'list', element: { type: 'record', open: true } },
        display: 'proto3 records, repeated',
        doc: 'The records as they stand.',
        fields: recordFields,
      },
    ],
    decode(bytes, limits) {
      const { field, problem } = decodeRecords(bytes, 0, 0, bytes.length, limits);
      const values: FieldValues = { tree: fieldToValues(field) };
      if (problem !== undefined) return { values, problem };
      // Values do not tell how long a varint was written.
      return equalBytes(encode(values), bytes)
        ? { values }
        : { values, problem: malformed('a varint is longer than it needs to be', 0) };
    },
    tree: (bytes, limits) => decodeRecords(bytes, 0, 0, bytes.length, limits).field,
    encode,
  };
}
