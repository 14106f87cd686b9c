/** A message by itself says what it says below its layers: lists and searches take the shorter way. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../dissector/bytes/index.ts';
import type { Dissection } from '../../dissector/protocol/index.ts';
import { keysOf } from './keys.ts';
import { analyse, goldenPath } from './open.ts';

const captures = readdirSync(goldenPath('.')).filter((name) => /\.pcap(ng)?$/.test(name));

const told = ({ info, fields, whole, missing, signatureValid }: Dissection): unknown =>
  structuredClone({ info, fields, whole: toHex(whole), missing, signatureValid });

describe('a message by itself', () => {
  it.each(captures)('of %s, with and without keys', (file) => {
    const name = file.replace(/\.pcap(ng)?$/, '');
    for (const keys of ['', keysOf(name)]) {
      const analysis = analyse(readFileSync(goldenPath(file)), keys);
      expect(analysis.messageCount).toBeGreaterThan(0);
      for (let n = 0; n < analysis.messageCount; n++)
        expect(told(analysis.dissectAlone(analysis.message(n)))).toEqual(told(analysis.dissect(n).dissection));
    }
  });
});
