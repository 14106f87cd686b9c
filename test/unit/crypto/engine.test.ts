import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  aesModes,
  type Engine,
  forgetPassiveKeys,
  libraryEngine,
  makeSealed,
  noise,
  openSealed,
  orUndefined,
  passiveDecrypt,
  streamCiphers,
  useEngine,
} from '../../../dissector/crypto/index.ts';
import { platformEngine, provenParts, questions } from '../../../extension/capture/engine.ts';

const own = platformEngine();
const bytes = (minLength: number, maxLength = minLength) => fc.uint8Array({ minLength, maxLength });
/** Now and then of a wrong length. */
const about = (length: number) => fc.oneof({ weight: 8, arbitrary: bytes(length) }, bytes(0, length * 2));

/** The answer, or that there is none: the words of an error are each engine's own. */
function answer(cipher: ((...given: readonly Uint8Array[]) => Uint8Array) | undefined, given: readonly Uint8Array[]) {
  const opened = orUndefined(() => cipher!(...given));
  return opened === undefined ? 'nothing' : Buffer.from(opened).toString('hex');
}

afterEach(() => useEngine({}));

describe('the engine of Node', () => {
  const ciphers: readonly (keyof Engine)[] = ['openChaChaPoly', 'openGcm', 'openCbc', 'openCtr', 'encipherBlocks'];

  const publicKeys: readonly (keyof Engine)[] = ['x25519', 'x25519Public', 'verifyEd25519', 'power', 'rsaPublic'];
  const hashes: readonly (keyof Engine)[] = ['hmac'];

  it('is there', () => expect(provenParts().sort()).toEqual([...ciphers, ...publicKeys, ...hashes].sort()));

  it.each(ciphers)('%s answers what the library answers, also to what does not fit', (name) => {
    const parts =
      name === 'encipherBlocks'
        ? [about(32), bytes(0, 100)]
        : [about(32), about(name === 'openCbc' || name === 'openCtr' ? 16 : 12), bytes(0, 100)];
    if (name === 'openChaChaPoly' || name === 'openGcm') parts.push(bytes(0, 20));
    fc.assert(
      fc.property(fc.tuple(...parts), (given) => {
        // A message without blocks is no question of a protocol: engines differ in what they say of it.
        if (name === 'encipherBlocks' && (given[0]!.length !== 32 || given[1]!.length % 16 !== 0 || given[1]!.length === 0))
          return;
        expect(answer(own[name] as never, given)).toBe(answer(libraryEngine[name] as never, given));
      }),
    );
  });

  it.each(aesModes)('$name opens what was sealed, and no longer once a bit is flipped in what it proves', (mode) => {
    fc.assert(
      fc.property(bytes(32), bytes(mode.ivLength), bytes(0, 100), fc.nat(), (key, iv, plaintext, place) => {
        const sealed = mode.seal(key, iv, plaintext)!;
        useEngine(own);
        expect(mode.open(key, sealed)).toEqual(plaintext);
        const bad = sealed.slice();
        bad[place % bad.length]! ^= 1 << (place & 7);
        const native = mode.open(key, bad);
        useEngine({});
        expect(native).toEqual(mode.open(key, bad));
        if (mode.proves) expect(native).toBeUndefined();
      }),
    );
  });

  it('opens ChaCha20-Poly1305, and not under another key, nonce or header', () => {
    fc.assert(
      fc.property(bytes(32), bytes(12), bytes(0, 8), bytes(0, 100), (key, nonce, aad, plaintext) => {
        useEngine(own);
        const sealed = makeSealed(key, nonce, aad, plaintext)!;
        expect(openSealed(key, aad, sealed)).toEqual(plaintext);
        expect(openSealed(key, Uint8Array.of(...aad, 0), sealed)).toBeUndefined();
        expect(
          openSealed(
            key.map((byte) => byte ^ 1),
            aad,
            sealed,
          ),
        ).toBeUndefined();
      }),
    );
  });

  it.each(['ChaChaPoly', 'AESGCM'])('opens %s of Noise, and not under another nonce or associated data', (name) => {
    const { cipher } = noise.readProtocolName(`Noise_NN_25519_${name}_SHA256`) as noise.NoiseProtocol;
    fc.assert(
      fc.property(bytes(32), bytes(0, 8), bytes(0, 100), fc.nat(0xffff), (key, aad, plaintext, counter) => {
        useEngine(own);
        const sealed = cipher.encrypt(key, counter, aad, plaintext);
        expect(cipher.decrypt(key, counter, aad, sealed)).toEqual(plaintext);
        expect(cipher.decrypt(key, counter + 1, aad, sealed)).toBeUndefined();
        expect(cipher.decrypt(key, counter, Uint8Array.of(...aad, 0), sealed)).toBeUndefined();
      }),
    );
  });

  it.each(streamCiphers)('$name is opened from any byte on as the library opens it', ({ open, seal }) => {
    fc.assert(
      fc.property(bytes(32), bytes(16), bytes(1, 5000), fc.nat(), (key, iv, plaintext, place) => {
        const whole = seal(key, iv, new Uint8Array(0), 0, plaintext)!;
        const from = place % whole.length;
        useEngine(own);
        expect(open(key, iv, whole.subarray(0, from), from, whole.subarray(from))).toEqual(plaintext.subarray(from));
      }),
      { numRuns: 60 },
    );
  });

  it('opens recorded messages of any length as the library does', () => {
    const length = fc.oneof(bytes(0, 80), bytes(480, 560));
    fc.assert(
      fc.property(about(32), about(12), bytes(0, 40), length, fc.nat(), (key, nonce, aad, plaintext, place) => {
        useEngine(own);
        const sealed = makeSealed(key, nonce, aad, plaintext)?.subarray(nonce.length) ?? plaintext;
        const bad = sealed.slice();
        if (bad.length > 0) bad[place % bad.length]! ^= 1 << (place & 7);
        for (const message of [sealed, bad, sealed.subarray(0, place % (sealed.length + 1))]) {
          const opened = passiveDecrypt(key, nonce, message, aad);
          expect(opened).toEqual(orUndefined(() => libraryEngine.openChaChaPoly(key, nonce, message, aad)));
        }
      }),
    );
  });

  it('opens on after the key it was given last is overwritten', () => {
    const [key, nonce, aad] = [new Uint8Array(32).fill(7), new Uint8Array(12), new Uint8Array(4)];
    const sealed = makeSealed(key, nonce, aad, Uint8Array.of(1, 2))!.subarray(12);
    expect(passiveDecrypt(key, nonce, sealed, aad)).toEqual(Uint8Array.of(1, 2));
    forgetPassiveKeys();
    expect(passiveDecrypt(new Uint8Array(32), nonce, sealed, aad)).toBeUndefined();
    expect(passiveDecrypt(key, nonce, sealed, aad)).toEqual(Uint8Array.of(1, 2));
  });

  it('gives memory of its own: a copy of a part of it is one', () => {
    const opened = own.openCtr!(new Uint8Array(32), new Uint8Array(16), new Uint8Array(40));
    expect(Object.getPrototypeOf(opened)).toBe(Uint8Array.prototype);
    const part = opened.slice(0, 4);
    part.fill(0);
    expect([...opened.subarray(0, 4)]).not.toEqual([0, 0, 0, 0]);
  });
});

