import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { equalBytes } from '../../dissector/bytes/index.ts';
import { type Engine, type HmacHash, libraryEngine, orUndefined } from '../../dissector/crypto/index.ts';
import { nativeHmac } from './hmac.ts';
import { nativePublicKeys } from './publickeys.ts';

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
  hmac: nativeHmac,
  ...nativePublicKeys,
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

type Given = readonly (Uint8Array | bigint | string)[];
type Answer = Uint8Array | boolean | bigint | undefined;
type Answering = (...given: Given) => Answer;

/** What a part is given, and what the library answers: undefined where it throws. Written down, so that nobody waits for the library. */
export type Question = readonly [given: Given, answer: Answer];

const sample = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at * 7 + length);
const hex = (digits: string): Uint8Array => plain(Buffer.from(digits, 'hex'));

/** What each is asked before its first use: what it takes, and what it refuses. */
export const questions: { readonly [name in keyof Engine]: () => readonly Question[] } = {
  openChaChaPoly: () => {
    const sealed = hex(
      '7ee4d54eb7499030c41eb5b0d3a2a23f59d2b6306645d098009631d5e16aa547261e34fb27dedf37fb64a07ca11002c6c4dfd051eac1043e9acb5b098e9b8725',
    );
    return [
      [[sample(32), sample(12), sealed, sample(16)], sample(48)],
      [[sample(32), sample(12), sealed, sample(15)], undefined],
    ];
  },
  openGcm: () => {
    const sealed = hex(
      '313b96b3a0ae58b9c9fa7ee1e525369fc6bd7dccc53611b08687f934ac8884767d4b16f97f8360df9f4a389bb99f0e6d6b3dbfcc7950d9cf7f40f60226352ed0',
    );
    return [
      [[sample(32), sample(12), sealed, sample(16)], sample(48)],
      [[sample(32), sample(12), sealed, sample(15)], undefined],
    ];
  },
  openCbc: () => {
    const sealed = hex(
      'cbc352af2ea16e096576b6ce3fc28fd17782c59ddf6cad31f674318aa720c30114e5b7b2e77324383d2bb422419ca9c167dd88c0d736e1967dc224de38a8dc01',
    );
    return [
      [[sample(32), sample(16), sealed], sample(48)],
      [[sample(32), sample(16), sealed.subarray(0, 48)], undefined],
    ];
  },
  openCtr: () => [
    [
      [
        sample(32),
        sample(16),
        hex('38919cf9c815e8133351d0b8a232e612e349ebf90936b60a1970c2825604e1c8a1876a7770614af5c07593222e2226d8'),
      ],
      sample(48),
    ],
  ],
  encipherBlocks: () => [
    [
      [sample(32), sample(48)],
      hex('03d2cde223f8b0ea0f6830a0d6f45d22fa2003f9ae49e3d3a7d8bfb993494e1d08a6a2bc8446b2725b3ea6c526b9748b'),
    ],
  ],
  x25519: () => [
    [
      [sample(32), hex('58e766e0826cab087672ebfe34acd79f97c31d440abc0818d58d447d50402b6a')],
      hex('ef4690eecad737c78e2d17dadd8e15040a8b27b3d1dde2eea842e3411a2f6e26'),
    ],
    [[sample(32), sample(31)], undefined],
    [[sample(32), new Uint8Array(32)], undefined],
  ],
  x25519Public: () => [
    [[sample(32)], hex('c1c318eeeead11778e566a24a8cb04b9b431eb84cfa623c6a682c7ee56c8e206')],
    [[sample(31)], undefined],
  ],
  verifyEd25519: () => {
    const signer = hex('0360edf1a07c2925df03f78df48e545f6d12f64e76a0957bd38d08092e1a04fe');
    const signature = hex(
      '55955fb5f09905b97331b80f9c99cbb7ba2c641cc2b2db7ffba378f1bd8afdcf8394cdd1ce35a2a2bc936e00ee455bde2abcc58962cb3eb263bc729ad3f96d03',
    );
    // The neutral element, of low order.
    const neutral = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0));
    return [
      [[signer, sample(48), signature], true],
      [[signer, sample(48), signature.subarray(1)], undefined],
      [[neutral, sample(48), signature], false],
    ];
  },
  hmac: () => {
    const codes: readonly (readonly [hash: HmacHash, code: string])[] = [
      ['SHA256', '6c7aea8ad014338bd17e51625d7076ef887182567fc3659eb9e63dd1529037a9'],
      [
        'SHA512',
        '308ee73c1cd8f4fc2ccbb1cd4242416cc43c2bcfe20d2acc627a765692bcff40ca6720845f471dd030f1d74159e05eb6f16c90b506273e816ddccdad132c4506',
      ],
      ['BLAKE2s', 'e4227d2479d1de100d74c7d963b0fde12543bb4f4cf27557402e05c4465c2ace'],
      [
        'BLAKE2b',
        '96f380add7cf2784e662be4efb3a5214a6c6201e35ffa35aa9ceea8d58b951ed253ed083dc713725f595736edfb3bba4efe67992a9ddb1d9046594f0e13ccfef',
      ],
    ];
    return codes.map(([hash, code]) => [[hash, sample(64), sample(48)], hex(code)]);
  },
  rsaPublic: () => {
    // Of the size and with the exponent of an RSA key.
    const modulus = ((1n << 521n) - 1n) * ((1n << 127n) - 1n);
    const encrypted =
      0xf416305adffa837bd263d6e2b1035f9413625b25b54c348fe629385505b49d52aaebe7f2a9d3a9e040b907c4dd183bd3d452fa973aaed756d6b6186120fe2356656d6fe099404100d6077864bef9c8528cn;
    return [[[0x1234_5678_9abc_defn, 65_537n, modulus], encrypted]];
  },
  power: () => {
    const prime = (1n << 521n) - 1n;
    const made =
      0x7c9e63b1b3e497927196b392a1bc2758c452360aab7f659d2da94509e4fc16f220779c87c9095a77c0d0e39cd9d13287b097ca153251540e699b6f184fe3dc933dn;
    return [
      [[3n, 0x1234_5678n, prime], made],
      [[prime - 1n, 7n, prime], prime - 1n],
      [[5n, 3n, 10n], 5n],
    ];
  },
};

/** Whether a part is there and answers what the library answers, also to what does not fit. */
function isProven(name: keyof Engine, from: Engine): boolean {
  const part = from[name] as Answering;
  return questions[name]().every(([given, answer]) =>
    isSame(
      orUndefined(() => part(...given)),
      answer,
    ),
  );
}

/** The parts that are Node's own here. */
export function provenParts(from: Engine = native): (keyof Engine)[] {
  return (Object.keys(questions) as (keyof Engine)[]).filter((name) => isProven(name, from));
}

/**
 * The cryptography of Node, each part where it is there and answers what the library answers: VS Code's own build has BoringSSL, which
 * leaves some of OpenSSL's out. That is seen at the first use of each: a program that uses none of it starts at once.
 */
export function platformEngine(from: Engine = native): Engine {
  const parts = Object.keys(questions).map((name) => {
    let chosen: Answering | undefined;
    const part = (...given: Given): Answer => {
      chosen ??= (isProven(name as keyof Engine, from) ? from : libraryEngine)[name as keyof Engine] as Answering;
      return chosen(...given);
    };
    return [name, part];
  });
  return Object.fromEntries(parts);
}

function isSame(a: Answer, b: Answer): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b;
}
