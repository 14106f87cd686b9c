/** Against tshark, where it is installed: times, lengths, addresses, ports, and what TCP carries. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { addressText } from '../../../dissector/bytes/index.ts';
import { type CaptureReader, memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import {
  ConversationTable,
  FragmentTable,
  PacketView,
  parsePacket,
  parseReassembled,
  TcpDirection,
  tcpFlag,
  transport,
} from '../../../dissector/link/index.ts';
import { captureInterface, enhanced, bytes as join8, option, section } from '../capture/build.ts';
import { treeCaptures } from '../capture/tree.ts';
import { noWireshark, payloadsAlone, tsharkRows, tsharkStreams } from '../capture/wireshark.ts';
import { bytes, ethernet, ipv4, ipv6, tcp, u16, udp } from './build.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tshark-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const ports = ['udp.srcport', 'tcp.srcport', 'udp.dstport', 'tcp.dstport'];
const columns = [
  ...['frame.number', 'frame.time_epoch', 'frame.cap_len', 'frame.len', 'ip.src', 'ipv6.src', 'ip.dst', 'ipv6.dst', ...ports],
  ...['tcp.seq_raw', 'tcp.len', 'tcp.stream', 'tcp.payload', 'data.data'],
];

const theirs = (path: string) =>
  tsharkRows(path, columns, payloadsAlone).map((values) => {
    const [tcpPayload, data] = values.splice(-2);
    // udp.payload goes past what the UDP length says, and data is not of UDP alone: a fragment is, too.
    const isUdp = values[columns.indexOf('udp.srcport')] !== '';
    return [...values, isUdp ? data : tcpPayload].join('\t');
  });

function ours(reader: CaptureReader): string[] {
  const { frames } = reader;
  const view = new PacketView();
  const table = new ConversationTable();
  const fragments = new FragmentTable();
  const streams = new Map<number, number>();
  return Array.from({ length: frames.length }, (_, i) => {
    const content = reader.frameBytes(i);
    parsePacket(content, frames.linkType(i), view, undefined, frames.original(i));
    let carrier = content;
    if (view.isFragment) {
      const { datagram } = fragments.add(content, view, i + 1, frames.seconds(i));
      if (datagram !== undefined) {
        carrier = datagram.bytes;
        parseReassembled(datagram, view);
      }
    }
    const isTcp = view.transport === transport.tcp;
    const isUdp = view.transport === transport.udp;
    const id = table.find(content, view);
    if (isTcp && !streams.has(id)) streams.set(id, streams.size);
    const four = view.version === 4;
    const src = addressText(content, view.srcAt, view.addressLength);
    const dst = addressText(content, view.dstAt, view.addressLength);
    const time = `${frames.seconds(i)}.${String(frames.nanos(i)).padStart(9, '0')}`;
    const length = view.payloadEnd + view.payloadMissing - view.payloadStart;
    const row: (string | number)[] = [i + 1, time, frames.captured(i), frames.original(i)];
    row.push(four ? src : '', four ? '' : src, four ? dst : '', four ? '' : dst);
    row.push(isUdp ? view.srcPort : '', isTcp ? view.srcPort : '', isUdp ? view.dstPort : '', isTcp ? view.dstPort : '');
    row.push(isTcp ? view.seq : '', isTcp ? length : '', isTcp ? streams.get(id)! : '');
    row.push(isTcp || isUdp ? Buffer.from(carrier.subarray(view.payloadStart, view.payloadEnd)).toString('hex') : '');
    return row.join('\t');
  });
}

function read(path: string): CaptureReader {
  const opened = openCapture(memoryFile(new Uint8Array(readFileSync(path))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  opened.reader.step();
  return opened.reader;
}

/** Both directions of TCP stream `wanted`, put together by us. */
function streamOf(reader: CaptureReader, wanted: number): string[] {
  const sent: Uint8Array[][] = [[], []];
  const log: string[] = [];
  const direction = (side: 0 | 1) =>
    new TcpDirection({
      data: (content) => sent[side].push(content.slice()),
      gap: (length) => log.push(`gap ${length}`),
      end: () => {},
    });
  const both = [direction(0), direction(1)];
  const view = new PacketView();
  const table = new ConversationTable();
  for (let i = 0; i < reader.frames.length; i++) {
    const content = reader.frameBytes(i);
    parsePacket(content, reader.frames.linkType(i), view);
    if (table.find(content, view) !== wanted) continue;
    if ((view.flags & tcpFlag.ack) !== 0) both[1 - table.direction].acknowledge(view.ack);
    const payload = content.subarray(view.payloadStart, view.payloadEnd);
    both[table.direction].segment(view.seq, view.flags, payload, i + 1, view.payloadStart, view.payloadMissing);
  }
  for (const one of both) one.finish();
  expect(log).toEqual([]);
  return sent.map((parts) => Buffer.concat(parts).toString('hex'));
}

describe.skipIf(noWireshark !== '')(`the same as tshark${noWireshark}`, () => {
  it.each(treeCaptures())('$name', ({ path }) => expect(ours(read(path))).toEqual(theirs(path)));

  it.each([
    ['p2p_a.pcapng', 2],
    ['p2p_b.pcapng', 8],
    ['botd_a.pcapng', 1],
  ])('%s: the streams', (name, count) => {
    const path = fileURLToPath(new URL(`../../golden/${name}`, import.meta.url));
    const reader = read(path);
    const streams = tsharkStreams(path, count);
    let bytesSeen = 0;
    for (let i = 0; i < count; i++) {
      const [first, second] = streamOf(reader, i);
      bytesSeen += first.length + second.length;
      expect([first, second].sort()).toEqual(streams[i].sort());
    }
    expect(bytesSeen).toBeGreaterThan(0);
  });

  it.each([true, false])('sections, link types and resolutions (little-endian: %s)', (little) => {
    const message = udp(7000, 7001, bytes('c0ffee'));
    const inner = ipv4(message);
    const resolution = (value: number) => option(little, 9, Uint8Array.of(value));
    const content = join8(
      section(little),
      captureInterface(little, 1, resolution(9)),
      captureInterface(little, 276, resolution(0x80 | 20)),
      captureInterface(little, 0),
      captureInterface(little, 101, resolution(3)),
      enhanced(little, 0, 1_700_000_000_123_456_789n, ethernet(0x88a8, bytes(u16(5), u16(0x8100), u16(6), u16(0x0800), inner))),
      enhanced(
        little,
        1,
        (1_700_000_000n << 20n) + 12345n,
        bytes(u16(0x0800), u16(0), '00000002', u16(1), 4, 6, '0200000000010000', inner),
      ),
      enhanced(little, 2, 1_700_000_000_123_456n, bytes('02000000', inner)),
      enhanced(little, 3, 1_700_000_000_123n, ipv6(0, bytes(60, 0, '010400000000', 17, 0, '010400000000', message))),
      section(!little),
      captureInterface(!little, 228),
      enhanced(!little, 0, 1_700_000_000_123_456n, ipv4(tcp(1, 2, { seq: 77 }, bytes('01')), { protocol: 6 }), { original: 100 }),
    );
    const path = join(scratch, `made-${little}.pcapng`);
    writeFileSync(path, content);
    expect(ours(read(path))).toEqual(theirs(path));
  });
});
