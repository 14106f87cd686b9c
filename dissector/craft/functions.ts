/** Functions of the packet language over bytes, integers and text. */
import { fromBase64, fromHex, toBase64, toHex } from '../bytes/index.ts';
import type { Encodable, Items } from '../codec/index.ts';
import { pure, type ScriptFunction, sizeOf, parameter as takes, withinSize } from './function.ts';
import { cryptoFunctions } from './functionscrypto.ts';
import { bitFlipped } from './spoil.ts';
import type { Scope } from './values.ts';

type Integer = number | bigint;

const shaping: readonly ScriptFunction[] = [
  {
    name: 'flip',
    doc: 'The lowest bits of so many bytes flipped, spread over all of them.',
    parameters: [
      takes('value', 'bytes', 'what is changed; `valid` is what would be right'),
      takes('bits', 'integer', 'how many bits'),
    ],
    result: 'bytes',
    make: pure((value: Uint8Array, bits: Integer) => bitFlipped(value, count(bits, 'bits'))),
  },
  {
    name: 'truncate',
    doc: 'The first bytes alone.',
    parameters: [takes('value', 'bytes', 'what is cut'), takes('length', 'integer', 'how many bytes stay')],
    result: 'bytes',
    make: pure((value: Uint8Array, length: Integer) => value.slice(0, count(length, 'length'))),
  },
  {
    name: 'slice',
    doc: 'The bytes from one place up to another, counted from 0.',
    parameters: [
      takes('value', 'bytes', 'what a part is taken of'),
      takes('start', 'integer', 'the first byte'),
      takes('end', 'integer', 'the byte after the last; the end without it', 'optional'),
    ],
    result: 'bytes',
    make: pure((value: Uint8Array, start: Integer, end?: Integer) =>
      value.slice(count(start, 'start'), end === undefined ? undefined : count(end, 'end')),
    ),
  },
  {
    name: 'concat',
    doc: 'Bytes, one after the other.',
    parameters: [takes('values', 'bytes', 'what is joined', 'repeated')],
    result: 'bytes',
    make: pure((...values: Uint8Array[]) => joined(values)),
  },
  {
    name: 'repeat',
    doc: 'Bytes so many times; of any other value a list that holds it so many times.',
    parameters: [takes('value', 'any', 'what is repeated'), takes('times', 'integer', 'how many times')],
    result: 'any',
    make: pure((value: Encodable, times: Integer) => repeated(value, count(times, 'times'))),
  },
  {
    name: 'random',
    doc: 'Random bytes. The seed of the run, or one of their own, makes the same ones again.',
    parameters: [takes('length', 'integer', 'how many bytes'), takes('seed', 'integer', 'a seed of their own', 'optional')],
    result: 'bytes',
    make: (scope: Scope, length: Integer, seed?: Integer) =>
      scope.random(withinSize(count(length, 'length'), 'random'), seed === undefined ? undefined : count(seed, 'seed')),
  },
];

