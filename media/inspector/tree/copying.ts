/** A field's bytes and value as text for somewhere else. */
import { cArray, hexDump } from '../../../extension/wire/bytestext.ts';
import type { FieldView, SourceView } from '../../../extension/wire/inspector.ts';
import { fieldText } from './fields.ts';

export type Copy = 'copyText' | 'copyValue' | 'copyHex' | 'copyHexDump' | 'copyCArray' | 'copyBase64';

export function copyText(how: Copy, field: FieldView, sources: readonly SourceView[]): string {
  const bytes = sources.find(({ id }) => id === field.source)?.bytes.subarray(field.start, field.end) ?? new Uint8Array(0);
  switch (how) {
    case 'copyText':
      return lines(field, 0).join('\n');
    case 'copyValue':
      return field.text === '' ? field.name : unquoted(field.text);
    case 'copyHex':
      return hex(bytes).join('');
    case 'copyHexDump':
      return hexDump(bytes, field.start);
    case 'copyCArray':
      return cArray(field.name, bytes);
    case 'copyBase64':
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  }
}

function hex(bytes: Uint8Array): string[] {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
}

/** A field and all below it as the tree shows them, two spaces a level. */
function lines(field: FieldView, depth: number): string[] {
  const own = `${'  '.repeat(depth)}${fieldText(field)}`;
  return [own, ...(field.children ?? []).flatMap((child) => lines(child, depth + 1))];
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
