/** The little of the protobuf wire format that botd needs: varints, fixed numbers and length-delimited fields. */

export interface ProtoField {
  readonly field: number;
  readonly value: bigint | Buffer;
}

/** From field numbers to values; a string is written as UTF-8. */
export function writeProto(fields: Readonly<Record<number, string | Uint8Array | bigint>>): Buffer {
  const parts = Object.entries(fields).map(([field, value]) => {
    const number = BigInt(field) << 3n;
    if (typeof value === 'bigint') return Buffer.concat([writeVarint(number), writeVarint(value)]);
    const bytes = Buffer.from(value as Uint8Array);
    return Buffer.concat([writeVarint(number | 2n), writeVarint(BigInt(bytes.length)), bytes]);
  });
  return Buffer.concat(parts);
}

/** All fields as they stand; throws where the bytes are no protobuf. */
export function readProto(bytes: Buffer): ProtoField[] {
  const fields: ProtoField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length || shift > 63n) throw new Error('The bytes end inside a varint.');
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('The bytes end inside a field.');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wireType] = [Number(tag >> 3n), Number(tag & 7n)];
    if (field === 0) throw new Error('Zero is no field number.');
    if (wireType === 0) fields.push({ field, value: varint() });
    else if (wireType === 1) fields.push({ field, value: take(8).readBigUInt64LE() });
    else if (wireType === 2) fields.push({ field, value: take(Number(varint())) });
    else if (wireType === 5) fields.push({ field, value: BigInt(take(4).readUInt32LE()) });
    else throw new Error(`${wireType} is no wire type.`);
  }
  return fields;
}

function writeVarint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
