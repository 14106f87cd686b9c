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

/** What each is asked once: what it takes, and what it refuses. */
function samples(): { readonly [name in keyof Engine]: readonly Question[] } {
  const of = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at * 7 + length);
  const [key, iv, nonce, text] = [of(32), of(16), of(nonceLength), of(48)];
  const [cbc, , ctr] = aesModes.map(({ seal, ivLength }) => seal(key, of(ivLength), text)!.subarray(ivLength));
  const chacha = makeSealed(key, nonce, iv, text)!.subarray(nonceLength);
  const other = libraryEngine.x25519Public(of(32).map((byte) => byte ^ 0x55));
  const [signer, signature] = [ed25519.publicOf(key), ed25519.sign(key, text)];
  const flipped = signature.map((byte, at) => (at === 40 ? byte ^ 1 : byte));
  const [identity, prime] = [Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0)), (1n << 521n) - 1n];
  return {
    openChaChaPoly: [[key, nonce, chacha, iv]],
    openGcm: [[key, nonce, aesGcm.seal(key, nonce, text, iv)!, iv]],
    openCbc: [[key, iv, cbc!]],
    openCtr: [[key, iv, ctr!]],
    encipherBlocks: [[key, text]],
    x25519: [
      [key, other],
      [key, of(31)],
      [key, new Uint8Array(32)],
    ],
    x25519Public: [[key], [of(31)]],
    verifyEd25519: [
      [signer, text, signature],
      [signer, text, flipped],
      [identity, text, signature],
    ],
    power: [
      [3n, 0x1234_5678n, prime],
      [prime - 1n, 7n, prime],
      [5n, 3n, 10n],
    ],
  };
}

/**
 * The cryptography of Node, each part where it is there and answers what the library answers, also to what does not fit: VS Code's own
 * build has BoringSSL, which leaves some of OpenSSL's out.
 */
export function platformEngine(from: Engine = native): Partial<Engine> {
  const same = Object.entries(samples()).flatMap(([name, questions]) => {
    const [own, library] = [from, libraryEngine].map((engine) => engine[name as keyof Engine] as Answering);
    return questions.every((given) =>
      isSame(
        orUndefined(() => own!(...given)),
        orUndefined(() => library!(...given)),
      ),
    )
      ? [[name, own]]
      : [];
  });
  return Object.fromEntries(same);
}

type Answer = Uint8Array | boolean | bigint | undefined;
type Answering = (...given: Question) => Answer;

function isSame(a: Answer, b: Answer): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b;
}
