import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Field } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { decodeLayers, type LowerLayers } from '../../../dissector/link/index.ts';
import { bytes, client, ethernet, ipv4, ipv6, tcp, u16, udp } from './build.ts';

const payload = bytes('c0 ff ee');

/** Throws where children do not tile their field, or roots, payload and trailer the frame. */
function tiles(layers: LowerLayers, length: number): void {
  let at = 0;
  for (const layer of layers.layers) {
    expect(layer.start).toBe(at);
    inside(layer);
    at = layer.end;
  }
  expect(layers.payloadStart).toBe(at);
  expect(layers.payloadEnd).toBeGreaterThanOrEqual(at);
  if (layers.trailer !== undefined) {
    expect(layers.trailer.start).toBe(layers.payloadEnd);
    expect(layers.trailer.end).toBe(length);
  } else expect(layers.payloadEnd).toBe(length);
}

function inside(field: Field): void {
  expect(field.end).toBeGreaterThanOrEqual(field.start);
  if (field.children === undefined) return;
  let at = field.start;
  for (const child of field.children) {
    expect(child.start).toBe(at);
    inside(child);
    at = child.end;
  }
  expect(at).toBe(field.end);
}

const decode = (frame: Uint8Array, link = 1, original = frame.length) => {
  const found = decodeLayers(frame, link, original);
  tiles(found, frame.length);
  // A message is found by the view, and shown where the layers end.
  const { view } = found;
  if (view.transportRead) expect([found.payloadStart, found.payloadEnd]).toEqual([view.payloadStart, view.payloadEnd]);
  return found;
};
const layer = (found: LowerLayers, name: string) => found.layers.find((field) => field.name === name)!;
const child = (field: Field, name: string) => field.children!.find((one) => one.name === name)!;

