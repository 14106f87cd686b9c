import { addressBytes, fromHex, type Value } from '../bytes/index.ts';
import type { FieldType, FilterField } from './filterfield.ts';
import type { Literal } from './syntax.ts';
import { dateOf, durationOf } from './times.ts';

/** What a literal means beside a field: how a value of the field compares to it, or a sentence for what it cannot mean. */
export interface Comparer {
  /** Negative, zero, positive; undefined where they cannot be ordered. */
  compare(value: Value): number | undefined;
}

/** What of a field a literal is read by. */
export type Typed = Pick<FilterField, 'type' | 'name' | 'values'>;

const utf8 = new TextEncoder();
const integer = /^-?(?:0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d+)$/i;

export function comparerOf(field: Typed, literal: Literal): Comparer | string {
  if (field.type === 'address') return addressComparer(literal.text) ?? unfit(field, literal.text);
  const constant = constantOf(field, literal);
  return typeof constant === 'string' ? constant : comparerWith(constant.value);
}

/** A literal as a value of a field; a network is its first address. */
export function constantOf(field: Typed, { text, quoted }: Literal): { readonly value: Value } | string {
  const value = read(field, text, quoted);
  return value === undefined ? unfit(field, text) : { value };
}

function read({ type, values }: Typed, text: string, quoted: boolean): Value | undefined {
  switch (type) {
    case 'integer': {
      const word = Object.entries(values ?? {}).find(([, one]) => one === text);
      return word === undefined ? integerOf(text) : Number(word[0]);
    }
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
    case 'time': {
      const duration = durationOf(text);
      return duration === undefined ? undefined : smallest(duration);
    }
    case 'date':
      return dateOf(text);
    case 'text':
      return text;
    case 'bytes':
      return bytesLiteral(text, quoted);
    case 'address':
      return networkOf(text)?.bytes;
    case 'mac': {
      const bytes = bytesLiteral(text, false);
      return bytes?.length === 6 ? bytes : undefined;
    }
    case 'flag':
      return /^(?:true|false|0|1)$/i.test(text) ? /^(?:true|1)$/i.test(text) : undefined;
    case 'presence':
      return undefined;
  }
}

function unfit({ name, type, values }: Typed, text: string): string {
  if (type === 'flag') return `${name} is true or false`;
  if (type === 'presence') return `${name} is there or not: it has no value to compare`;
  if (type === 'bytes') return `${name} is compared with ${meant.bytes}`;
  const words = type === 'integer' ? Object.values(values ?? {}) : [];
  return `${name} is compared with ${meant[type]}${words.length === 0 ? '' : ` or one of ${words.join(', ')}`}, not "${text}"`;
}

const meant: Readonly<Record<Exclude<FieldType, 'flag' | 'presence'>, string>> = {
  integer: 'an integer',
  number: 'a number',
  time: 'seconds like 1700000000.5 with at most nine decimals',
  date: 'a date like "2026-11-21 09:08:52.5" or "2026-11-21T09:08:52Z"',
  text: 'text',
  bytes: 'bytes like 01:ff or with "text"',
  address: 'an address like 10.0.0.1, 2001:db8::1 or 10.0.0.0/8',
  mac: 'a MAC address like 02:00:5e:10:00:01',
};

function comparerWith(wanted: Value): Comparer {
  if (wanted instanceof Uint8Array)
    return { compare: (value) => (value instanceof Uint8Array ? orderBytes(value, wanted) : undefined) };
  if (typeof wanted === 'bigint') return { compare: (value) => orderBig(value, wanted) };
  if (typeof wanted === 'number') return numeric(wanted);
  if (typeof wanted === 'string') return { compare: (value) => order(textOf(value), wanted) };
  return { compare: (value) => (value === wanted ? 0 : 1) };
}

function integerOf(text: string): number | bigint | undefined {
  if (!integer.test(text)) return undefined;
  const isNegative = text.startsWith('-');
  const magnitude = BigInt(isNegative ? text.slice(1) : text);
  return smallest(isNegative ? -magnitude : magnitude);
}

/** A whole number in the form that costs least. */
export function smallest(exact: bigint): number | bigint {
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

/** A whole number of a field; identifiers in JSON may be strings of digits. */
export function wholeOf(value: Value): number | bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' ? integerOf(value) : undefined;
}

function numeric(number: number): Comparer {
  return {
    compare(value) {
      if (typeof value === 'number') return value - number;
      if (typeof value === 'bigint') return value < number ? -1 : value > number ? 1 : 0;
      // Identifiers in JSON may be strings of digits.
      return typeof value === 'string' && integer.test(value) ? Number(value) - number : undefined;
    },
  };
}

function orderBig(value: Value, exact: bigint): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  return value < exact ? -1 : value > exact ? 1 : 0;
}

export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The shorter one is less, as in Wireshark; of two as long the first byte that differs decides. */
export function orderBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/** A value as text: bytes as hex. */
export function textOf(value: Value): string {
  return value instanceof Uint8Array ? Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') : String(value);
}

/** The bytes that a value is: those of text are UTF-8. */
export function bytesOf(value: Value): Uint8Array {
  return value instanceof Uint8Array ? value : utf8.encode(textOf(value));
}

/** `01:02`, `01-02`, `01.02`, `0102`, `0x0102`, one byte as `8` or `0x8`; quoted it is text in UTF-8. */
export function bytesLiteral(text: string, quoted: boolean): Uint8Array | undefined {
  if (quoted) return utf8.encode(text);
  const digits = text.replace(/^0x/i, '').replace(/[:.-]/g, '');
  const bytes = fromHex(digits.length === 1 ? `0${digits}` : digits);
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/** Of an address, or a network as in `10.0.0.0/8`: an address in it is equal to it. */
function addressComparer(text: string): Comparer | undefined {
  const network = networkOf(text);
  if (network === undefined) return undefined;
  const { bytes, bits } = network;
  const isWhole = bits === bytes.length * 8;
  return {
    compare(value) {
      const own = addressOf(value);
      return own === undefined || own.length !== bytes.length ? undefined : orderBytes(isWhole ? own : masked(own, bits), bytes);
    },
  };
}

/** The bytes of an address, which fields have as such or as text. */
export function addressOf(value: Value): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : typeof value === 'string' ? addressBytes(value) : undefined;
}

function networkOf(text: string): { readonly bytes: Uint8Array; readonly bits: number } | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  const bits = prefix === undefined ? (bytes?.length ?? 0) * 8 : /^\d+$/.test(prefix) ? Number(prefix) : -1;
  if (bytes === undefined || rest.length > 0 || bits < 0 || bits > bytes.length * 8) return undefined;
  return { bytes: masked(bytes, bits), bits };
}

function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, i) => byte & ~(0xff >>> Math.max(0, Math.min(8, bits - i * 8))) & 0xff);
}