describe('a platform', () => {
  it('without a cipher, or with one that answers something else, leaves it to the library', () => {
    const fail = (): never => {
      throw new Error('Unknown cipher');
    };
    const from: Engine = {
      ...libraryEngine,
      openChaChaPoly: fail,
      openCtr: (key, iv, text) => libraryEngine.openCtr(key, iv, text).fill(0, 0, 1),
      // Takes what the library refuses.
      x25519: (privateKey, publicKey) => orUndefined(() => libraryEngine.x25519(privateKey, publicKey)) ?? new Uint8Array(32),
      verifyEd25519: () => true,
      // Of one of the hash functions alone.
      hmac: (hash, key, message) => libraryEngine.hmac(hash === 'BLAKE2b' ? 'SHA512' : hash, key, message),
    };
    expect(provenParts(from).sort()).toEqual(['encipherBlocks', 'openCbc', 'openGcm', 'power', 'rsaPublic', 'x25519Public']);
    // The library stands in the place of the others.
    expect(() => platformEngine(from).x25519(new Uint8Array(32).fill(9), new Uint8Array(32))).toThrow();
    expect(platformEngine(from).verifyEd25519(new Uint8Array(32), new Uint8Array(1), new Uint8Array(64))).toBe(false);
  });

  it('is compared with what the library answers indeed', () => {
    for (const [name, asked] of Object.entries(questions)) {
      const part = libraryEngine[name as keyof Engine] as (...given: readonly unknown[]) => unknown;
      for (const [given, answer] of asked())
        expect(
          orUndefined(() => part(...given)),
          name,
        ).toEqual(answer);
    }
  });

  it('is asked nothing before its first use', () => {
    let asked = 0;
    const x25519Public: Engine['x25519Public'] = (privateKey) => {
      asked++;
      return libraryEngine.x25519Public(privateKey);
    };
    const engine = platformEngine({ ...libraryEngine, x25519Public });
    expect(asked).toBe(0);
    const known = libraryEngine.x25519Public(new Uint8Array(32).fill(7));
    expect(engine.x25519Public(new Uint8Array(32).fill(7))).toEqual(known);
    const proving = asked;
    expect(proving).toBeGreaterThan(1);
    engine.x25519Public(new Uint8Array(32).fill(7));
    expect(asked).toBe(proving + 1);
  });
});
