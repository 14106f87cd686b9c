import { equalBytes, malformed } from '../bytes/index.ts';
import type { MessageForm } from './form.ts';
import { FIXED32, FIXED64, LENGTH, VARINT } from './proto.ts';
import { decodeRecords } from './records.ts';
import { type Encodable, fieldToValues, type Items } from './values.ts';

/**
 * Protobuf records as `decodeRecords` names them: `field`, `wire_type` and `value`, or `bytes`. A `length` is filled in where it
 * is left out; varints are as short as they can be. Throws for a record that has no such item.
 */
export function encodeRecords(tree: Encodable | undefined): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(tree)) throw new TypeError('tree: expected a list of records');
  const out: number[] = [];
  tree.forEach((record, i) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record) || record instanceof Uint8Array)
      throw new TypeError(`tree[${i}]: expected field, wire_type and a value`);
    writeRecord(record as Items, `tree[${i}]`, out);
  });
  return Uint8Array.from(out);
}

function writeRecord(record: Items, path: string, out: number[]): void {
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

function integer(record: Items, name: string, path: string): bigint {
  const value = record[name];
  if ((typeof value !== 'number' || !Number.isInteger(value)) && typeof value !== 'bigint')
    throw new TypeError(`${path}.${name}: expected an integer`);
  return BigInt(value);
}

function writeVarint(value: bigint, out: number[]): void {
  let left = BigInt.asUintN(64, value);
  for (; left >= 0x80n; left >>= 7n) out.push(Number(left & 0x7fn) | 0x80);
  out.push(Number(left));
}

/** A protobuf message without a layout, as a form. */
export function recordsForm(name: string, doc: string): MessageForm {
  const encode = (values: Items): Uint8Array<ArrayBuffer> => encodeRecords(values.tree);
  return {
    name,
    doc,
    fields: [
      {
        name: 'tree',
        type: 'proto3 records',
        doc: 'The records as they stand.',
        repeated: true,
        fields: [
          { name: 'field', type: 'varint', doc: 'Field number.' },
          { name: 'wire_type', type: '3 bits', doc: '0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes.' },
          {
            name: 'value',
            type: 'varint, u64 or u32 little-endian',
            doc: 'The value.',
            when: 'wire_type = 0, 1, 5',
            optional: true,
          },
          { name: 'length', type: 'varint', doc: 'Bytes of the value.', when: 'wire_type = 2', optional: true },
          { name: 'bytes', type: 'bytes (length)', doc: 'The value.', when: 'wire_type = 2', optional: true },
        ],
      },
    ],
    decode(bytes) {
      const { field, problem } = decodeRecords(bytes);
      const values: Items = { tree: fieldToValues(field) };
      if (problem !== undefined) return { values, problem };
      // Values do not tell how long a varint was written.
      return equalBytes(encode(values), bytes)
        ? { values }
        : { values, problem: malformed('a varint is longer than it needs to be', 0) };
    },
    tree: (bytes) => decodeRecords(bytes).field,
    encode,
  };
}
