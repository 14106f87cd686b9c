/** What functions of the packet language make of RSA keys and keys of curves, by node:crypto. */
import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { readPublicKey, verifyPss } from '../../../dissector/crypto/index.ts';
import { nowhere, parseScript, type Scope, valuesOf } from '../../../dissector/script/index.ts';
import { budget } from '../../../dissector/script/run/values.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const short = generateKeyPairSync('rsa', { modulusLength: 512 });
const curves = (['P-256', 'P-384', 'P-521'] as const).map((namedCurve) => generateKeyPairSync('ec', { namedCurve }).privateKey);
const pem = (key: KeyObject) => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }) as string;
const der = (key: KeyObject) => key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'der' }) as Buffer;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const files: Readonly<Record<string, Uint8Array>> = {
  'private.pem': utf8(pem(rsa.privateKey)),
  'private.der': der(rsa.privateKey),
  'public.pem': utf8(pem(rsa.publicKey)),
  'public.der': der(rsa.publicKey),
  'short.pem': utf8(pem(short.privateKey)),
  'old.pem': utf8(rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string),
  'large.der': der(generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey),
  ...Object.fromEntries(curves.map((key) => [`${key.asymmetricKeyDetails!.namedCurve}.pem`, utf8(pem(key))])),
};
const scope = (): Scope => ({
  ...nowhere,
  random: (length) => new Uint8Array(randomBytes(length)),
  file: (path) => files[path]!,
  spend: budget(),
});

function made(value: string): Uint8Array {
  const { packets, problems } = parseScript(`p m { value: ${value} }`);
  expect(problems).toEqual([]);
  return valuesOf(packets[0]!.fields, scope()).value as Uint8Array;
}

const hexOf = (bytes: Uint8Array): string => `hex("${toHex(bytes)}")`;
const oaep = (oaepHash: string) => ({ padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash });

