/** What a capture holds that nothing understands is told: silence would look like a capture in which nothing is wrong. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samples } from '../../../extension/workbench/paths.ts';
import { capture, udpFrame } from '../analysis/packets.ts';
import { bytes, pcap } from '../capture/build.ts';
import { golden, peerscope, temporary } from './help.ts';

const wireless = temporary(
  'wireless.pcap',
  pcap(
    true,
    Array.from({ length: 3 }, () => ({ data: bytes(new Uint8Array(60)) })),
    0xa1b2c3d4,
    105,
  ),
);
const resolver = { address: '10.0.0.1', port: 53 };
const names = temporary(
  'names.pcapng',
  capture([5000, 5001].map((port) => udpFrame({ address: '10.0.0.2', port }, resolver, Uint8Array.of(0, 1, 2, 3)))),
);
/** The frames of a capture behind an MPLS label, and behind a network service header. */
const inner = udpFrame({ address: '10.0.0.2', port: 5000 }, resolver, Uint8Array.of(1));
const labelled = bytes(inner.subarray(0, 12), '8847 00010140', inner.subarray(14));
const chained = bytes(inner.subarray(0, 12), '894f 0fc60103 000001ff', inner.subarray(14));
const tunnels = temporary('tunnels.pcapng', capture([labelled, labelled, chained]));
const beats = join(samples, 'heartbeat.pcapng');

describe('what is not understood', () => {
  it.each([
    [wireless, '3 frames of link type 105 are not decoded.'],
    [tunnels, '2 frames of MPLS are not looked into.'],
    [tunnels, '1 frame of NSH is not looked into.'],
    [names, '2 conversations were not recognised (udp 53; try --decode-as or --protocol).'],
    [beats, '1 conversation was not recognised (udp 7777, udp 49152; try --decode-as or --protocol).'],
  ])('%s is told by decode and check', async (path, sentence) => {
    for (const command of ['decode', 'check']) {
      const { status, err } = await peerscope([command, path]);
      expect(status).toBe(0);
      expect(err).toContain(`peerscope: ${path}: ${sentence}\n`);
    }
    expect((await peerscope(['check', path])).err).toContain('There is no message: nothing was checked.');
  });

  it('is counted by info', async () => {
    const info = async (path: string) => JSON.parse((await peerscope(['info', path, '--json'])).out);
    expect(await info(wireless)).toMatchObject({ undecoded_links: { 105: 3 }, unrecognised_conversations: 0 });
    expect(await info(names)).toMatchObject({ undecoded_links: {}, unrecognised_conversations: 2 });
    expect(await info(golden('p2pke_a.pcapng'))).toMatchObject({ undecoded_links: {}, unrecognised_conversations: 0 });
    expect(await info(tunnels)).toMatchObject({ undecoded_tunnels: { MPLS: 2, NSH: 1 }, undecoded_links: {} });
    expect((await peerscope(['info', tunnels])).out).toMatch(/ not looked into +2 frames of MPLS\n/);
    expect((await peerscope(['info', wireless])).out).toMatch(/ not decoded +3 frames of link type 105\n/);
    expect((await peerscope(['info', names])).out).toMatch(/ not recognised +2 conversations\n/);
  });

  it('is no matter where a rule leaves it out', async () => {
    expect((await peerscope(['decode', names, '--decode-as', 'udp.port == 53 -> none'])).err).toBe('');
  });

  it('is an error of check --require-messages', async () => {
    const status = async (...args: string[]) => (await peerscope(['check', '--require-messages', ...args])).status;
    for (const path of [wireless, names, beats]) expect(await status(path)).toBe(1);
    expect(await status(golden('p2pke_a.pcapng'))).toBe(0);
    expect(await status(golden('p2pke_a.pcapng'), '--filter', 'p2p')).toBe(1);
    expect(await status(beats, '--protocol', join(samples, 'heartbeat.js'), '--filter', 'frame.number == 1')).toBe(0);
  });
});

describe('a rule of --decode-as', () => {
  const told = async (...rules: string[]) =>
    (await peerscope(['decode', golden('p2pke_a.pcapng'), ...rules.flatMap((rule) => ['--decode-as', rule])])).err;

  it('that decides no conversation is told', async () => {
    expect(await told('tcp -> p2pke')).toContain('The rule "tcp -> p2pke" decides no conversation.');
    expect(await told('udp -> p2pke', 'udp -> none')).toContain('The rule "udp -> none" decides no conversation.');
    expect(await told('udp → p2pke')).toBe('');
  });

  it('that gives one to a protocol that finds nothing there is told', async () => {
    for (const protocol of ['p2p', 'botd'])
      expect(await told(`udp -> ${protocol}`)).toContain(
        `The rule "udp -> ${protocol}" gives 1 conversation to ${protocol}, which finds no message there.`,
      );
  });
});
