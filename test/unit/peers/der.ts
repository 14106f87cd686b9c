/** DER (X.690), as much as certificates and CMS need: definite lengths, tags of one byte. */

export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

export const tags = {
  ...{ integer: 0x02, bitString: 0x03, octetString: 0x04, null: 0x05, oid: 0x06, utf8: 0x0c, utcTime: 0x17 },
  ...{ sequence: 0x30, set: 0x31 },
} as const;

/** The constructed context-specific tag [n]. */
export function context(n: number): number {
  return 0xa0 | n;
}

export function writeDer(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const hex = content.length.toString(16);
  const length = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return writeDer(tags.sequence, ...parts);
}

/** DER wants the elements of a SET OF in the order of their bytes. */
export function setOf(...parts: readonly Buffer[]): Buffer {
  return writeDer(tags.set, ...[...parts].sort(Buffer.compare));
}

export function smallInteger(value: number): Buffer {
  return writeDer(tags.integer, Buffer.of(value));
}

/** The shortest form: no needless zero in front, one where the sign bit would be set. */
export function unsignedInteger(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = bytes.subarray(first < 0 ? bytes.length - 1 : first);
  return writeDer(tags.integer, ...(shortest[0]! < 0x80 ? [] : [Buffer.of(0)]), shortest);
}

export function bitString(bytes: Buffer): Buffer {
  return writeDer(tags.bitString, Buffer.of(0), bytes);
}

export function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number);
  const bytes = [first! * 40 + second!, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return writeDer(tags.oid, Buffer.from(bytes));
}

/** The values that the bytes hold side by side; throws where they are no DER. */
export function readDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    let [length, start] = [bytes[at + 1], at + 2];
    if (length === undefined || length === 0x80) throw new Error('The length is missing.');
    if (length > 0x80) {
      const octets = length & 0x7f;
      if (octets > 4 || start + octets > bytes.length) throw new Error('The length is too long.');
      length = bytes.readUIntBE(start, octets);
      start += octets;
    }
    const end = start + length;
    if (end > bytes.length) throw new Error('The bytes end inside a value.');
    values.push({ tag: bytes[at]!, content: bytes.subarray(start, end), whole: bytes.subarray(at, end) });
    at = end;
  }
  return values;
}

/** The values inside a constructed one. */
export function inside(value: DerValue | undefined, tag: number): DerValue[] {
  if (value?.tag !== tag) throw new Error(`Tag ${tag} is missing.`);
  return readDer(value.content);
}
