import { constants, createPublicKey, generateKeyPairSync, privateDecrypt, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  makeSignedData,
  padOaep,
  padPkcs1,
  readCertificate,
  readRsaPrivateKey,
  readSignedData,
  rsaEncrypt,
  rsaPublicOf,
  rsaSign,
  selfSigned,
  unpadOaep,
  unpadPkcs1,
  wrappingSize,
} from '../../../dissector/crypto/index.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const key = readRsaPrivateKey(privateKey.export({ type: 'pkcs8', format: 'der' }))!;
const publicKey = rsaPublicOf(key);
const message = new TextEncoder().encode('grüße');
/** With a zero in it, which no padding of PKCS #1 may have. */
const random = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 37) & 0xff);
const terms = {
  name: 'node',
  serial: Uint8Array.of(0xff, 1),
  notBefore: '2016-01-01T00:00:00Z',
  notAfter: '2049-12-31T23:59:59Z',
};
const certificate = selfSigned(key, terms);

describe('RSA of a sender', () => {
  it('signs what another implementation verifies', () => {
    for (const hash of ['SHA-256', 'SHA-1'] as const)
      expect(verify(hash.replace('-', ''), message, createPublicKey(privateKey), rsaSign(key, hash, message))).toBe(true);
  });

  it.each(['SHA-1', 'SHA-256'] as const)('encrypts by OAEP with %s what another implementation decrypts', (hash) => {
    const padded = padOaep(message, 128, hash, random)!;
    expect(unpadOaep(padded, hash)).toEqual(message);
    const options = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash.replace('-', '').toLowerCase() };
    expect(new Uint8Array(privateDecrypt(options, rsaEncrypt(publicKey, padded)!))).toEqual(message);
  });

  it('pads by PKCS #1 v1.5 without a zero', () => {
    expect(unpadPkcs1(padPkcs1(message, 128, random)!)).toEqual(message);
  });

  it('refuses what does not fit', () => {
    expect(padOaep(new Uint8Array(128), 128, 'SHA-1', random)).toBeUndefined();
    expect(padPkcs1(new Uint8Array(118), 128, random)).toBeUndefined();
    expect(rsaEncrypt(publicKey, new Uint8Array(127))).toBeUndefined();
    expect(rsaEncrypt(publicKey, new Uint8Array(128).fill(0xff))).toBeUndefined();
    expect(wrappingSize({ kind: 'RSA', modulus: 0n, exponent: 3n, bits: 1 })).toBeUndefined();
    expect(wrappingSize({ kind: 'RSA', modulus: 1n << 2047n, exponent: 1n << 40n, bits: 2048 })).toBeUndefined();
    expect(wrappingSize({ kind: 'Ed25519', bytes: new Uint8Array(32) })).toBeUndefined();
    expect(() => rsaSign({ ...key, size: 32 }, 'SHA-256', message)).toThrow('too short');
  });
});

describe('a certificate that a key signs for itself', () => {
  it('is read and verified by another implementation', () => {
    const read = new X509Certificate(certificate);
    expect(read.verify(createPublicKey(privateKey))).toBe(true);
    expect([read.subject, read.serialNumber, read.validTo]).toEqual(['CN=node', 'FF01', 'Dec 31 23:59:59 2049 GMT']);
    expect(readCertificate(certificate)).toMatchObject({
      subject: 'CN=node',
      issuer: 'CN=node',
      serial: '00ff01',
      key: publicKey,
    });
  });

  it('goes with what is signed', () => {
    const der = makeSignedData(message, certificate, key);
    expect(readSignedData(der)).toMatchObject({ content: message, signer: { subject: 'CN=node' }, check: { state: 'valid' } });
    der[der.length - 1]! ^= 1;
    expect(readSignedData(der)?.check.state).toBe('invalid');
  });
});
