/** RSA unwrapping and the AES modes, with node:crypto as the oracle and a negative twin for each. */
import { constants, createCipheriv, createHash, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  aesModes,
  readPublicKey,
  readRsaPrivateKey,
  rsaDecrypt,
  rsaPublicOf,
  unpadOaep,
  unpadPkcs1,
} from '../../../dissector/crypto/index.ts';

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { publicKey, key: readRsaPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }))! };
};
const mine = pair();
const other = pair();
const secret = new Uint8Array(randomBytes(32));

/** EME-OAEP encoding (RFC 8017 section 7.1.1, step 2) with a hash for the label and another for MGF1. */
function oaep(message: Uint8Array, hash: string, mgfHash: string, size: number): Uint8Array {
  const of = (name: string, data: Uint8Array) => createHash(name).update(data).digest();
  const xor = (bytes: Buffer, seed: Buffer) => {
    const mask = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((i) => of(mgfHash, Buffer.concat([seed, Buffer.of(0, 0, 0, i)])));
    return bytes.map((byte, i) => byte ^ Buffer.concat(mask)[i]!) as Buffer;
  };
  const label = of(hash, Buffer.of());
  const zeros = Buffer.alloc(size - message.length - 2 * label.length - 2);
  const seed = randomBytes(label.length);
  const block = xor(Buffer.concat([label, zeros, Buffer.of(1), message]), seed);
  return new Uint8Array(Buffer.concat([Buffer.of(0), xor(seed, block), block]));
}

describe('RSA unwrapping', () => {
  it.each([
    ['SHA-1', 'sha1'],
    ['SHA-256', 'sha256'],
  ] as const)('opens OAEP with %s, and not with the other hash or key', (hash, oaepHash) => {
    const wrapped = publicEncrypt({ key: mine.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, secret);
    expect(unpadOaep(rsaDecrypt(mine.key, wrapped)!, hash)).toEqual(secret);
    expect(unpadOaep(rsaDecrypt(mine.key, wrapped)!, hash === 'SHA-1' ? 'SHA-256' : 'SHA-1')).toBeUndefined();
    const wrong = rsaDecrypt(other.key, wrapped);
    expect(wrong === undefined ? undefined : unpadOaep(wrong, hash)).toBeUndefined();
  });

  it('opens OAEP that hashes with SHA-256 and masks with SHA-1', () => {
    const padded = oaep(secret, 'sha256', 'sha1', 256);
    expect(unpadOaep(padded, 'SHA-256', 'SHA-1')).toEqual(secret);
    expect(unpadOaep(padded, 'SHA-256')).toBeUndefined();
    expect(unpadOaep(padded, 'SHA-1')).toBeUndefined();
    // The padding of this test is node:crypto's when both hashes are one.
    expect(unpadOaep(oaep(secret, 'sha256', 'sha256', 256), 'SHA-256')).toEqual(secret);
    const sealed = publicEncrypt({ key: mine.publicKey, padding: constants.RSA_NO_PADDING }, padded);
    expect(unpadOaep(rsaDecrypt(mine.key, sealed)!, 'SHA-256', 'SHA-1')).toEqual(secret);
  });

  it('knows the public key that a private key belongs to', () => {
    const spki = mine.publicKey.export({ type: 'spki', format: 'der' });
    expect(rsaPublicOf(mine.key)).toEqual(readPublicKey(spki));
    expect(rsaPublicOf(other.key)).not.toEqual(readPublicKey(spki));
  });

  it('opens PKCS #1 v1.5', () => {
    const wrapped = publicEncrypt({ key: mine.publicKey, padding: constants.RSA_PKCS1_PADDING }, secret);
    expect(unpadPkcs1(rsaDecrypt(mine.key, wrapped)!)).toEqual(secret);
  });

  it('refuses what is no ciphertext of the key, and what is no key', () => {
    expect(rsaDecrypt(mine.key, new Uint8Array(255))).toBeUndefined();
    expect(rsaDecrypt(mine.key, new Uint8Array(256).fill(0xff))).toBeUndefined();
    expect(readRsaPrivateKey(new Uint8Array(100))).toBeUndefined();
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(readRsaPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }))).toBeUndefined();
  });
});

describe.each([
  ['AES-256-CBC', 'aes-256-cbc', 16],
  ['AES-256-GCM', 'aes-256-gcm', 12],
  ['AES-256-CTR', 'aes-256-ctr', 16],
] as const)('%s', (name, cipherName, ivLength) => {
  const mode = aesModes.find((one) => one.name === name)!;
  const text = Buffer.from('text of a message');
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv(cipherName as 'aes-256-gcm', secret, iv);
  const parts = [iv, cipher.update(text), cipher.final()];
  if (name === 'AES-256-GCM') parts.push(cipher.getAuthTag());
  const sealed = new Uint8Array(Buffer.concat(parts));

  it('opens what node:crypto sealed', () => expect(Buffer.from(mode.open(secret, sealed)!)).toEqual(text));
  it('seals as node:crypto does', () => expect(mode.seal(secret, new Uint8Array(iv), new Uint8Array(text))).toEqual(sealed));
  it('seals nothing with a key or iv that does not fit', () => {
    expect(mode.seal(secret.subarray(1), iv, text)).toBeUndefined();
    expect(mode.seal(secret.subarray(16), iv, text)).toBeUndefined();
    expect(mode.seal(secret, iv.subarray(1), text)).toBeUndefined();
  });
  it('does not give the text to another key', () => {
    const opened = mode.open(new Uint8Array(32), sealed);
    if (mode.proves) expect(opened).toBeUndefined();
    expect(opened === undefined ? '' : Buffer.from(opened).toString()).not.toBe(text.toString());
  });
  it('opens nothing from too few bytes', () => expect(mode.open(secret, sealed.subarray(0, 5))).toBeUndefined());
});
