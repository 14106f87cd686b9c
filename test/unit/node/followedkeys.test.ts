/** Key logs that programs write while a relay runs. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { FollowedKeys } from '../../../extension/node/followedkeys.ts';
import { temporary } from '../cli/help.ts';

const line = (digits: string): string => `P2PKE_EPHEMERAL_PRIVATE ${digits.repeat(32)}`;

function following(path: string) {
  const told: string[] = [];
  const ring = new KeyRing(protocols.flatMap(({ keys }) => keys));
  const keys = new FollowedKeys([path], defaultLimits, (sentence) => told.push(sentence));
  return { told, ring, read: () => keys.read([ring]) };
}

describe('a key log that grows', () => {
  it('gives each line once it is whole', () => {
    const path = temporary('growing.keys', `${line('11')}\n${line('22').slice(0, 40)}`);
    const { ring, read, told } = following(path);
    expect(read()).toBe(true);
    expect(ring.size).toBe(1);
    appendFileSync(path, `${line('22').slice(40)}\n`);
    expect(read()).toBe(true);
    expect(ring.size).toBe(2);
    expect(read()).toBe(false);
    expect(told).toEqual([]);
  });

  it('gives its last line without an end, once it does not grow', () => {
    const { ring, read } = following(temporary('unended.keys', line('33')));
    expect(read()).toBe(false);
    expect(read()).toBe(true);
    expect(ring.size).toBe(1);
  });

  it('is read once it is there, and anew when it was written anew', () => {
    const path = temporary('later.keys').replace('later', 'latest');
    const { ring, read, told } = following(path);
    expect([read(), read()]).toEqual([false, false]);
    expect(told).toEqual([expect.stringContaining('latest.keys is read once it can be.')]);
    writeFileSync(path, `${line('44')}\n${line('55')}\n`);
    expect(read()).toBe(true);
    writeFileSync(path, `${line('66')}\n`);
    expect(read()).toBe(true);
    expect(ring.size).toBe(3);
  });

  it('tells where a line is wrong, and never what it says', () => {
    const path = temporary('wrong.keys', `${line('77')}\n`);
    const { read, told } = following(path);
    read();
    appendFileSync(path, 'P2PKE_EPHEMERAL_PRIVATE c0ffee\n');
    read();
    expect(told.join()).toContain('wrong.keys:2: ');
    expect(told.join()).not.toContain('c0ffee');
  });
});