const encoding: readonly ScriptFunction[] = [
  {
    name: 'hex',
    doc: 'Bytes by their hexadecimal digits, with any blanks between them.',
    parameters: [takes('digits', 'text', 'two for each byte')],
    result: 'bytes',
    make: pure((digits: string) => fromHex(digits.replace(/\s/g, '')) ?? fail('hex cannot read its digits')),
  },
  {
    name: 'base64',
    doc: 'Bytes by their base64 (RFC 4648 section 4).',
    parameters: [takes('digits', 'text', 'with padding')],
    result: 'bytes',
    make: pure((digits: string) => fromBase64(digits) ?? fail('base64 cannot read its digits')),
  },
  {
    name: 'text',
    doc: 'The bytes of a text in UTF-8.',
    parameters: [takes('text', 'text', 'what is written')],
    result: 'bytes',
    make: pure((text: string) => new TextEncoder().encode(text)),
  },
  {
    name: 'uint',
    doc: 'An integer as so many bytes, the most significant first (big-endian).',
    parameters: [takes('value', 'integer', '0 or more'), takes('size', 'integer', 'how many bytes')],
    result: 'bytes',
    make: pure((value: Integer, size: Integer) => integerBytes(value, count(size, 'size'))),
  },
  {
    name: 'uint_le',
    doc: 'An integer as so many bytes, the least significant first (little-endian).',
    parameters: [takes('value', 'integer', '0 or more'), takes('size', 'integer', 'how many bytes')],
    result: 'bytes',
    make: pure((value: Integer, size: Integer) => integerBytes(value, count(size, 'size')).reverse()),
  },
  {
    name: 'length',
    doc: 'How many bytes there are.',
    parameters: [takes('value', 'bytes', 'what is counted')],
    result: 'integer',
    make: pure((value: Uint8Array) => value.length),
  },
  {
    name: 'hex_text',
    doc: 'Hexadecimal digits of bytes, as text.',
    parameters: [takes('value', 'bytes', 'what is written')],
    result: 'text',
    make: pure((value: Uint8Array) => toHex(value)),
  },
  {
    name: 'base64_text',
    doc: 'Base64 of bytes with padding, as text.',
    parameters: [takes('value', 'bytes', 'what is written')],
    result: 'text',
    make: pure((value: Uint8Array) => toBase64(value)),
  },
  {
    name: 'encode',
    doc: 'The bytes of a message before encryption: sizes that are left out are filled in, nothing else is.',
    parameters: [
      takes('protocol', 'text', 'its id'),
      takes('message', 'text', 'the name of the message'),
      takes('fields', 'record', 'its fields'),
    ],
    result: 'bytes',
    make: (scope: Scope, protocol: string, message: string, fields: Items) => scope.encode(protocol, message, fields),
  },
];

const outside: readonly ScriptFunction[] = [
  {
    name: 'file',
    doc: 'The bytes of a file. Its path is relative to the script and does not leave its folder.',
    parameters: [takes('path', 'text', 'with "/" between folders')],
    result: 'bytes',
    make: (scope: Scope, path: string) => scope.file(path),
  },
  {
    name: 'env',
    doc: 'A variable of the environment, as text.',
    parameters: [takes('name', 'text', 'of the variable')],
    result: 'text',
    make: (scope: Scope, name: string) => scope.environment(name) ?? fail(`the environment has no variable "${name}"`),
  },
  {
    name: 'prompt',
    doc: 'What a person answers before the section runs, as text. Once a question, however often it stands there.',
    parameters: [takes('question', 'text', 'what is asked')],
    result: 'text',
    make: (scope: Scope, question: string) => scope.prompt(question) ?? fail(`nobody answered "${question}"`),
  },
];

export const scriptFunctions: readonly ScriptFunction[] = [...shaping, ...encoding, ...cryptoFunctions, ...outside];

const byName = new Map(scriptFunctions.map((each) => [each.name, each]));

export function functionOf(name: string): ScriptFunction | undefined {
  return byName.get(name);
}

function fail(why: string): never {
  throw new Error(why);
}

function count(value: Integer, what: string): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Number(value) : fail(`${what} cannot be ${value}`);
}

function joined(values: readonly Uint8Array[]): Uint8Array {
  const size = values.reduce((sum, { length }) => sum + length, 0);
  const out = new Uint8Array(withinSize(size, 'concat'));
  let at = 0;
  for (const value of values) {
    out.set(value, at);
    at += value.length;
  }
  return out;
}

function repeated(value: Encodable, times: number): Encodable {
  withinSize((value instanceof Uint8Array ? value.length : sizeOf(value, 'repeat')) * times, 'repeat');
  if (!(value instanceof Uint8Array)) return new Array<Encodable>(times).fill(value);
  const out = new Uint8Array(value.length * times);
  for (let index = 0; index < times; index++) out.set(value, index * value.length);
  return out;
}

function integerBytes(value: Integer, size: number): Uint8Array {
  if (size > 64 || value < 0 || BigInt(value) >> BigInt(size * 8) !== 0n) return fail(`${value} does not fit ${size} bytes`);
  return fromHex(
    size === 0
      ? ''
      : BigInt(value)
          .toString(16)
          .padStart(size * 2, '0'),
  )!;
}
