/** Ed25519 keys are read without the structures of ASN.1, and are what those say. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readPublicKey } from '../../../dissector/crypto/index.ts';
import { readPublicKeyInfo } from '../../../dissector/crypto/publickeyinfo.ts';

const whole = (key: Uint8Array): Uint8Array => Uint8Array.from([...Buffer.from('302a300506032b6570032100', 'hex'), ...key]);
const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

it('a key that is written as DER has it', () => {
  fc.assert(
    fc.property(key, (bytes) => {
      expect(readPublicKey(whole(bytes))).toEqual({ kind: 'Ed25519', bytes });
      expect(readPublicKeyInfo(whole(bytes))).toEqual({ kind: 'Ed25519', bytes });
    }),
    { numRuns: 300 },
  );
});

it('one that is broken, cut or longer is what the structures say', () => {
  const mutated = fc.tuple(key, fc.nat(43), fc.integer({ min: 1, max: 255 }), fc.integer({ min: 40, max: 46 }));
  fc.assert(
    fc.property(mutated, ([bytes, at, flip, length]) => {
      const der = new Uint8Array(length);
      der.set(whole(bytes).subarray(0, length));
      der[at % length]! ^= flip;
      expect(readPublicKey(der)).toEqual(readPublicKeyInfo(der));
    }),
    { numRuns: 2_000 },
  );
});

it('the key does not change with the bytes that it was read from', () => {
  const der = whole(new Uint8Array(32));
  const read = readPublicKey(der);
  der.fill(1);
  expect(read).toEqual({ kind: 'Ed25519', bytes: new Uint8Array(32) });
});
