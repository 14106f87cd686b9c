/** Key logs in the encodings that programs write them in. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keyLogText } from '../../../extension/capture/keylogtext.ts';
import { golden, keyLog, peerscope, temporary } from './help.ts';

const utf16 = (text: string, isBig: boolean): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

const encodings: readonly [string, Uint8Array][] = [
  ['UTF-8', Buffer.from(keyLog)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${keyLog}`)],
  ['UTF-16, little-endian', utf16(keyLog.replaceAll('\n', '\r\n'), false)],
  ['UTF-16, big-endian', utf16(keyLog, true)],
];

describe.each(encodings)('a key log in %s', (name, bytes) => {
  it('opens what it opens', async () => {
    const keys = temporary(`${name.replace(/\W/g, '')}.keys`, bytes);
    const { out, err } = await peerscope(['decode', golden('p2pke_a.pcapng'), '--keys', keys]);
    expect(out).toContain('32 decrypted, 0 still encrypted');
    expect(err).toBe('');
  });

  it('is cut short without a failure', () => {
    for (let length = 0; length < 40; length++) expect(typeof keyLogText(bytes.slice(0, length))).toBe('string');
  });
});

it('opens nothing where another key stands in it', async () => {
  const other = keyLog.replace(/[0-9a-f]{64}/g, (digits) => digits.replace(/^../, '5a'));
  const keys = temporary('other16.keys', utf16(other, false));
  const { out } = await peerscope(['decode', golden('p2pke_a.pcapng'), '--keys', keys]);
  expect(out).toContain('0 decrypted');
  expect(readFileSync(keys).length).toBeGreaterThan(100);
});