describe('layers of a frame', () => {
  it('Ethernet, VLAN, IPv4 and UDP', () => {
    const frame = ethernet(0x8100, bytes(u16(0xa005), u16(0x0800), ipv4(udp(7000, 7001, payload)), '0000'));
    const found = decode(frame);
    expect(found.layers.map(({ name }) => name)).toEqual(['ethernet', 'vlan', 'ipv4', 'udp']);
    expect(frame.slice(found.payloadStart, found.payloadEnd)).toEqual(payload);
    expect(found.trailer).toMatchObject({ value: bytes('0000') });
    expect(child(layer(found, 'vlan'), 'tag_control').text).toBe('VLAN 5, priority 5');
    expect(child(layer(found, 'ipv4'), 'src').value).toBe('192.0.2.1');
    expect(child(layer(found, 'ipv4'), 'checksum').check?.state).toBe('valid');
    expect(child(layer(found, 'udp'), 'checksum').check?.state).toBe('valid');
    expect(child(layer(found, 'udp'), 'src_port').value).toBe(7000);
  });

  it('IPv4 options that are malformed, and UDP after them', () => {
    const found = decode(ipv4(udp(7000, 7001, payload), { options: bytes('54010101') }), 228);
    expect(found.layers.map(({ name }) => name)).toEqual(['ipv4', 'udp']);
    expect(layer(found, 'ipv4').problem?.text).toContain('Option 84');
  });

  it('TCP with options', () => {
    const options = bytes('02040514 01030307 080a0000000100000002 0000');
    const found = decode(ethernet(0x0800, ipv4(tcp(1, 2, { flags: 0x12, options }, payload), { protocol: 6 })));
    const field = layer(found, 'tcp');
    expect(child(field, 'checksum').check?.state).toBe('valid');
    const list = child(field, 'options').children!;
    expect(list.map(({ name }) => name)).toEqual([
      'maximum_segment_size',
      'no_operation',
      'window_scale',
      'timestamps',
      'end',
      'padding',
    ]);
    expect(list[3].text).toBe('value 1, echo 2');
    expect(field.text).toContain('SYN, ACK');
  });

  it('IPv6 with extension headers, ICMPv6', () => {
    const found = decode(ipv6(0, bytes(58, 0, '010400000000', '8000 0000 00010001')), 229);
    expect(found.layers.map(({ name }) => name)).toEqual(['ipv6', 'icmpv6']);
    expect(child(layer(found, 'ipv6'), 'hop_by_hop').children).toHaveLength(3);
    expect(child(layer(found, 'icmpv6'), 'type').text).toBe('echo request');
  });

  it('a checksum is valid, invalid, or not to be checked, and why', () => {
    const check = (frame: Uint8Array, name: string, link = 228, original = frame.length) =>
      child(layer(decode(frame, link, original), name), 'checksum').check!;
    const message = udp(1, 2, payload);
    const broken = message.slice();
    broken[9] ^= 1;
    expect(check(ipv4(broken), 'udp')).toMatchObject({ state: 'invalid' });
    const unused = message.slice();
    unused.set([0, 0], 6);
    expect(check(ipv4(unused), 'udp').why).toContain('did not compute');
    expect(check(ipv6(17, unused), 'udp', 229).state).toBe('invalid');
    // What a stack leaves for the card to finish: the folded sum of the pseudo-header.
    const offloaded = message.slice();
    const sum = [client, bytes(198, 51, 100, 2), u16(17), u16(message.length)];
    let total = 0;
    for (const part of sum) for (let i = 0; i < part.length; i += 2) total += part[i] * 256 + part[i + 1];
    offloaded.set(u16((total % 65536) + Math.floor(total / 65536)), 6);
    expect(check(ipv4(offloaded), 'udp').why).toContain('offload');
    const long = ipv4(udp(1, 2, new Uint8Array(100)));
    expect(check(long.slice(0, 60), 'udp', 228, long.length).why).toContain('not captured');
    const header = ipv4(message);
    header[8] ^= 1;
    expect(check(header, 'ipv4').state).toBe('invalid');
    header.set([0, 0], 10);
    expect(check(header, 'ipv4').state).toBe('unchecked');
  });

  it('fragments have no transport layer', () => {
    const message = udp(7000, 7001, new Uint8Array(40).fill(5));
    const first = ipv4(message.subarray(0, 24), { flagsOffset: 0x2000 });
    expect(decode(first, 228).layers.map(({ name }) => name)).toEqual(['ipv4']);
  });

  it('a cut header keeps what is there, with a Problem', () => {
    const frame = ethernet(0x0800, ipv4(udp(7000, 7001, payload)));
    for (let cut = 0; cut < 42; cut++) {
      const found = decode(frame.slice(0, cut), 1, frame.length);
      expect(found.layers.some((field) => field.problem?.kind === 'incomplete')).toBe(true);
    }
  });

  it('any bytes tile', () => {
    const seeds = fc.constantFrom(
      ethernet(0x0800, ipv4(udp(1, 2, payload), { options: bytes('94040000') })),
      ethernet(0x8100, bytes(u16(5), u16(0x0800), ipv4(tcp(1, 2, { options: bytes('02040514') }, payload), { protocol: 6 }))),
      ethernet(0x86dd, ipv6(0, bytes(44, 0, '010400000000', 17, 0, u16(0), '00000001', udp(1, 2, payload)))),
      ethernet(0x0806, bytes('0001 0800 06 04 0001 020000000001 c0000201 000000000000 c0000202')),
    );
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.tuple(seeds, fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 5 }), fc.nat(100)).map(([seed, changes, cut]) => {
        const changed = seed.slice(0, Math.max(cut, 15));
        for (const [at, value] of changes) changed[at % changed.length] = value;
        return changed;
      }),
    );
    const links = fc.oneof(fc.constant(1), fc.constantFrom(0, 12, 14, 101, 108, 113, 276, 228, 229, 9));
    fc.assert(
      fc.property(frame, links, fc.nat(60), (content, link, more) => {
        decode(content, link, content.length + more);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the captures', () => {
  const folder = new URL('../../golden/', import.meta.url);
  const names = readdirSync(folder).filter((name) => /\.pcap(ng)?$/.test(name));
  it.each(names)('%s: every frame tiles, no checksum is wrong', (name) => {
    const opened = openCapture(memoryFile(new Uint8Array(readFileSync(new URL(name, folder)))));
    if ('problem' in opened) throw new Error(opened.problem.text);
    const { reader } = opened;
    reader.step();
    expect(reader.frames.length).toBeGreaterThan(0);
    for (let i = 0; i < reader.frames.length; i++) {
      const found = decode(reader.frameBytes(i), reader.frames.linkType(i), reader.frames.original(i));
      for (const field of found.layers) {
        expect(field.problem).toBeUndefined();
        for (const one of field.children ?? []) expect(one.check?.state).not.toBe('invalid');
      }
    }
  });
});
