/** Odd TCP connections, made from a seed: streams as they were sent, and as tshark follows them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Packets } from '../../../dissector/analysis/packets.ts';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { ConversationTable, tcpFlag } from '../../../dissector/link/index.ts';
import { Random } from '../../../extension/author/random.ts';
import { collect, type When } from '../analysis/collect.ts';
import { capture as captureOf } from '../analysis/packets.ts';
import { indexed } from '../capture/build.ts';
import { noWireshark, payloadsAlone, tsharkRows, tsharkStreams } from '../capture/wireshark.ts';
import { bytes, client, ethernet, ipv4, server, tcp } from './build.ts';
import { type Carried, oddConnection } from './oddtcp.ts';

const scratch = mkdtempSync(join(tmpdir(), 'oddtcp-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const random = new Random(5);
const made = Array.from({ length: 120 }, () => oddConnection(random));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A stream as text: hex, with the number of bytes for each gap. */
const text = (carried: Carried) => carried.map((part) => (typeof part === 'number' ? `[${part}]` : hex(part))).join('');

/** Close together: fragments a minute apart are of different datagrams (RFC 8200 section 4.5); tshark waits for ever. */
const capture = (frames: readonly Uint8Array[]) => captureOf(frames, 1_700_000_000, 1 / 1024);
const follow = (frames: readonly Uint8Array[], when?: When) => collect(indexed(capture(frames)), when);

describe('odd connections', () => {
  it.each(['at once', 'late', 'again'] as const)('are followed as they were sent, recognised %s', (when) => {
    const found = follow(
      made.flatMap(({ frames }) => frames),
      when,
    );
    expect(found.map(({ streams }) => streams)).toEqual(made.map(({ streams }) => streams.map(text)));
  });
});

describe.skipIf(noWireshark !== '')(`odd connections${noWireshark}`, () => {
  const all = made.flatMap(({ frames }) => frames);
  const path = join(scratch, 'connections.pcapng');
  writeFileSync(path, capture(all));

  it('segment by segment, as tshark reads them', () => {
    const columns = ['tcp.stream', 'tcp.seq_raw', 'tcp.ack_raw', 'tcp.flags', 'tcp.window_size_value', 'tcp.len', 'tcp.payload'];
    const packets = new Packets(indexed(capture(all)), defaultLimits);
    const { view } = packets;
    const table = new ConversationTable();
    const ours = all.map((_, i) => {
      if (!packets.read(i)) return columns.map(() => '');
      const { frame, carrier } = packets;
      const numbers = [table.find(frame, view), view.seq, view.ack, `0x${view.flags.toString(16).padStart(4, '0')}`, view.window];
      const payload = carrier.subarray(view.payloadStart, view.payloadEnd);
      return [...numbers, payload.length, hex(payload)].map(String);
    });
    expect(tsharkRows(path, columns, payloadsAlone)).toEqual(ours);
  });

  it('stream by stream, as tshark follows them', () => {
    expect(tsharkStreams(path, made.length)).toEqual(follow(all).map(({ streams }) => streams));
  });
});

/** A segment of the opener: sequence number (its first byte is 101), flags, payload in hex. */
type Segment = readonly [seq: number, flags: number, payload?: string];

interface Case {
  readonly name: string;
  readonly segments: readonly Segment[];
  readonly ours: string;
  readonly theirs: string;
}

const { ack, fin, rst, syn } = tcpFlag;

/** Where we do not do as tshark does, and why; and what is close to that. */
const cases: readonly Case[] = [
  {
    // What comes after a FIN is ignored (RFC 9293 section 3.10.7.4, seventh step); tshark goes on.
    name: 'data after the end',
    segments: [
      [101, ack, '0102'],
      [103, ack | fin, '0304'],
      [105, ack, 'eeee'],
      [106, ack, 'eeee'],
    ],
    ours: '01020304 fin',
    theirs: '01020304eeeeee',
  },
  {
    // It may be a text for people (RFC 9293 section 3.5.3), and is nothing that the other program reads; tshark takes it in.
    name: 'data on a reset',
    segments: [
      [101, ack, '0102'],
      [103, ack | rst, 'aabb'],
    ],
    ours: '0102 rst',
    theirs: '0102aabb',
  },
  {
    name: 'a reset out of the window, on either side of it, is none (RFC 9293 section 3.5.3)',
    segments: [
      [101, ack, '0102'],
      [99, rst],
      [0x5000_0000, rst],
      [103, ack, '0304'],
    ],
    ours: '01020304',
    theirs: '01020304',
  },
  {
    // A closed connection answers with the number that was acknowledged (RFC 9293 section 3.5.2): before what was sent last.
    name: 'a reset where the last acknowledgement stood',
    segments: [
      [101, ack, '0102'],
      [101, rst],
      [103, ack, '0304'],
    ],
    ours: '0102 rst',
    theirs: '01020304',
  },
  {
    // RFC 9293 says nothing of bytes that change; what was captured first counts here, tshark lets a later segment that
    // begins earlier win.
    name: 'a segment sent again with other bytes, before its turn',
    segments: [
      [103, ack, '0304'],
      [102, ack, 'aaaaaa'],
      [101, ack, '01'],
    ],
    ours: '01aa0304',
    theirs: '01aaaaaa',
  },
  {
    name: 'a segment sent again with other bytes, after its turn',
    segments: [
      [101, ack, '0102'],
      [101, ack, 'aaaa03'],
    ],
    ours: '010203',
    theirs: '010203',
  },
  {
    // The end of the capture shows what waits behind a hole; tshark keeps to itself what was not acknowledged.
    name: 'a hole at the end that nobody acknowledged',
    segments: [
      [101, ack, '0102'],
      [105, ack, '0506'],
    ],
    ours: '0102[2]0506',
    theirs: '0102',
  },
  {
    name: 'a new connection between the same ends',
    segments: [
      [101, ack, '0102'],
      [103, ack | fin],
      [9000, syn],
      [9001, ack, '0304'],
    ],
    ours: '0102 fin',
    theirs: '0102',
  },
];

/** The frames of a case: a handshake, then its segments. Nothing that they carry is acknowledged. */
function framesOf({ segments }: Case, index: number): Uint8Array[] {
  const port = 40_000 + index;
  const from = (sender: 0 | 1, seq: number, flags: number, payload = '') => {
    const [src, dst] = sender === 0 ? [client, server] : [server, client];
    const [srcPort, dstPort] = sender === 0 ? [port, 80] : [80, port];
    const numbers = { seq, flags, ack: sender === 0 ? 501 : 101 };
    return ethernet(0x0800, ipv4(tcp(srcPort, dstPort, numbers, bytes(payload), src, dst), { protocol: 6, src, dst }));
  };
  return [from(0, 100, syn), from(1, 500, syn | ack), ...segments.map((segment) => from(0, ...segment))];
}

describe('connections that end oddly', () => {
  const all = cases.map(framesOf);

  it.each(cases.map((one, i) => [one.name, one, all[i]] as const))('%s', (_, { ours }, frames) => {
    const [{ streams, ends }] = follow(frames);
    expect(`${streams[0]} ${ends[0]}`.trim()).toBe(ours);
  });

  it.skipIf(noWireshark !== '')(`with tshark${noWireshark}`, () => {
    const path = join(scratch, 'ends.pcapng');
    writeFileSync(path, capture(all.flat()));
    const found = tsharkStreams(path, cases.length + 1).map(([stream]) => stream);
    // The last case is two connections.
    expect(found).toEqual([...cases.map(({ theirs }) => theirs), '0304']);
  });
});
