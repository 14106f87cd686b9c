import { equalBytes, toHex } from '../../bytes/index.ts';
import { type Encodable, type MessageForm, printable } from '../../codec/index.ts';
import { parseScript } from '../syntax/parser.ts';
import { valuesOf } from './values.ts';

/** Bytes on one line of a script. */
const LINE = 32;
/** A record or list that is no longer than this stands on one line. */
const SHORT = 96;

/**
 * A message after decryption as a packet of a script, which, emitted, is these bytes again. Where its values do not tell all of
 * its bytes (the white space of JSON, bytes that contradict the layout), `raw` does.
 */
export function printPacket(protocol: string, form: MessageForm, bytes: Uint8Array): string {
  const { values, problem } = form.decode(bytes);
  const head = `${protocol} ${form.name}`;
  const written = problem === undefined ? `${head} ${record(values, '')}\n` : undefined;
  if (written !== undefined && isSame(written, form, bytes)) return written;
  return `${head} {\n  raw: ${rawText(bytes)}\n}\n`;
}

function isSame(text: string, form: MessageForm, bytes: Uint8Array): boolean {
  try {
    return equalBytes(form.encode(valuesOf(parseScript(text).packets[0]!.fields)), bytes);
  } catch {
    return false;
  }
}

/** Text where it is some, else hexadecimal. */
function rawText(bytes: Uint8Array): string {
  const text = printable(bytes);
  return text === undefined || bytes.length < 2 ? bytesText(bytes, '  ') : `text(${JSON.stringify(text)})`;
}

/** The name of a value in the place of one. */
export class NamedValue {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }
}

export type Printable = Encodable | NamedValue | Printable[] | { readonly [name: string]: Printable };

/** Fields in braces; over several lines at the outermost. */
export function recordText(values: { readonly [name: string]: Printable }): string {
  return record(values, '');
}

/** Fields on one line, without braces, as a packet has them between its own. */
export function packetFields(values: { readonly [name: string]: Printable }): string {
  return Object.entries(values)
    .map(([name, value]) => `${nameText(name)}: ${lineText(value)}`)
    .join(', ');
}

/** A value on one line. */
export function lineText(value: Printable): string {
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(lineText).join(', ')} ]`;
  const isRecord =
    typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !(value instanceof NamedValue);
  if (isRecord) return Object.keys(value).length === 0 ? '{}' : `{ ${packetFields(value as { [name: string]: Printable })} }`;
  // Many bytes stand on several lines, and white space in their call means nothing.
  return valueText(value, '').replace(/\s*\n\s*/g, ' ');
}

function record(values: { readonly [name: string]: Printable }, indent: string): string {
  const inner = `${indent}  `;
  const entries = Object.entries(values).map(([name, value]) => `${nameText(name)}: ${valueText(value, inner)}`);
  return wrapped('{', entries, '}', indent);
}

function wrapped(open: string, entries: readonly string[], close: string, indent: string): string {
  const line = `${open} ${entries.join(', ')} ${close}`;
  if (entries.length === 0) return `${open}${close}`;
  if (indent !== '' && line.length <= SHORT && !line.includes('\n')) return line;
  return `${open}\n${entries.map((entry) => `${indent}  ${entry}\n`).join('')}${indent}${close}`;
}

function nameText(name: string): string {
  return /^[A-Za-z_][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}

/** A value as a script writes it, its further lines behind `indent`. */
export function valueText(value: Printable, indent: string): string {
  if (value instanceof NamedValue) return value.path;
  if (value instanceof Uint8Array) return bytesText(value, indent);
  if (Array.isArray(value))
    return wrapped(
      '[',
      value.map((each) => valueText(each, `${indent}  `)),
      ']',
      indent,
    );
  if (typeof value === 'object' && value !== null) return record(value as { readonly [name: string]: Printable }, indent);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Pairs of digits; those of many bytes in a call, which may go over several lines. */
function bytesText(bytes: Uint8Array, indent: string): string {
  const pairs = Array.from(bytes, (byte) => toHex(Uint8Array.of(byte)));
  if (pairs.length > 1 && pairs.length <= LINE) return pairs.join(' ');
  if (pairs.length <= 1) return `hex(${pairs.join('')})`;
  const lines = Array.from({ length: Math.ceil(pairs.length / LINE) }, (_, line) =>
    pairs.slice(line * LINE, (line + 1) * LINE).join(' '),
  );
  return `hex(\n${lines.map((line) => `${indent}  ${line}\n`).join('')}${indent})`;
}
