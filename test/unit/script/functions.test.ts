/** What functions of the packet language make, by published vectors where there are some. */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { protocols } from '../../../dissector/index.ts';
import {
  encoder,
  nowhere,
  parseScript,
  type Scope,
  scriptFunctions,
  scriptLimits,
  valuesOf,
} from '../../../dissector/script/index.ts';

const scope: Scope = {
  ...nowhere,
  encode: encoder(protocols),
  random: (length, seed = 0) => new Uint8Array(length).fill(seed),
  file: (path) => new TextEncoder().encode(path),
  environment: (name) => (name === 'HOME' ? '/home/me' : undefined),
  prompt: (question) => (question === 'key' ? '0102' : undefined),
};

/** The value of a text, bytes in hex. */
function made(value: string): unknown {
  const { packets, problems } = parseScript(`p m { value: ${value} }`);
  expect(problems).toEqual([]);
  const given = valuesOf(packets[0]!.fields, scope).value;
  return given instanceof Uint8Array ? toHex(given) : given;
}

const zeros = (length: number): string => `repeat(hex(00), ${length})`;

describe('functions', () => {
  it.each([
    ['flip(00 00 00 00, 2)', '01000100'],
    ['truncate(01 02 03, 2)', '0102'],
    ['slice(01 02 03 04, 1, 3)', '0203'],
    ['slice(01 02 03 04, 2)', '0304'],
    ['concat(01 02, "a", hex(ff))', '010261ff'],
    ['repeat(01 02, 3)', '010201020102'],
    ['repeat({ id: 1 }, 2)', [{ id: 1 }, { id: 1 }]],
    ['random(3, 7)', '070707'],
    ['hex("01 02")', '0102'],
    ['hex(prompt("key"))', '0102'],
    ['base64(base64_text(01 02))', '0102'],
    ['text(env("HOME"))', toHex(new TextEncoder().encode('/home/me'))],
    ['uint(258, 4)', '00000102'],
    ['uint_le(258, 4)', '02010000'],
    ['uint(18446744073709551615, 8)', 'ffffffffffffffff'],
    ['length(file("x.bin"))', 5],
    ['add(1, 2, -4)', -1],
    ['add()', 0],
    ['add(9007199254740991, 1)', 9007199254740992n],
    ['subtract(18446744073709551616, 18446744073709551615)', 1],
    ['multiply(4294967296, 4294967296)', 18446744073709551616n],
    ['range(3)', [0, 1, 2]],
    ['range(-1, 2)', [-1, 0, 1]],
    ['range(2, 1)', []],
    ['hex_text(0a 0b)', '0a0b'],
    ['encode("p2p", "DISCONNECT", { type: 4, reason: "bye" })', '0403627965'],
    // FIPS 180-4, "abc".
    ['sha1("abc")', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ['sha256("abc")', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha384("abc")', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    // RFC 7693 appendix B, "abc".
    ['blake2s("abc")', '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982'],
    // RFC 4231 test case 2.
    ['hmac_sha256("Jefe", "what do ya want for nothing?")', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    // RFC 8032 section 7.1, test 1.
    [
      'ed25519_public(hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    ],
    // RFC 7748 section 6.1.
    [
      'x25519_public(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"))',
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    ],
    // SP 800-38A F.5.5, the first block.
    [
      'aes_256_ctr(hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"), hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), hex("6bc1bee22e409f96e93d7e117393172a"))',
      '601ec313775789a5b7a7f504bbf3d228',
    ],
    // SP 800-38A F.3.11, the first bytes of CFB8-AES256.
    [
      'aes_256_cfb8(hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"), hex("000102030405060708090a0b0c0d0e0f"), hex("6bc1bee22e409f96e93d7e117393172aae2d"))',
      'dc1f1a8520a64db55fcc8ac554844e889700',
    ],
    // The empty message of SP 800-38D: AES-256, test case 13.
    [`aes_256_gcm(${zeros(32)}, ${zeros(12)}, "")`, '530f8afbc74536b9a963b4f1c4cb738b'],
  ])('%s', (text, value) => expect(made(text)).toEqual(value));

  it.each([
    ['flip("x" , "y")', 'bits of flip is integer, not text'],
    ['truncate(01 02)', 'truncate takes other values: truncate(value: bytes, length: integer)'],
    ['truncate(01 02, -1)', 'length cannot be -1'],
    ['uint(256, 1)', '256 does not fit 1 bytes'],
    ['hex(concat("0"))', 'digits of hex is text, not bytes'],
    ['hex(env("HOME"))', 'hex cannot read its digits'],
    ['env("NOTHING")', 'the environment has no variable "NOTHING"'],
    ['prompt("who?")', 'nobody answered "who?"'],
    ['x25519_public(01 02)', 'private_key has 32 bytes, not 2'],
    [`secp256k1_sign(${zeros(32)}, ${zeros(32)})`, 'private_key is none'],
    [`x25519(${zeros(32)}, ${zeros(32)})`, 'the shared secret is zero'],
    [`random(${scriptLimits.madeSize + 1})`, '(limit madeSize)'],
    [`repeat(repeat([1, 2], 65536), 65536)`, '(limit madeSize)'],
    ['encode("p2p", "NONE", {})', 'there is no message "NONE" of a protocol "p2p"'],
    ['multiply(hex_text(01 02), 2)', 'value of multiply is integer, not text'],
    [`range(${scriptLimits.madeSize + 1})`, '(limit madeSize)'],
    ['rot13("x")', 'there is no function "rot13"'],
  ])('%s says why not', (text, why) => expect(() => made(text)).toThrow(why));

  it('never leak what they were given into what they say', () => {
    const der = { type: 'pkcs8', format: 'der' } as const;
    const secrets = [
      Buffer.from('c0ffee'.repeat(6), 'hex'),
      Buffer.from('c0ffee'.repeat(11).slice(0, 64), 'hex'),
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(der),
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(der),
      // Too short for what it should sign and encrypt.
      generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export(der),
      Buffer.from(generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey.export({ ...der, format: 'pem' }) as string),
    ];
    let failed = 0;
    for (const { name, parameters } of scriptFunctions)
      for (const secret of secrets) {
        const given = { bytes: `hex("${secret.toString('hex')}")`, text: '"SHA-256"', integer: '7', record: '{}', any: '1' };
        try {
          made(`${name}(${parameters.map(({ type }) => given[type]).join(', ')})`);
        } catch (error) {
          failed++;
          expect(String(error)).not.toMatch(/c0ffee|[0-9a-f]{8}|[A-Za-z0-9+/]{24}/);
        }
      }
    expect(failed).toBeGreaterThan(40);
  });

  it('agree on a secret from both sides', () => {
    const [a, b] = ['sha256("a")', 'sha256("b")'];
    expect(made(`x25519(${a}, x25519_public(${b}))`)).toBe(made(`x25519(${b}, x25519_public(${a}))`));
  });

  it('undo each other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const hex = `hex("${toHex(bytes)}")`;
        expect(made(`hex(hex_text(${hex}))`)).toBe(toHex(bytes));
        expect(made(`base64(base64_text(${hex}))`)).toBe(toHex(bytes));
        expect(made(`concat(slice(${hex}, 0, 5), slice(${hex}, 5))`)).toBe(toHex(bytes));
      }),
    );
  });
});
