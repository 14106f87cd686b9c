import { describe, expect, it } from 'vitest';
import {
  ConversationTable,
  DroppedBytes,
  PacketView,
  parsePacket,
  TcpConnection,
  tcpFlag,
} from '../../../dissector/link/index.ts';
import { client, ethernet, ipv4, server, tcp } from './build.ts';

const { syn, ack, fin, rst } = tcpFlag;

interface Sent {
  /** Who sends it. */
  readonly by: 0 | 1;
  readonly seq: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly text?: string;
  readonly time?: number;
}

/** What a connection delivers, side and text, in the order in which it does. */
function heard(sent: readonly Sent[]): string[] {
  const log: string[] = [];
  const sink = (side: number) => ({
    data: (bytes: Uint8Array) => void log.push(`${side} ${new TextDecoder().decode(bytes)}`),
    gap: (length: number) => void log.push(`${side} [${length}]`),
    end: (kind: string, frame: number) => void log.push(`${side} ${kind} ${frame}`),
  });
  const connection = new TcpConnection([sink(0), sink(1)]);
  sent.forEach(({ by, seq, ack: number, flags = 0, text = '', time = Number.NaN }, index) => {
    const hasAck = number !== undefined;
    const payload = new TextEncoder().encode(text);
    const bits = flags | (hasAck ? ack : 0);
    connection.segment({
      ...{ direction: by, seq, ack: number ?? 0, flags: bits, hasAck, payload },
      ...{ frame: index + 1, offset: 0, missing: 0, time },
    });
  });
  connection.finish();
  return log;
}

const opening: readonly Sent[] = [
  { by: 0, seq: 99, flags: syn },
  { by: 1, seq: 499, ack: 100, flags: syn },
];

describe('a connection', () => {
  it('lets an answer wait for the question that was captured behind it', () => {
    const late: readonly Sent[] = [
      { by: 1, seq: 500, ack: 103, text: 'answer' },
      { by: 0, seq: 103, ack: 506, text: 'more' },
      { by: 0, seq: 100, ack: 500, text: 'ask' },
    ];
    expect(heard([...opening, ...late])).toEqual(['0 ask', '1 answer', '0 more']);
  });

  it('keeps the order of both sides around a part that never comes', () => {
    const lost: readonly Sent[] = [
      { by: 1, seq: 500, ack: 103, text: 'answer', time: 1 },
      { by: 0, seq: 103, ack: 506, text: 'more', time: 1.1 },
      { by: 1, seq: 506, ack: 107, text: 'done', time: 5 },
    ];
    expect(heard([...opening, ...lost])).toEqual(['1 answer', '0 [3]', '0 more', '1 done']);
  });

  it('tells of the bytes that the capture lost at its beginning, where the other side has asked for them', () => {
    // The SYN+ACK and the first bytes of the answer are lost; the acknowledgement of the handshake says where it began.
    const lost: readonly Sent[] = [
      { by: 0, seq: 99, flags: syn },
      { by: 0, seq: 100, ack: 500 },
      { by: 0, seq: 100, ack: 500, text: 'ask' },
      { by: 1, seq: 503, ack: 103, text: 'wer' },
      { by: 0, seq: 103, ack: 506 },
    ];
    expect(heard(lost)).toEqual(['0 ask', '1 [3]', '1 wer']);
    // The same for the side that opened, whose SYN is lost: its number stands in the SYN+ACK.
    expect(heard([opening[1]!, { by: 0, seq: 102, ack: 500, text: 'k' }])).toEqual(['0 [2]', '0 k']);
    // They come behind: nothing is lost.
    const late: Sent = { by: 1, seq: 500, ack: 103, text: 'ans' };
    expect(heard([...lost.slice(0, 4), late, lost[4]!])).toEqual(['0 ask', '1 ans', '1 wer']);
  });

  it('begins with what was captured first where nothing says where it began', () => {
    const joined: readonly Sent[] = [
      { by: 0, seq: 100, ack: 500, text: 'ask' },
      { by: 1, seq: 503, ack: 103, text: 'wer' },
    ];
    expect(heard(joined)).toEqual(['0 ask', '1 wer']);
    // What a reset acknowledges is no beginning, and a number far away is that of another connection.
    expect(heard([{ by: 0, seq: 99, flags: syn }, { by: 0, seq: 100, ack: 5_000_000, flags: 0 }, joined[1]!])).toEqual(['1 wer']);
  });

  it('ends each direction where its end was captured', () => {
    const closing: readonly Sent[] = [
      { by: 0, seq: 100, ack: 500, text: 'bye', flags: fin },
      { by: 1, seq: 500, ack: 104 },
      { by: 1, seq: 500, ack: 104, flags: fin },
      { by: 0, seq: 104, ack: 501 },
    ];
    expect(heard([...opening, ...closing])).toEqual(['0 bye', '0 fin 3', '1 fin 5']);
  });

  it('lets nothing wait for a side that closed without a word', () => {
    const log: string[] = [];
    const sink = (side: number) => ({
      data: (bytes: Uint8Array) => void log.push(`${side} ${bytes.length}`),
      gap: () => undefined,
      end: (kind: string) => void log.push(`${side} ${kind}`),
    });
    const connection = new TcpConnection([sink(0), sink(1)]);
    const segment = { hasAck: true, payload: new Uint8Array(0), frame: 1, offset: 0, missing: 0, time: Number.NaN };
    connection.segment({ ...segment, direction: 0, seq: 99, ack: 0, hasAck: false, flags: syn });
    connection.segment({ ...segment, direction: 1, seq: 499, ack: 100, flags: syn | ack });
    connection.segment({ ...segment, direction: 0, seq: 100, ack: 500, flags: fin | ack });
    connection.segment({ ...segment, direction: 1, seq: 500, ack: 101, flags: ack, payload: new Uint8Array(3) });
    expect(log).toEqual(['0 fin', '1 3']);
  });

  it('goes on after a reset outside the window and its challenge ACK', () => {
    const attack: readonly Sent[] = [
      { by: 0, seq: 100, ack: 500, text: 'a' },
      { by: 0, seq: 0x4000_0000, flags: rst },
      { by: 1, seq: 500, ack: 101 },
      { by: 0, seq: 101, ack: 500, text: 'b' },
      { by: 1, seq: 500, ack: 102 },
    ];
    expect(heard([...opening, ...attack])).toEqual(['0 a', '0 b']);
  });
});

