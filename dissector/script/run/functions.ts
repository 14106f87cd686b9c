/** Functions of the packet language: over bytes, integers and text; hashes and ciphers. The others have files of their own. */
import { cbc, ctr, gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { fromBase64, fromHex, toBase64, toHex } from '../../bytes/index.ts';
import type { Encodable, FieldValues } from '../../codec/index.ts';
import { sealCfb8 } from '../../crypto/index.ts';
import { scriptLimits } from '../syntax/tree.ts';
import { bitFlipped } from './corrupt.ts';
import { fail, pure, type ScriptFunction, sized, sizeOf, parameter as takes, withinSize } from './function.ts';
import { rsaFunctions } from './rsafunctions.ts';
import type { Scope } from './scope.ts';
import { signingFunctions } from './signingfunctions.ts';

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

const arithmetic: readonly ScriptFunction[] = [
  {
    name: 'add',
    doc: 'The sum of integers, of any size.',
    parameters: [takes('values', 'integer', 'what is added', 'repeated')],
    result: 'integer',
    make: pure((...values: Integer[]) => whole(values.reduce((sum: bigint, each) => sum + BigInt(each), 0n))),
  },
  {
    name: 'subtract',
    doc: 'An integer less another one.',
    parameters: [takes('value', 'integer', 'what is taken from'), takes('less', 'integer', 'what is taken')],
    result: 'integer',
    make: pure((value: Integer, less: Integer) => whole(BigInt(value) - BigInt(less))),
  },
  {
    name: 'multiply',
    doc: 'The product of two integers, of any size.',
    parameters: [takes('value', 'integer', 'one'), takes('times', 'integer', 'the other')],
    result: 'integer',
    make: pure((value: Integer, times: Integer) => whole(BigInt(value) * BigInt(times))),
  },
  {
    name: 'range',
    doc: 'A list of integers: from 0, or from the first of two, up to the last, which is not in it.',
    parameters: [
      takes('start', 'integer', 'the first; alone, where the list ends'),
      takes('end', 'integer', 'the integer after the last', 'optional'),
    ],
    result: 'any',
    make: pure((start: Integer, end?: Integer) => {
      const [first, after] = end === undefined ? [0n, BigInt(start)] : [BigInt(start), BigInt(end)];
      const length = after > first ? after - first : 0n;
      const size = withinSize(Number(length), 'range');
      return Array.from({ length: size }, (_, index) => whole(first + BigInt(index)));
    }),
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
    make: (scope: Scope, protocol: string, message: string, fields: FieldValues) => scope.encode(protocol, message, fields),
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
    secret: true,
    make: (scope: Scope, name: string) =>
      scope.environment(name) ?? fail(`the environment has no variable "${name}"`, 'the environment has no such variable'),
  },
  {
    name: 'prompt',
    doc: 'What a person answers before the section runs, as text. Once a question, however often it stands there.',
    parameters: [takes('question', 'text', 'what is asked')],
    result: 'text',
    secret: true,
    make: (scope: Scope, question: string) => scope.prompt(question) ?? fail(`nobody answered "${question}"`, 'nobody answered'),
  },
];

const data = takes('data', 'bytes', 'what is hashed');

/** A hash of bytes. */
const hash = (name: string, doc: string, make: (bytes: Uint8Array) => Uint8Array): ScriptFunction => ({
  ...{ name, doc, parameters: [data], result: 'bytes' },
  make: pure((bytes: Uint8Array) => make(bytes)),
});

const hashing: readonly ScriptFunction[] = [
  hash('sha1', 'SHA-1 (FIPS 180-4), 20 bytes.', sha1),
  hash('sha256', 'SHA-256 (FIPS 180-4), 32 bytes.', sha256),
  hash('sha384', 'SHA-384 (FIPS 180-4), 48 bytes.', sha384),
  hash('sha512', 'SHA-512 (FIPS 180-4), 64 bytes.', sha512),
  hash('blake2b', 'BLAKE2b-512 (RFC 7693), 64 bytes.', (bytes) => blake2b(bytes)),
  hash('blake2s', 'BLAKE2s-256 (RFC 7693), 32 bytes.', (bytes) => blake2s(bytes)),
  {
    name: 'hmac_sha256',
    doc: 'HMAC (RFC 2104) with SHA-256, 32 bytes.',
    parameters: [takes('key', 'bytes', 'of any length'), data],
    result: 'bytes',
    make: pure((key: Uint8Array, bytes: Uint8Array) => hmac(sha256, key, bytes)),
  },
];

const key = takes('key', 'bytes', 'of 32 bytes');
const plaintext = takes('plaintext', 'bytes', 'what is encrypted');
const iv = takes('iv', 'bytes', 'of 16 bytes');
const nonce = takes('nonce', 'bytes', 'of 12 bytes');
const aad = takes('aad', 'bytes', 'what is authenticated beside it', 'optional');
const none = new Uint8Array(0);

type Sealing = readonly [key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad?: Uint8Array];
type Enciphering = readonly [key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array];

/** A cipher that proves nothing: the ciphertext alone comes out. */
const cipher = (name: string, doc: string, make: (...given: Enciphering) => Uint8Array): ScriptFunction => ({
  ...{ name, doc, parameters: [key, iv, plaintext], result: 'bytes' },
  make: pure((...[k, v, bytes]: Enciphering) => make(sized(k, 32, 'key'), sized(v, 16, 'iv'), bytes)),
});

const sealing = (name: string, doc: string, seal: typeof gcm | typeof chacha20poly1305): ScriptFunction => ({
  ...{ name, doc, parameters: [key, nonce, plaintext, aad], result: 'bytes' },
  make: pure((...[k, n, bytes, more = none]: Sealing) => seal(sized(k, 32, 'key'), sized(n, 12, 'nonce'), more).encrypt(bytes)),
});

const encrypting: readonly ScriptFunction[] = [
  sealing('chacha20_poly1305', 'ChaCha20-Poly1305 (RFC 8439): the ciphertext and its tag of 16 bytes.', chacha20poly1305),
  sealing('aes_256_gcm', 'AES-256-GCM (SP 800-38D): the ciphertext and its tag of 16 bytes.', gcm),
  cipher('aes_256_ctr', 'AES-256 in CTR mode (SP 800-38A).', (k, v, bytes) => ctr(k, v).encrypt(bytes)),
  cipher('aes_256_cbc', 'AES-256 in CBC mode (SP 800-38A), padded by PKCS #7.', (k, v, bytes) => cbc(k, v).encrypt(bytes)),
  cipher('aes_256_cfb8', 'AES-256 in CFB8 mode (SP 800-38A).', sealCfb8),
];

export const scriptFunctions: readonly ScriptFunction[] = [
  ...shaping,
  ...arithmetic,
  ...encoding,
  ...hashing,
  ...signingFunctions,
  ...rsaFunctions,
  ...encrypting,
  ...outside,
];

const byName = new Map(scriptFunctions.map((each) => [each.name, each]));

export function functionOf(name: string): ScriptFunction | undefined {
  return byName.get(name);
}

/** As a number where it is exact. Throws an Error that names the limit. */
function whole(value: bigint): Integer {
  if (value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  const bits = (value < 0n ? -value : value).toString(16).length * 4;
  return bits <= scriptLimits.integerBits
    ? value
    : fail(`an integer has at most ${scriptLimits.integerBits} bits (limit integerBits)`);
}

function count(value: Integer, what: string): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER
    ? Number(value)
    : fail(`${what} cannot be ${value}`, `${what} cannot be this integer`);
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
  if (size > 64 || value < 0 || BigInt(value) >> BigInt(size * 8) !== 0n)
    return fail(`${value} does not fit ${size} bytes`, 'the value does not fit so many bytes');
  return fromHex(
    size === 0
      ? ''
      : BigInt(value)
          .toString(16)
          .padStart(size * 2, '0'),
  )!;
}
