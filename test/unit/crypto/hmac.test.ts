/** HMAC of Node beside that of the library, published vectors, and HKDF of Noise on top of both. */

import { blake2b, blake2s } from '@noble/hashes/blake2.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type HmacHash, libraryEngine, noise, useEngine } from '../../../dissector/crypto/index.ts';
import { platformEngine } from '../../../extension/capture/engine.ts';
import { nativeHmac } from '../../../extension/capture/hmac.ts';

const names: readonly HmacHash[] = ['SHA256', 'SHA512', 'BLAKE2s', 'BLAKE2b'];
const hashes = { SHA256: sha256, SHA512: sha512, BLAKE2s: blake2s, BLAKE2b: blake2b };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const engines = [libraryEngine.hmac, nativeHmac];

afterEach(() => useEngine({}));

describe.each(names)('HMAC-%s', (name) => {
  it('of Node is that of the library, whatever the lengths of key and message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 300 }), (key, message) => {
        const made = nativeHmac(name, key, message);
        expect(hex(made)).toBe(hex(libraryEngine.hmac(name, key, message)));
        // Memory of its own: the slice of a Buffer would be a view.
        expect(Object.getPrototypeOf(made)).toBe(Uint8Array.prototype);
      }),
      { numRuns: 2_500 },
    );
  });

  it.each([2, 3] as const)('gives HKDF of Noise with %s outputs, as the library has it', (outputs) => {
    const { hash } = noise.readProtocolName(`Noise_NN_25519_ChaChaPoly_${name}`) as noise.NoiseProtocol;
    const { length } = libraryEngine.hmac(name, new Uint8Array(0), new Uint8Array(0));
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), fc.uint8Array({ maxLength: 64 }), (ck, input) => {
        const whole = expand(hashes[name], extract(hashes[name], input, ck), new Uint8Array(0), outputs * length);
        for (const engine of [{}, platformEngine()]) {
          useEngine(engine);
          expect(hash.hkdf(ck, input, outputs).map(hex).join('')).toBe(hex(whole));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('RFC 4231', () => {
  const key = new Uint8Array(131).fill(0xaa);
  const text = new TextEncoder().encode('Test Using Larger Than Block-Size Key - Hash Key First');

  it.each(engines)('test case 6', (hmac) => {
    expect(hex(hmac('SHA256', key, text))).toBe('60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54');
    expect(hex(hmac('SHA512', key, text))).toBe(
      '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
    );
  });

  it.each(engines)('is another one for another key', (hmac) => {
    expect(hex(hmac('SHA256', key.with(0, 0xab), text))).not.toBe(hex(hmac('SHA256', key, text)));
  });
});