describe('conversations of TCP', () => {
  const table = () => new ConversationTable();
  const view = new PacketView();
  /** The conversation and direction of a segment from port 1000 to port 2000, or back. */
  const find = (into: ConversationTable, { by, seq, ack: number, flags = 0, text = '' }: Sent): string => {
    const payload = new TextEncoder().encode(text);
    const header = { seq, ack: number ?? 0, flags: flags | (number === undefined ? 0 : ack) };
    const [from, to] = by === 0 ? [client, server] : [server, client];
    const [out, back] = by === 0 ? [1000, 2000] : [2000, 1000];
    const frame = ethernet(0x0800, ipv4(tcp(out, back, header, payload, from, to), { src: from, dst: to, protocol: 6 }));
    parsePacket(frame, 1, view);
    return `${into.find(frame, view)}.${into.direction}`;
  };
  const all = (sent: readonly Sent[]) => {
    const into = table();
    return sent.map((one) => find(into, one));
  };

  it('take a SYN that is stored behind the first data', () => {
    const sent: Sent[] = [
      { by: 0, seq: 100, ack: 500, text: 'ab' },
      { by: 0, seq: 102, ack: 500, text: 'cd' },
      { by: 0, seq: 99, flags: syn },
      { by: 1, seq: 499, ack: 100, flags: syn },
      { by: 1, seq: 500, ack: 104 },
    ];
    expect(all(sent)).toEqual(['0.0', '0.0', '0.0', '0.1', '0.1']);
    expect(all([{ by: 1, seq: 500, ack: 104, text: 'x' }, ...sent.slice(2)])).toEqual(['0.0', '0.1', '0.0', '0.0']);
  });

  it('begin anew with a SYN of another number', () => {
    expect(all([...opening, { by: 0, seq: 100, ack: 500, text: 'a' }, { by: 0, seq: 7_000_000, flags: syn }])).toEqual([
      '0.0',
      '0.1',
      '0.0',
      '1.0',
    ]);
    expect(
      all([
        { by: 0, seq: 100, ack: 500, text: 'a' },
        { by: 0, seq: 7_000_000, flags: syn },
      ]),
    ).toEqual(['0.0', '1.0']);
  });

  it('begin anew where the SYNs were lost: the numbers of both directions are others', () => {
    const closed: readonly Sent[] = [
      ...opening,
      { by: 0, seq: 100, ack: 500, text: 'a', flags: fin },
      { by: 1, seq: 500, ack: 102, flags: fin },
      { by: 0, seq: 102, ack: 501 },
    ];
    const second: readonly Sent[] = [
      { by: 0, seq: 0x7000_0000, ack: 0x2000_0000, text: 'b' },
      { by: 1, seq: 0x2000_0000, ack: 0x7000_0001, text: 'c' },
      // A late retransmission of the first one.
      { by: 1, seq: 500, ack: 102, flags: fin },
      { by: 0, seq: 0x7000_0001, ack: 0x2000_0001, text: 'd' },
    ];
    expect(all([...closed, ...second]).slice(5)).toEqual(['1.0', '1.1', '0.1', '1.0']);
    // What only one direction says, or what is not far away, may be a part that the capture lost.
    expect(all([...closed, { by: 0, seq: 0x7000_0000, ack: 501, text: 'b' }]).at(-1)).toBe('0.0');
    expect(all([...opening, { by: 0, seq: 3_000_100, ack: 3_000_500, text: 'b' }]).at(-1)).toBe('0.0');
  });

  it('go on after a forged SYN', () => {
    const forged: readonly Sent[] = [
      { by: 0, seq: 100, ack: 500, text: 'a' },
      { by: 0, seq: 0x6000_0000, flags: syn },
      { by: 1, seq: 500, ack: 101 },
      { by: 0, seq: 101, ack: 500, text: 'b' },
    ];
    expect(all([...opening, ...forged])).toEqual(['0.0', '0.1', '0.0', '1.0', '0.1', '0.0']);
  });

  it('are one when a reset comes before the connection stands and the SYN again', () => {
    const refused: readonly Sent[] = [
      { by: 0, seq: 99, flags: syn },
      { by: 1, seq: 0, ack: 100, flags: rst },
      { by: 0, seq: 99, flags: syn },
      { by: 1, seq: 499, ack: 100, flags: syn },
      { by: 0, seq: 100, ack: 500, text: 'a' },
      { by: 1, seq: 500, ack: 101, text: 'b' },
    ];
    expect(all(refused)).toEqual(['0.0', '0.1', '0.0', '0.1', '0.0', '0.1']);
    expect(heard(refused)).toEqual(['0 a', '1 b']);
  });

  it('follow a SYN+ACK that is resent with another number', () => {
    const resent: readonly Sent[] = [
      { by: 1, seq: 499, ack: 100, flags: syn },
      { by: 1, seq: 0x3333_0000, ack: 100, flags: syn },
      { by: 0, seq: 100, ack: 0x3333_0001, text: 'a' },
      { by: 1, seq: 0x3333_0001, ack: 101, text: 'b' },
    ];
    expect(all(resent)).toEqual(['0.1', '0.1', '0.0', '0.1']);
    expect(heard(resent)).toEqual(['0 a', '1 b']);
  });
});

describe('what is dropped', () => {
  it('is told with its size, a sentence for each reason', () => {
    const [one, other] = [new DroppedBytes(), new DroppedBytes()];
    one.add(1, 'late', 7);
    other.add(100, 'after-rst', 9);
    one.add(5, 'after-rst', 12);
    one.take(other);
    expect(one.sentences).toEqual([
      '1 byte of TCP streams is in no message (frame 7): captured after its hole was given up as lost.',
      '105 bytes of TCP streams are in no message (frame 9 and later): captured behind a reset (RST) that nothing shows to have been ignored.',
    ]);
  });
});
