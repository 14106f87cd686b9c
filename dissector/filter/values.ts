import { fromHex, type Value } from '../bytes/index.ts';
import { addressBytes } from '../link/index.ts';
import type { FilterField } from './fields.ts';
import type { Literal } from './syntax.ts';

/** What a literal means beside a field: how a value of the field compares to it, or a sentence for what it cannot mean. */
export interface Operand {
  /** Negative, zero, positive; undefined where they cannot be ordered. */
  compare(value: Value): number | undefined;
}

const utf8 = new TextEncoder();
const integer = /^-?(?:0x[0-9a-f]+|0b[01]+|0o[0-7]+|\d+)$/i;

export function operandOf(field: Pick<FilterField, 'type' | 'name' | 'values'>, { text, quoted }: Literal): Operand | string {
  switch (field.type) {
    case 'integer':
      return integerOperand(field, text);
    case 'number': {
      const number = Number(text);
      return text.trim() === '' || Number.isNaN(number)
        ? `${field.name} is compared with a number, not "${text}"`
        : numeric(number);
    }
    case 'text':
      return { compare: (value) => order(textOf(value), text) };
    case 'bytes': {
      const bytes = bytesLiteral(text, quoted);
      return bytes === undefined
        ? `${field.name} is compared with bytes like 01:ff or with "text"`
        : { compare: (value) => (value instanceof Uint8Array ? orderBytes(value, bytes) : undefined) };
    }
    case 'address':
      return addressOperand(field.name, text);
    case 'mac':
      return macOperand(field.name, text);
    case 'flag':
      return /^(?:true|false|0|1)$/i.test(text)
        ? { compare: (value) => (value === /^(?:true|1)$/i.test(text) ? 0 : 1) }
        : `${field.name} is true or false`;
    case 'presence':
      return `${field.name} is there or not: it has no value to compare`;
  }
}

function integerOperand({ name, values }: Pick<FilterField, 'name' | 'values'>, text: string): Operand | string {
  const word = Object.entries(values ?? {}).find(([, one]) => one === text);
  if (word !== undefined) return numeric(Number(word[0]));
  if (!integer.test(text)) {
    const words = Object.values(values ?? {});
    return `${name} is compared with an integer${words.length === 0 ? '' : ` or one of ${words.join(', ')}`}, not "${text}"`;
  }
  const negative = text.startsWith('-');
  const magnitude = BigInt(negative ? text.slice(1) : text);
  const exact = negative ? -magnitude : magnitude;
  return Number.isSafeInteger(Number(exact)) ? numeric(Number(exact)) : { compare: (value) => orderBig(value, exact) };
}

function numeric(number: number): Operand {
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

export function orderBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** A value as text: bytes as hex. */
export function textOf(value: Value): string {
  return value instanceof Uint8Array ? Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') : String(value);
}

/** Written with colons, hyphens or dots, as machines show it. */
function macOperand(name: string, text: string): Operand | string {
  const wanted = bytesLiteral(text, false);
  return wanted?.length !== 6
    ? `${name} is compared with a MAC address like 02:00:5e:10:00:01, not "${text}"`
    : {
        compare(value) {
          return value instanceof Uint8Array ? orderBytes(value, wanted) : undefined;
        },
      };
}

/** `01:02`, `01-02`, `01.02`, `0102`, `0x0102`; quoted it is text in UTF-8. */
export function bytesLiteral(text: string, quoted: boolean): Uint8Array | undefined {
  if (quoted) return utf8.encode(text);
  const bytes = fromHex(text.replace(/^0x/i, '').replace(/[:.-]/g, ''));
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
}

/** An address, or a network as in `10.0.0.0/8`: an address in it is equal to it. */
function addressOperand(name: string, text: string): Operand | string {
  const [address = '', prefix, ...rest] = text.split('/');
  const bytes = addressBytes(address);
  const bits = prefix === undefined ? (bytes?.length ?? 0) * 8 : /^\d+$/.test(prefix) ? Number(prefix) : -1;
  if (bytes === undefined || rest.length > 0 || bits < 0 || bits > bytes.length * 8)
    return `${name} is compared with an address like 10.0.0.1, 2001:db8::1 or 10.0.0.0/8, not "${text}"`;
  const wanted = masked(bytes, bits);
  const isWhole = bits === bytes.length * 8;
  return {
    compare(value) {
      const own = value instanceof Uint8Array ? value : typeof value === 'string' ? addressBytes(value) : undefined;
      return own === undefined || own.length !== bytes.length ? undefined : orderBytes(isWhole ? own : masked(own, bits), wanted);
    },
  };
}

function masked(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, i) => byte & ~(0xff >>> Math.max(0, Math.min(8, bits - i * 8))) & 0xff);
}
