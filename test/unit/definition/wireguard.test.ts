/** The sample wireguard: its capture, made by its own nodes; what is decrypted with which keys; what is told of what is wrong. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sampleCapture } from './wireguard.build.ts';

const path = (name: string) => new URL(`../../../media/samples/protocols/${name}`, import.meta.url);

describe('the capture of wireguard', () => {
  it('is what its nodes send', async () => {
    const made = await sampleCapture();
    if (process.env.UPDATE_GOLDEN === '1') {
      writeFileSync(path('wireguard.pcapng'), made.capture);
      writeFileSync(path('wireguard.keys'), made.keys);
    }
    expect(readFileSync(path('wireguard.pcapng')).equals(made.capture)).toBe(true);
    expect(readFileSync(path('wireguard.keys'), 'utf8')).toBe(made.keys);
  });
});
