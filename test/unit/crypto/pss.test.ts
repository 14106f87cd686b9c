/** RSA-PSS with node:crypto as the oracle, and a negative twin for each. */
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../dissector/bytes/index.ts';
import { type HashName, type PublicKey, readPublicKey, verifyPss, verifyRsaMessage } from '../../../dissector/crypto/index.ts';

const message = new TextEncoder().encode('a message that is signed');

function readable(key: KeyObject): PublicKey {
  const read = readPublicKey(key.export({ type: 'spki', format: 'der' }));
  if (typeof read === 'string') throw new Error(read);
  return read;
}

/** A signature by a key bound to MGF1 with this hash, the only way to have node:crypto take another than the message's. */
function bound(mgfHash: HashName): { key: PublicKey; signature: Uint8Array } {
  const name = mgfHash === 'SHA-1' ? 'sha1' : 'sha256';
  const { publicKey, privateKey } = generateKeyPairSync('rsa-pss', {
    modulusLength: 2048,
    hashAlgorithm: 'sha256',
    mgf1HashAlgorithm: name,
  });
  // The key says in its algorithm that it is bound, so its two numbers are taken out: the RSAPublicKey at the end of it.
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const start = der.indexOf(Buffer.from('3082010a0282010100', 'hex'));
  const modulus = BigInt(`0x${der.subarray(start + 9, start + 9 + 256).toString('hex')}`);
  return { key: { kind: 'RSA', modulus, exponent: 65_537n, bits: 2048 }, signature: sign('sha256', message, privateKey) };
}

const pair = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const mine = pair(2048);
const other = readable(pair(2048).publicKey);

describe('RSA-PSS', () => {
  // A modulus of 1025 bits makes the encoded message a byte shorter than the modulus.
  it.each([1024, 1025, 1026, 1031, 2048])('verifies what a key of %i bits signed', (bits) => {
    const { publicKey, privateKey } = pair(bits);
    const key = readable(publicKey);
    for (const saltLength of [0, 1, 20, 32, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
      const signature = sign('sha256', message, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
      const { state, why } = verifyPss(key, 'SHA-256', message, signature);
      expect(state, why).toBe('valid');
      if (saltLength >= 0) expect(why).toBe(`RSA ${bits} PSS signature with a salt of ${saltLength} bytes verifies`);
      expect(verifyPss(key, 'SHA-1', message, signature).state).toBe('invalid');
      expect(verifyPss(key, 'SHA-256', message.subarray(1), signature).state).toBe('invalid');
    }
  });

  it.each(['SHA-1', 'SHA-256'] as const)('tells MGF1 with %s', (mgfHash) => {
    const { key, signature } = bound(mgfHash);
    expect(verifyPss(key, mgfHash, message, signature).state).toBe('valid');
    const twin: HashName = mgfHash === 'SHA-1' ? 'SHA-256' : 'SHA-1';
    expect(verifyPss(key, twin, message, signature).state).toBe('invalid');
    expect(verifyPss(key, mgfHash, message.subarray(1), signature).state).toBe('invalid');
  });

  it('refuses other keys, flipped bits and other lengths', () => {
    const signature = sign('sha256', message, { key: mine.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING });
    const key = readable(mine.publicKey);
    expect(verifyPss(key, 'SHA-256', message, signature).state).toBe('valid');
    expect(verifyPss(other, 'SHA-256', message, signature)).toEqual({
      state: 'invalid',
      why: 'RSA 2048 PSS signature does not verify',
    });
    for (const at of [0, 100, 255]) {
      const flipped = signature.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(verifyPss(key, 'SHA-256', message, flipped).state).toBe('invalid');
    }
    expect(verifyPss(key, 'SHA-256', message, signature.subarray(1)).state).toBe('invalid');
    expect(verifyPss(key, 'SHA-256', message, Buffer.concat([Buffer.of(0), signature])).state).toBe('invalid');
    expect(verifyPss(key, 'SHA-256', message, new Uint8Array(256).fill(0xff)).state).toBe('invalid');
    const pkcs1 = sign('sha256', message, { key: mine.privateKey, padding: constants.RSA_PKCS1_PADDING });
    expect(verifyPss(key, 'SHA-256', message, pkcs1).state).toBe('invalid');
  });

  it('refuses a signature beyond the modulus, though it is the same number modulo it', () => {
    const key = readable(mine.publicKey) as PublicKey & { kind: 'RSA' };
    for (const padding of [constants.RSA_PKCS1_PSS_PADDING, constants.RSA_PKCS1_PADDING]) {
      const verify = (text: Uint8Array, signature: Uint8Array) =>
        padding === constants.RSA_PKCS1_PADDING
          ? verifyRsaMessage(key, 'SHA-256', text, signature).state
          : verifyPss(key, 'SHA-256', text, signature).state;
      // Only a small signature leaves room for the modulus on top of it.
      for (let i = 0; ; i++) {
        const text = Uint8Array.of(i >> 8, i);
        const signature = sign('sha256', text, { key: mine.privateKey, padding });
        const beyond = (BigInt(`0x${signature.toString('hex')}`) + key.modulus).toString(16);
        if (beyond.length > 512) continue;
        expect([verify(text, signature), verify(text, fromHex(beyond)!)]).toEqual(['valid', 'invalid']);
        break;
      }
    }
  });

  it('does not check with other kinds of keys, or over the limit', () => {
    const ed = readable(generateKeyPairSync('ed25519').publicKey);
    expect(verifyPss(ed, 'SHA-1', message, message)).toEqual({ state: 'unchecked', why: 'the key is Ed25519, not RSA' });
    const large = { kind: 'RSA', modulus: 1n << 20_000n, exponent: 3n, bits: 20_001 } as const;
    expect(verifyPss(large, 'SHA-1', message, message).state).toBe('unchecked');
    expect(verifyPss({ ...large, bits: 1024, exponent: 1n << 33n }, 'SHA-1', message, message).state).toBe('unchecked');
  });
});