describe('RSA', () => {
  it('has the public key of a private key', () => {
    for (const name of ['private.pem', 'private.der'])
      expect(toHex(made(`rsa_public(file("${name}"))`))).toBe(der(rsa.publicKey).toString('hex'));
  });

  it.each(['SHA-256', 'SHA-1'])(
    'encrypts with OAEP of %s what another implementation decrypts, and the other way round',
    (hash) => {
      for (const name of ['public.pem', 'public.der']) {
        const ciphertext = made(`rsa_oaep_encrypt(file("${name}"), "a secret", "${hash}")`);
        expect(privateDecrypt({ key: rsa.privateKey, ...oaep(hash) }, ciphertext).toString()).toBe('a secret');
      }
      const theirs = publicEncrypt({ key: rsa.publicKey, ...oaep(hash) }, Buffer.from('another'));
      expect(made(`rsa_oaep_decrypt(file("private.pem"), ${hexOf(theirs)}, "${hash}")`)).toEqual(utf8('another'));
    },
  );

  it('takes another hash for MGF1, as p2p does', () => {
    const text = `rsa_oaep_decrypt(file("private.pem"), rsa_oaep_encrypt(file("public.pem"), "a secret", "SHA-256", "SHA-1")`;
    expect(made(`${text}, "SHA-256", "SHA-1")`)).toEqual(utf8('a secret'));
    expect(() => made(`${text})`)).toThrow('ciphertext does not open with private_key');
  });

  it('encrypts with PKCS #1 v1.5 what it decrypts, with another padding each time', () => {
    const encrypted = 'rsa_pkcs1_encrypt(file("public.pem"), "a secret")';
    expect(made(`rsa_pkcs1_decrypt(file("private.der"), ${encrypted})`)).toEqual(utf8('a secret'));
    expect(made(encrypted)).not.toEqual(made(encrypted));
    const theirs = publicEncrypt({ key: rsa.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('another'));
    expect(made(`rsa_pkcs1_decrypt(file("private.pem"), ${hexOf(theirs)})`)).toEqual(utf8('another'));
  });

  it.each(['SHA-256', 'SHA-1', 'SHA-384', 'SHA-512'])('signs with PKCS #1 v1.5 and %s as another implementation', (hash) => {
    const theirs = sign(hash.replace('-', ''), utf8('abc'), rsa.privateKey);
    expect(toHex(made(`rsa_pkcs1_sign(file("private.pem"), "abc", "${hash}")`))).toBe(theirs.toString('hex'));
  });

  it('signs with PSS what another implementation verifies', () => {
    const signature = made('rsa_pss_sign(file("private.pem"), "abc")');
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    expect(verify('sha256', utf8('abc'), { key: rsa.publicKey, ...pss }, signature)).toBe(true);
    expect(verify('sha256', utf8('abd'), { key: rsa.publicKey, ...pss }, signature)).toBe(false);
  });

  it('signs with PSS and an MGF1 of SHA-1, as p2p does', () => {
    const key = readPublicKey(der(rsa.publicKey));
    if (typeof key === 'string') throw new Error(key);
    const signature = made('rsa_pss_sign(file("private.pem"), "abc", "SHA-1")');
    expect(verifyPss(key, 'SHA-1', utf8('abc'), signature).state).toBe('valid');
    expect(verifyPss(key, 'SHA-256', utf8('abc'), signature).state).toBe('invalid');
  });
});

describe('ECDSA', () => {
  it.each(curves.map((key) => [key.asymmetricKeyDetails!.namedCurve!, key] as const))(
    'of %s signs what another implementation verifies, and has its public key',
    (name, key) => {
      const other = createPublicKey(key);
      expect(toHex(made(`ecdsa_public(file("${name}.pem"))`))).toBe(der(other).toString('hex'));
      for (const hash of ['sha256', 'sha384', 'sha512']) {
        const signature = made(`ecdsa_sign(file("${name}.pem"), ${hash}("abc"))`);
        expect([verify(hash, utf8('abc'), other, signature), verify(hash, utf8('abd'), other, signature)]).toEqual([true, false]);
      }
    },
  );
});

describe('what cannot be', () => {
  const noPrivate = 'private_key is no RSA key in PKCS #8, PEM or DER';
  const noPublic = 'public_key is no RSA key of 512 bits or more, a SubjectPublicKeyInfo in PEM or DER';
  it.each([
    ['rsa_public(01 02)', noPrivate],
    ['rsa_public(file("public.pem"))', noPrivate],
    ['rsa_public(file("old.pem"))', noPrivate],
    ['rsa_public(file("prime256v1.pem"))', noPrivate],
    ['rsa_oaep_encrypt(file("private.pem"), "x")', noPublic],
    ['rsa_pkcs1_encrypt(ecdsa_public(file("prime256v1.pem")), "x")', noPublic],
    ['rsa_oaep_encrypt(file("public.pem"), repeat("x", 100))', 'plaintext is too long for public_key'],
    ['rsa_oaep_encrypt(file("public.pem"), "x", "MD5")', 'hash is one of SHA-256, SHA-1'],
    ['rsa_oaep_encrypt(file("public.pem"), "x", "SHA-1", "c0ffee")', 'mgf_hash is one of SHA-256, SHA-1'],
    ['rsa_oaep_decrypt(file("private.pem"), 01 02)', 'ciphertext does not open with private_key'],
    [`rsa_oaep_decrypt(file("private.pem"), ${hexOf(new Uint8Array(128).fill(1))})`, 'ciphertext does not open with private_key'],
    ['rsa_pss_sign(file("short.pem"), "x")', 'private_key is too short'],
    ['rsa_pkcs1_sign(file("short.pem"), "x", "SHA-512")', 'private_key is too short for this hash'],
    ['rsa_pkcs1_sign(file("private.pem"), "x", "SHA-3")', 'hash is one of SHA-256, SHA-1, SHA-384, SHA-512'],
    ['ecdsa_sign(file("private.pem"), "x")', 'private_key is no key of P-256, P-384 or P-521 in PKCS #8'],
  ])('%s', (text, why) => expect(() => made(text)).toThrow(why));

  it('is more work than one message may make', () => {
    const large = 'rsa_pkcs1_sign(file("large.der"), "x")';
    expect(() => made(`concat(${Array.from({ length: 20 }, () => large).join(', ')})`)).toThrow('(limit evaluatedSize)');
  });
});
