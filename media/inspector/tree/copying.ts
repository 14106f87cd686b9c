/** A field's bytes and value as text for somewhere else. */
import type { FieldView, SourceView } from '../../../extension/wire/inspector.ts';

export const copies = ['copyValue', 'copyHex', 'copyCArray', 'copyBase64', 'copyJson'] as const;
export type Copy = (typeof copies)[number];

const ROW = 12;

export function copyText(how: Copy, field: FieldView, sources: readonly SourceView[]): string {
  const bytes = sources.find(({ id }) => id === field.source)?.bytes.subarray(field.start, field.end) ?? new Uint8Array(0);
  switch (how) {
    case 'copyValue':
      return field.text === '' ? field.name : unquoted(field.text);
    case 'copyHex':
      return hex(bytes).join('');
    case 'copyCArray':
      return cArray(field.name, bytes);
    case 'copyBase64':
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    case 'copyJson':
      return JSON.stringify(plain(field), undefined, 2);
  }
}

function hex(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
}

/** Lines of twelve bytes, as `xxd -i` writes them. */
function cArray(name: string, bytes: Uint8Array): string {
  const all = hex(bytes).map((digits) => `0x${digits}`);
  const lines = Array.from(
    { length: Math.ceil(all.length / ROW) },
    (_, row) => `  ${all.slice(row * ROW, (row + 1) * ROW).join(', ')}`,
  );
  return `unsigned char ${name.replace(/\W+/g, '_')}[${bytes.length}] = {\n${lines.join(',\n')}\n};\n`;
}

/** What the tree shows, by name; fields of the same name make a list. */
function plain({ text, children = [], generated }: FieldView): unknown {
  const own = children.filter((child) => !child.generated || generated);
  if (own.length === 0) return unquoted(text);
  const out: Record<string, unknown> = {};
  for (const child of own) {
    const value = plain(child);
    const before = Object.hasOwn(out, child.name) ? out[child.name] : undefined;
    out[child.name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return out;
}

/** Texts are quoted in the tree; outside of it they are themselves. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
