import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { equalBytes } from '../../dissector/bytes/index.ts';
import { aesGcm } from '../../dissector/crypto/families/ciphers.ts';
import { aesModes, type Engine, libraryEngine, makeSealed, orUndefined } from '../../dissector/crypto/index.ts';

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

/** What each cipher is asked once, as the library has sealed it. */
function samples(): { readonly [name in keyof Engine]: readonly Uint8Array[] } {
  const of = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at * 7 + length);
  const [key, iv, nonce, text] = [of(32), of(16), of(nonceLength), of(48)];
  const [cbc, , ctr] = aesModes.map(({ seal, ivLength }) => seal(key, of(ivLength), text)!.subarray(ivLength));
  const chacha = makeSealed(key, nonce, iv, text)!.subarray(nonceLength);
  return {
    openChaChaPoly: [key, nonce, chacha, iv],
    openGcm: [key, nonce, aesGcm.seal(key, nonce, text, iv)!, iv],
    openCbc: [key, iv, cbc!],
    openCtr: [key, iv, ctr!],
    encipherBlocks: [key, text],
  };
}

/**
 * The ciphers of Node, each where it is there and gives what the library gives: VS Code's own build has BoringSSL, which leaves
 * some of OpenSSL's out.
 */
export function platformEngine(from: Engine = native): Partial<Engine> {
  const same = Object.entries(samples()).flatMap(([name, given]) => {
    const [own, library] = [from, libraryEngine].map((engine) => engine[name as keyof Engine] as Cipher);
    const answer = orUndefined(() => own!(...given));
    return answer !== undefined && equalBytes(answer, library!(...given)) ? [[name, own]] : [];
  });
  return Object.fromEntries(same);
}

type Cipher = (...given: readonly Uint8Array[]) => Uint8Array;
