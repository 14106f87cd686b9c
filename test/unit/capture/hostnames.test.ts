/** Names of addresses that a capture brings. */
import { describe, expect, it } from 'vitest';
import { hostNames, readHosts } from '../../../dissector/capture/index.ts';
import { answers } from '../../../extension/worker/answers/conversations.ts';
import { Capture } from '../../../extension/worker/capture.ts';
import { Lists } from '../../../extension/worker/lists.ts';
import { udpFrame } from '../analysis/packets.ts';
import { block, bytes, captureInterface, enhanced, indexed, option, section } from './build.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const four = (last: number, ...names: string[]): Uint8Array =>
  bytes('c0000202'.slice(0, 6), last, text(names.map((name) => `${name}\0`).join('')));
const v6 = (name: string): Uint8Array => bytes('20010db8000000000000000000000007', text(`${name}\0`));

describe('names of addresses', () => {
  for (const little of [true, false]) {
    it(`are those of the name resolution blocks, the first of each address, ${little ? 'little' : 'big'}-endian`, () => {
      const records = bytes(
        ...[option(little, 1, four(2, 'alice.example', 'other.example')), option(little, 2, v6('bob.example'))],
        ...[option(little, 1, four(2, 'late.example')), option(little, 9, bytes('00')), option(little, 1, four(3, ''))],
        bytes('00000000'),
      );
      const reader = indexed(bytes(section(little), captureInterface(little, 1), block(little, 4, records)));
      expect(reader.problems).toEqual([]);
      expect([...hostNames(reader.names)]).toEqual([
        ['192.0.2.2', 'alice.example'],
        ['2001:db8::7', 'bob.example'],
      ]);
    });
  }

  it('are none of what is broken, and none is longer than a name may be', () => {
    const long = block(true, 4, option(true, 1, four(9, 'x'.repeat(2_000))));
    expect(hostNames([long]).get('192.0.2.9')).toHaveLength(253);
    for (let end = 0; end <= long.length; end++) expect(() => hostNames([long.subarray(0, end)])).not.toThrow();
    expect(hostNames([bytes('00000000')]).size).toBe(0);
  });

  it('are those of a hosts file, the first of each line and address', () => {
    const text =
      '\ufeff# names\r\n192.0.2.2 alice alias # one\r\n\t2001:DB8:0::7\tbob\n192.0.2.2 carol\n192.0.2.2:7000 dave\n[2001:db8::7]:09 eve\n[192.0.2.9]:1 x\n';
    const { names, wrongLines } = readHosts(`${text}${'x'.repeat(300)}\n192.0.2.4 ${'y'.repeat(300)}`);
    expect([...names].slice(0, -1)).toEqual([
      ['192.0.2.2', 'alice'],
      ['2001:db8::7', 'bob'],
      ['192.0.2.2:7000', 'dave'],
      ['[2001:db8::7]:9', 'eve'],
    ]);
    expect(names.get('192.0.2.4')).toHaveLength(253);
    expect(wrongLines).toEqual([7, 8]);
  });

  it.each(['192.0.2.2', 'alice 192.0.2.2', '192.0.2.256 a', '192.0.2.2:65536 a', '::1:7000:x a', '[::1] a', '1.2.3 a'])(
    'are none in the line %j',
    (line) => expect(readHosts(line)).toEqual({ names: new Map(), wrongLines: [1] }),
  );

  it('stand beside endpoints and rows', async () => {
    const [from, to] = [
      { address: '192.0.2.2', port: 7000 },
      { address: '192.0.2.77', port: 9 },
    ];
    const file = bytes(
      ...[section(true), captureInterface(true, 1), enhanced(true, 0, 1n, udpFrame(from, to, Uint8Array.of(1, 2, 3)))],
      block(true, 4, bytes(option(true, 1, four(2, 'alice.example')), '00000000')),
    );
    const capture = new Capture(() => {});
    await capture.open({ name: 'a', bytes: file });
    while (!capture.done) await new Promise((resolve) => setTimeout(resolve, 5));
    const lists = new Lists(capture);
    const { rows } = answers({ capture, lists }).endpoints.answer({ start: 0, count: 9, sort: 'endpoint', descending: false });
    expect(rows.map(({ endpoint, name }) => [endpoint, name])).toEqual([
      ['192.0.2.2:7000', 'alice.example'],
      ['192.0.2.77:9', undefined],
    ]);
    const [row] = lists.rows({ start: 0, count: 1, show: 'all' }).rows;
    expect([row!.sourceName, row!.destinationName]).toEqual(['alice.example', undefined]);
  });
});
