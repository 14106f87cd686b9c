/** Certificates and signed data as strangers make them: deep, long, and broken in every place. Nothing throws, and nothing runs deep. */
import { describe, expect, it } from 'vitest';
import { readCertificate } from '../../../dissector/crypto/certificate.ts';
import { readSignedData } from '../../../dissector/crypto/cms.ts';
import { createIdentity } from '../peers/certificate.ts';
import { signCms } from '../peers/cms.ts';
import { sequence, smallInteger, writeDer } from '../peers/der.ts';

const identity = await createIdentity('monster', 1024);
const certificate = new Uint8Array(identity.certificate.raw);
const signed = new Uint8Array(signCms(Buffer.from('content'), identity));
const read = (bytes: Uint8Array) => [readCertificate(bytes), readSignedData(bytes)];

/** Values inside each other, each as long as what it holds. */
function nested(tag: number, depth: number): Uint8Array {
  const heads: Buffer[] = [];
  for (let [at, size] = [0, 0]; at < depth; at++) {
    const head = Buffer.from(
      size < 128 ? [tag, size] : [tag, 0x84, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255],
    );
    heads.push(head);
    size += head.length;
  }
  return new Uint8Array(Buffer.concat(heads.reverse()));
}

describe('what is no certificate and no signed data', () => {
  it('is told so, however deep it is', () => {
    for (const tag of [0x30, 0x31, 0xa0, 0x24]) for (const depth of [100, 20_000]) read(nested(tag, depth));
    expect(typeof readCertificate(nested(0x30, 20_000))).toBe('string');
    expect(readSignedData(nested(0x30, 20_000))).toBeUndefined();
  });

  it('is told so, however long it is', () => {
    const entry = sequence(smallInteger(1), smallInteger(2));
    const long = new Uint8Array(sequence(Buffer.concat(Array.from({ length: 50_000 }, () => entry))));
    expect(typeof readCertificate(long)).toBe('string');
    expect(readSignedData(long)).toBeUndefined();
  });

  it('is told so where a length promises what is not there', () => {
    for (const length of ['84ffffffff', '847fffffff', '88ffffffffffffffff', '80', '83000001', 'fe'])
      for (const tag of ['30', '31', 'a0', '06', '02', '03'])
        read(new Uint8Array(Buffer.from(`30${length}${tag}${length}00`, 'hex')));
  });
});

it.each([
  ['a certificate', certificate],
  ['signed data', signed],
])('%s that is broken in one place, or cut there, throws nothing', (_, whole) => {
  for (let at = 0; at < whole.length; at++) {
    for (const byte of [0x00, 0x80, 0xff]) read(whole.with(at, byte));
    if (at % 7 === 0) read(whole.subarray(0, at));
  }
});

it('a certificate within a certificate within others is one', () => {
  let inner: Buffer = Buffer.from(certificate);
  for (let depth = 0; depth < 50; depth++) inner = sequence(inner, writeDer(0xa0, inner.subarray(0, 500)));
  expect(typeof readCertificate(new Uint8Array(inner))).toBe('string');
});
