/** Signatures of all three key types, made by node:crypto as the oracle, with their negative twins. */
import { constants, createECDH, createSign, generateKeyPairSync, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readPublicKey, verifyDigest, verifyRsaMessage } from '../../../dissector/crypto/index.ts';

const digest = new Uint8Array(64).map((_, i) => i * 3);
const spki = (key: KeyObject): Uint8Array => key.export({ type: 'spki', format: 'der' });
const key = (der: Uint8Array) => {
  const read = readPublicKey(der);
  if (typeof read === 'string') throw new Error(read);
  return read;
};
const flipped = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 2 ? byte ^ 1 : byte));

describe('Ed25519', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signature = sign(null, digest, privateKey);
  it('verifies', () => expect(verifyDigest(key(spki(publicKey)), digest, signature).state).toBe('valid'));
  it('rejects another signature', () =>
    expect(verifyDigest(key(spki(publicKey)), digest, flipped(signature)).state).toBe('invalid'));
});

describe('ECDSA P-256 over the leftmost 32 bytes', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // node:crypto hashes what it signs; the curve's truncation is checked by signing the same number as a hash.
  const message = Buffer.from('message');
  const signer = createSign('sha256').update(message);
  const signature = signer.sign(privateKey);
  it('verifies a 64-byte digest that starts with the signed 32 bytes', async () => {
    const { sha256 } = await import('@noble/hashes/sha2.js');
    const wide = new Uint8Array(64);
    wide.set(sha256(message));
    expect(verifyDigest(key(spki(publicKey)), wide, signature).state).toBe('valid');
    wide[0]! ^= 1;
    expect(verifyDigest(key(spki(publicKey)), wide, signature).state).toBe('invalid');
  });
  it('says when the curve is not known', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    expect(readPublicKey(spki(other.publicKey))).toMatch(/curve/);
    expect(createECDH('secp256k1')).toBeDefined();
  });
});

describe('RSA PKCS #1 v1.5', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it('verifies without a DigestInfo', () => {
    const signature = privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digest);
    expect(verifyDigest(key(spki(publicKey)), digest, signature).state).toBe('valid');
    expect(verifyDigest(key(spki(publicKey)), digest, flipped(signature)).state).toBe('invalid');
    expect(verifyDigest(key(spki(publicKey)), digest, signature.subarray(1)).state).toBe('invalid');
  });
  it.each(['SHA-256', 'SHA-1', 'SHA-384', 'SHA-512'] as const)('verifies a message with %s', (hash) => {
    const message = Buffer.from('text');
    const signature = createSign(hash.replace('-', '')).update(message).sign(privateKey);
    expect(verifyRsaMessage(key(spki(publicKey)), hash, message, signature).state).toBe('valid');
    expect(verifyRsaMessage(key(spki(publicKey)), hash, Buffer.from('Text'), signature).state).toBe('invalid');
  });
});

describe('keys that are none', () => {
  it.each([new Uint8Array(0), Uint8Array.of(0x30, 0x80), new Uint8Array(300).fill(0x30)])('give a sentence', (bytes) => {
    expect(typeof readPublicKey(bytes)).toBe('string');
  });
});
