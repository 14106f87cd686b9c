/** Published vectors of what the library exports by family; DH, CFB8, secp256k1, ChaCha20-Poly1305 and Noise have files of their own. */
import { constants, generateKeyPairSync, privateDecrypt, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../dissector/bytes/index.ts';
import { ciphers, curves, hashes, rsa } from '../../dissector/index.ts';

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(/\s/g, ''))!;
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const none = new Uint8Array(0);
const flipped = (bytes: Uint8Array): Uint8Array => bytes.with(0, bytes[0]! ^ 1);

describe('hashes', () => {
  it.each([
    ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'sha512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    ['sha3_256', '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
    ['sha3_384', 'ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25'],
    [
      'sha3_512',
      'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
    ],
    ['blake2s', '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982'],
    [
      'blake2b',
      'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
    ],
    ['blake3', '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
  ] as const)('%s of abc, also in pieces', (name, digest) => {
    expect(toHex(hashes[name](text('abc')))).toBe(digest);
    expect(toHex(hashes[name](text('a'), none, text('bc')))).toBe(digest);
    expect(hashes[name].digestLength).toBe(digest.length / 2);
  });

  it.each([
    // The reference implementation's known answers (blake2-kat.json): keys of 32 and 64 bytes that count up.
    ['blake2s', 32, none, '48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49'],
    ['blake2s', 32, hex('00'), '40d15fee7c328830166ac3f918650f807e7e01e177258cdc0a39b11f598066f1'],
    [
      ...(['blake2b', 64, none] as const),
      '10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786b5e996e8f0f4eb981fc214b005f42d2ff4233499391653df7aefcbc13fc51568',
    ],
    // Shorter digests, as Python's hashlib has them.
    ['blake2s', 16, text('abc'), '75296c2d2c0f51210b383f386bc8b1ff'],
    ['blake2b', 32, text('abc'), '9a44793314a8cd80c4d8dbf3ea3a8ab62c65ea6a'],
  ] as const)('%s with a key of %i bytes', (name, length, message, digest) => {
    const key = Uint8Array.from({ length }, (_, at) => at);
    expect(toHex(hashes.keyed(hashes[name], key, digest.length / 2, message)!)).toBe(digest);
  });

  it('take a key of no other length, and only BLAKE2 takes one', () => {
    const key = new Uint8Array(32);
    for (const [of, given, length] of [
      [hashes.sha256, key, 16],
      [hashes.blake2s, none, 16],
      [hashes.blake2s, new Uint8Array(33), 16],
      [hashes.blake2s, key, 0],
      [hashes.blake2s, key, 33],
    ] as const)
      expect(hashes.keyed(of, given, length)).toBeUndefined();
  });

  it('HMAC is that of RFC 4231, case 2', () => {
    expect(toHex(hashes.hmac(hashes.sha256, text('Jefe'), text('what do ya '), text('want for nothing?')))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('HKDF is that of RFC 5869, case 1, and ends after 255 digests', () => {
    const [secret, salt, info] = [hex('0b'.repeat(22)), hex('000102030405060708090a0b0c'), hex('f0f1f2f3f4f5f6f7f8f9')];
    expect(toHex(hashes.hkdf(hashes.sha256, secret, salt, info, 42)!)).toBe(
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    );
    expect(hashes.hkdf(hashes.sha256, secret, salt, info, 255 * 32)).toHaveLength(255 * 32);
    for (const length of [255 * 32 + 1, -1, 0.5]) expect(hashes.hkdf(hashes.sha256, secret, salt, info, length)).toBeUndefined();
  });
});

describe('ciphers', () => {
  const sunscreen = text(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
  );
  const aad = hex('50515253c0c1c2c3c4c5c6c7');
  const aeads = [
    [
      'xchachaPoly (draft-irtf-cfrg-xchacha-03, A.3.1)',
      ciphers.xchachaPoly,
      hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
      hex('404142434445464748494a4b4c4d4e4f5051525354555657'),
      sunscreen,
      aad,
      `bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e
       1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52e
       c0875924c1c7987947deafd8780acf49`,
    ],
    [
      'chachaPoly (RFC 8439, 2.8.2)',
      ciphers.chachaPoly,
      hex('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'),
      hex('070000004041424344454647'),
      sunscreen,
      aad,
      `d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b6
       7ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116
       1ae10b594f09e26a7e902ecbd0600691`,
    ],
    [
      'aesGcm (McGrew and Viega, test case 16)',
      ciphers.aesGcm,
      hex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
      hex('cafebabefacedbaddecaf888'),
      hex(
        'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
      ),
      hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
      `522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662
       76fc6ece0f4e1768cddf8853bb2d551b`,
    ],
    [
      'aesGcm of 128 bits (test case 2)',
      ciphers.aesGcm,
      hex('00'.repeat(16)),
      hex('00'.repeat(12)),
      hex('00'.repeat(16)),
      none,
      '0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf',
    ],
  ] as const;

  it.each(aeads)('%s seals as published, and opens that alone', (_, cipher, key, nonce, plaintext, beside, published) => {
    const sealed = hex(published);
    expect(cipher.seal(key, nonce, plaintext, beside)).toEqual(sealed);
    expect(cipher.open(key, nonce, sealed, beside)).toEqual(plaintext);
    expect(cipher.open(flipped(key), nonce, sealed, beside)).toBeUndefined();
    expect(cipher.open(key, flipped(nonce), sealed, beside)).toBeUndefined();
    expect(cipher.open(key, nonce, flipped(sealed), beside)).toBeUndefined();
    expect(cipher.open(key, nonce, sealed, Uint8Array.of(...beside, 0))).toBeUndefined();
    for (const bad of [key.subarray(1), none]) expect(cipher.seal(bad, nonce, plaintext)).toBeUndefined();
    expect(cipher.open(key, nonce.subarray(1), sealed, beside)).toBeUndefined();
    expect(cipher.open(key, nonce, sealed.subarray(0, 15), beside)).toBeUndefined();
  });

  it.each([
    ['aesCtr', 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff', '601ec313775789a5b7a7f504bbf3d228'],
    ['aesCbc', '000102030405060708090a0b0c0d0e0f', 'f58c4c04d6e5f1ba779eabfb5f7bfbd6'],
    ['aesCfb8', '000102030405060708090a0b0c0d0e0f', 'dc1f1a8520a64db55fcc8ac554844e88'],
  ] as const)('%s is that of NIST SP 800-38A', (name, iv, first) => {
    const key = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
    const plaintext = hex('6bc1bee22e409f96e93d7e117393172a');
    const ciphertext = ciphers[name].seal(key, hex(iv), plaintext)!;
    expect(toHex(ciphertext.subarray(0, 16))).toBe(first);
    expect(ciphers[name].open(key, hex(iv), ciphertext)).toEqual(plaintext);
    expect(ciphers[name].open(flipped(key), hex(iv), ciphertext)).not.toEqual(plaintext);
    expect(ciphers[name].open(key.subarray(1), hex(iv), ciphertext)).toBeUndefined();
    expect(ciphers[name].seal(key, none, plaintext)).toBeUndefined();
  });
});

describe('curves', () => {
  it.each([
    [
      'x25519',
      '77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a',
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    ],
    [
      'x448',
      '9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b',
      '3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609',
      '07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d',
    ],
  ] as const)('%s is that of RFC 7748, section 6', (name, secret, other, shared) => {
    const curve = curves[name];
    expect(toHex(curve.shared(hex(secret), hex(other))!)).toBe(shared);
    expect(curve.publicOf(hex(secret))).toHaveLength(curve.length);
    expect(curve.shared(hex(secret), new Uint8Array(curve.length))).toBeUndefined();
    expect(curve.shared(hex(secret), hex(other).subarray(1))).toBeUndefined();
  });

  it.each([
    [
      'ed25519',
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
      '72',
      `92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
       085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00`,
    ],
    [
      'ed448',
      '6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e7549a20098f95b',
      '5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180',
      '',
      `533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980
       ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600`,
    ],
  ] as const)('%s is that of RFC 8032, section 7', (name, seed, publicKey, message, published) => {
    const [curve, signature] = [curves[name], hex(published)];
    expect(toHex(curve.publicOf(hex(seed)))).toBe(publicKey);
    expect(curve.sign(hex(seed), hex(message))).toEqual(signature);
    expect(curve.verify(hex(publicKey), hex(message), signature)).toBe(true);
    expect(curve.verify(hex(publicKey), text('other'), signature)).toBe(false);
    expect(curve.verify(hex(publicKey), hex(message), flipped(signature))).toBe(false);
    expect(curve.verify(none, hex(message), signature)).toBe(false);
  });

  it('P-256 is that of RFC 5903, section 8.1, and RFC 6979, A.2.5', () => {
    const { p256 } = curves;
    const other = hex(`04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63
      56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab`);
    const own = hex('c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433');
    expect(toHex(p256.shared(own, other)!)).toBe('d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de');
    expect(p256.shared(own, flipped(other))).toBeUndefined();
    const secret = hex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721');
    const digest = hashes.sha256(text('sample'));
    const published = hex(`efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716
      f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8`);
    const signature = p256.sign(secret, digest);
    const point = p256.publicOf(secret)!;
    // The same r; s may be the other one of both, as published or negated.
    expect(toHex(signature.subarray(0, 32))).toBe(toHex(published.subarray(0, 32)));
    for (const each of [signature, published]) {
      expect(p256.verify(point, digest, each)).toBe(true);
      expect(p256.verify(point, flipped(digest), each)).toBe(false);
      expect(p256.verify(point, digest, flipped(each))).toBe(false);
    }
  });
});

describe('RSA, with node:crypto as the other side', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1025 });
  const own = rsa.readPrivateKey(new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })))!;
  const key = rsa.readPublicKey(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }))) as rsa.PublicKey;
  const message = text('a message');
  const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

  it('signs by PSS', () => {
    for (const salt of [none, random(32)]) {
      const signature = rsa.signPss(own, 'SHA-256', message, salt)!;
      const options = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt.length };
      expect(verify('sha256', message, options, signature)).toBe(true);
      expect(rsa.verifyPss(key, 'SHA-256', message, signature).state).toBe('valid');
      expect(rsa.verifyPss(key, 'SHA-256', text('other'), signature).state).toBe('invalid');
    }
    expect(rsa.signPss(own, 'SHA-256', message, random(100))).toBeUndefined();
  });

  it('encrypts and decrypts', () => {
    const oaep = rsa.encryptOaep(key, 'SHA-256', message, random)!;
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    expect(new Uint8Array(privateDecrypt({ key: privateKey, padding, oaepHash: 'sha256' }, oaep))).toEqual(message);
    expect(rsa.decryptOaep(own, 'SHA-256', oaep)).toEqual(message);
    expect(rsa.decryptOaep(own, 'SHA-256', oaep.with(99, oaep[99]! ^ 1))).toBeUndefined();
    expect(rsa.decryptPkcs1(own, rsa.encryptPkcs1(key, message, random)!)).toEqual(message);
    expect(rsa.encryptOaep(key, 'SHA-256', random(100), random)).toBeUndefined();
    expect(rsa.verifyPkcs1(key, 'SHA-256', message, rsa.signPkcs1(own, 'SHA-256', message)).state).toBe('valid');
  });
});
