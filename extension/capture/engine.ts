import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { equalBytes } from '../../dissector/bytes/index.ts';
import { aesGcm } from '../../dissector/crypto/families/ciphers.ts';
import { aesModes, type Engine, ed25519, libraryEngine, makeSealed, orUndefined } from '../../dissector/crypto/index.ts';
import { nativePublicKeys } from './publickeys.ts';

const tagLength = 16;
const nonceLength = 12;

const native: Engine = {
  openChaChaPoly: (key, nonce, sealed, aad) => authenticated('chacha20-poly1305', key, nonce, sealed, aad),
  openGcm: (key, nonce, sealed, aad) => authenticated('aes-256-gcm', key, nonce, sealed, aad),
  openCbc(key, iv, ciphertext) {
    const decipher = createDecipheriv('aes-256-cbc', key, iv);
    return plain(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
  },
  openCtr: (key, iv, ciphertext) => plain(createDecipheriv('aes-256-ctr', key, iv).update(ciphertext)),
  encipherBlocks: (key, blocks) => plain(createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(blocks)),
  ...nativePublicKeys,
};

function authenticated(
  name: 'chacha20-poly1305' | 'aes-256-gcm',
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  aad?: Uint8Array,
): Uint8Array {
  const length = sealed.length - tagLength;
  // Node would take a nonce of any length, and a tag cut short.
  if (nonce.length !== nonceLength || length < 0) throw new RangeError('a nonce of 12 bytes and a tag of 16');
  // The types of Node know the one only by a name of its own.
  const decipher = createDecipheriv(name as 'chacha20-poly1305', key, nonce, { authTagLength: tagLength });
  if (aad !== undefined) decipher.setAAD(aad, { plaintextLength: length });
  decipher.setAuthTag(sealed.subarray(length));
  const plaintext = decipher.update(sealed.subarray(0, length));
  decipher.final();
  return plain(plaintext);
}

/** Not a Buffer: the `slice` of that is a view, everywhere else it is a copy. */
function plain({ buffer, byteOffset, length }: Buffer): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
}

type Question = readonly (Uint8Array | bigint)[];
type Answer = Uint8Array | boolean | bigint | undefined;
type Answering = (...given: Question) => Answer;

const sample = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at * 7 + length);
const [key, iv, nonce, text] = [sample(32), sample(16), sample(nonceLength), sample(48)];

/** What each is asked before its first use: what it takes, and what it refuses. */
const questions: { readonly [name in keyof Engine]: () => readonly Question[] } = {
  openChaChaPoly: () => [[key, nonce, makeSealed(key, nonce, iv, text)!.subarray(nonceLength), iv]],
  openGcm: () => [[key, nonce, aesGcm.seal(key, nonce, text, iv)!, iv]],
  openCbc: () => [[key, iv, sealedBy(0)]],
  openCtr: () => [[key, iv, sealedBy(2)]],
  encipherBlocks: () => [[key, text]],
  x25519: () => [
    [key, libraryEngine.x25519Public(key.map((byte) => byte ^ 0x55))],
    [key, sample(31)],
    [key, new Uint8Array(32)],
  ],
  x25519Public: () => [[key], [sample(31)]],
  verifyEd25519: () => {
    const [signer, signature] = [ed25519.publicOf(key), ed25519.sign(key, text)];
    const identity = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0));
    return [
      [signer, text, signature],
      [signer, text, signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte))],
      [identity, text, signature],
    ];
  },
  power: () => {
    const prime = (1n << 521n) - 1n;
    return [
      [3n, 0x1234_5678n, prime],
      [prime - 1n, 7n, prime],
      [5n, 3n, 10n],
    ];
  },
};

function sealedBy(mode: 0 | 2): Uint8Array {
  const { seal, ivLength } = aesModes[mode]!;
  return seal(key, sample(ivLength), text)!.subarray(ivLength);
}

/** Whether a part is there and answers what the library answers, also to what does not fit. */
function isProven(name: keyof Engine, from: Engine): boolean {
  const [own, library] = [from, libraryEngine].map((engine) => engine[name] as Answering);
  return questions[name]().every((given) =>
    isSame(
      orUndefined(() => own!(...given)),
      orUndefined(() => library!(...given)),
    ),
  );
}

/** The parts that are Node's own here. */
export function provenParts(from: Engine = native): (keyof Engine)[] {
  return (Object.keys(questions) as (keyof Engine)[]).filter((name) => isProven(name, from));
}

/**
 * The cryptography of Node, each part where it is there and answers what the library answers: VS Code's own build has BoringSSL, which
 * leaves some of OpenSSL's out. That is seen at the first use of each: a program that uses none of it starts at once.
 */
export function platformEngine(from: Engine = native): Engine {
  const parts = Object.keys(questions).map((name) => {
    let chosen: Answering | undefined;
    const part = (...given: Question): Answer => {
      chosen ??= (isProven(name as keyof Engine, from) ? from : libraryEngine)[name as keyof Engine] as Answering;
      return chosen(...given);
    };
    return [name, part];
  });
  return Object.fromEntries(parts);
}

function isSame(a: Answer, b: Answer): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b;
}
