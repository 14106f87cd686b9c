/** Bytes as text for people and programs. */
const ROW_BYTES = 16;

/** Offset, sixteen bytes, and the same as text, as hexdump -C prints them. `from` is the offset of the first byte. */
export function hexDump(bytes: Uint8Array, from = 0): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += ROW_BYTES) {
    const row = bytes.subarray(at, at + ROW_BYTES);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
    rows.push(`${(from + at).toString(16).padStart(8, '0')}  ${hex.join(' ').padEnd(ROW_BYTES * 3 - 1)}  |${ascii(row)}|`);
  }
  return rows.join('\n');
}

function ascii(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}

const ARRAY_ROW_BYTES = 12;

/** An array of C, lines of twelve bytes as `xxd -i` writes them. */
export function cArray(name: string, bytes: Uint8Array): string {
  const all = Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  const lines = Array.from(
    { length: Math.ceil(all.length / ARRAY_ROW_BYTES) },
    (_, row) => `  ${all.slice(row * ARRAY_ROW_BYTES, (row + 1) * ARRAY_ROW_BYTES).join(', ')}`,
  );
  return `unsigned char ${name.replace(/\W+/g, '_')}[${bytes.length}] = {\n${lines.join(',\n')}\n};\n`;
}
