/** Public-key cryptography of Node. Each answers what the library answers; where it may not, the library is asked. */
import { Buffer } from 'node:buffer';
import {
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
  type DiffieHellman,
  diffieHellman,
  type KeyObject,
  verify,
} from 'node:crypto';
import { equalBytes } from '../../dissector/bytes/index.ts';
import { bitsOf, bytesOfInteger, type Engine, integer, libraryEngine, orUndefined } from '../../dissector/crypto/index.ts';
import { rsaPower } from './rsapower.ts';

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** To import a private key takes longer than to compute with it: those in use are kept for as long as their bytes are. */
const imported = new WeakMap<Uint8Array, { readonly bytes: Uint8Array; readonly key: KeyObject }>();

function privateKeyOf(privateKey: Uint8Array): KeyObject {
  if (privateKey.length !== KEY_BYTES) throw new RangeError('a private key has 32 bytes');
  const known = imported.get(privateKey);
  // Bytes of a key that was forgotten are overwritten.
  if (known !== undefined && equalBytes(known.bytes, privateKey)) return known.key;
  const d = base64url(privateKey);
  // A public key must stand beside it, and nobody asks which: OpenSSL computes it.
  const key = createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', x: d, d }, format: 'jwk' });
  imported.set(privateKey, { bytes: privateKey.slice(), key });
  return key;
}

/** As a JWK (RFC 8037, section 2): OpenSSL takes seven times as long for the same in DER. */
function publicKeyOf(crv: 'X25519' | 'Ed25519', publicKey: Uint8Array): KeyObject {
  if (publicKey.length !== KEY_BYTES) throw new RangeError('a public key has 32 bytes');
  return createPublicKey({ key: { kty: 'OKP', crv, x: base64url(publicKey) }, format: 'jwk' });
}

function base64url({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, length).toString('base64url');
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.length);
}

/** y-coordinates of Ed25519's points of low order, little-endian, without the bit of the sign. */
const lowOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')));

/** Whether a public key is written in the one right way and of no low order: of any other, implementations say different things. */
function isOrdinary(publicKey: Uint8Array): boolean {
  const y = publicKey.slice();
  y[KEY_BYTES - 1]! &= 0x7f;
  const isBelowPrime = y[KEY_BYTES - 1]! < 0x7f || y[0]! < 0xed || y.subarray(1, KEY_BYTES - 1).some((byte) => byte !== 0xff);
  return isBelowPrime && !lowOrder.some((point) => equalBytes(point, y));
}

function passes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, publicKeyOf('Ed25519', publicKey), signature);
}

/** Node refuses what nobody signed: its word is taken only where it does. */
let isSound: boolean | undefined;

/** A signature of another message, RFC 8032, section 7.1, TEST 2. */
function refusesForgery(): boolean {
  const [publicKey, signature] = [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ].map((digits) => plain(Buffer.from(digits, 'hex')));
  return passes(publicKey!, Uint8Array.of(0x72), signature!) && !passes(publicKey!, Uint8Array.of(0x73), signature!);
}

/** Groups whose modulus has at most so many bits are worth their preparation, in which Node looks whether it is prime. */
const MOST_GROUP_BITS = 1024;
/** Of smaller groups Node computes nothing, and gives zeros. */
const LEAST_GROUP_BITS = 512;
/** Computations in a group before it is prepared, and groups that are kept. */
const WORTHWHILE = 32;
const MOST_GROUPS = 16;

class Groups {
  readonly #used = new Map<bigint, number>();
  readonly #prepared = new Map<bigint, DiffieHellman>();

  /** Undefined where the library computes as fast, all in all. */
  of(modulus: bigint): DiffieHellman | undefined {
    const known = this.#prepared.get(modulus);
    if (known !== undefined) return known;
    const bits = bitsOf(modulus);
    if (bits < LEAST_GROUP_BITS || bits > MOST_GROUP_BITS || this.#prepared.size >= MOST_GROUPS) return undefined;
    const used = (this.#used.get(modulus) ?? 0) + 1;
    if (this.#used.size >= MOST_GROUPS) this.#used.clear();
    this.#used.set(modulus, used);
    if (used < WORTHWHILE) return undefined;
    const group = createDiffieHellman(Buffer.from(bytesOfInteger(modulus, Math.ceil(bitsOf(modulus) / 8))));
    this.#prepared.set(modulus, group);
    return group;
  }
}

const groups = new Groups();

function powerIn(group: DiffieHellman | undefined, base: bigint, exponent: bigint, modulus: bigint): bigint | undefined {
  if (group === undefined) return undefined;
  group.setPrivateKey(Buffer.from(bytesOfInteger(exponent, Math.ceil(bitsOf(exponent) / 8))));
  const other = Buffer.from(bytesOfInteger(base, Math.ceil(bitsOf(modulus) / 8)));
  return integer(plain(group.computeSecret(other)));
}

export const nativePublicKeys: Pick<Engine, 'x25519' | 'x25519Public' | 'verifyEd25519' | 'power' | 'rsaPublic'> = {
  x25519: (privateKey, publicKey) =>
    plain(diffieHellman({ privateKey: privateKeyOf(privateKey), publicKey: publicKeyOf('X25519', publicKey) })),
  x25519Public: (privateKey) =>
    plain(Buffer.from(createPublicKey(privateKeyOf(privateKey)).export({ format: 'jwk' }).x!, 'base64url')),
  /**
   * Node checks the equation without the cofactor: what passes there passes with it, too (RFC 8032, section 5.1.7, step 3). What does not
   * pass may still do so, and is asked for again.
   */
  verifyEd25519(publicKey, message, signature) {
    if (publicKey.length === KEY_BYTES && signature.length === SIGNATURE_BYTES) {
      if (!isOrdinary(publicKey)) return false;
      isSound ??= refusesForgery();
      if (isSound && passes(publicKey, message, signature)) return true;
    }
    return libraryEngine.verifyEd25519(publicKey, message, signature);
  },
  power: (base, exponent, modulus) =>
    inRange(base, exponent, modulus, () => powerIn(groups.of(modulus), base, exponent, modulus)),
  // Apart from `power`: it keeps the keys that it is given.
  rsaPublic: (base, exponent, modulus) => inRange(base, exponent, modulus, () => rsaPower(base, exponent, modulus)),
};

/** What is out of range Node refuses, and where it gives zeros it may have computed nothing: then the library is asked. */
function inRange(base: bigint, exponent: bigint, modulus: bigint, native: () => bigint | undefined): bigint {
  const isInRange = base > 1n && base < modulus - 1n && exponent > 0n && exponent < modulus && (modulus & 1n) === 1n;
  const made = isInRange ? orUndefined(native) : undefined;
  return made === undefined || made === 0n ? libraryEngine.power(base, exponent, modulus) : made;
}
