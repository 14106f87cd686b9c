import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { TcpDirection, tcpFlag } from '../../../dissector/link/index.ts';

const { syn, ack, fin, rst } = tcpFlag;

/** A sink that writes down what it gets: bytes, a gap as its length in brackets, the end. */
function record(limits = defaultLimits) {
  const log: (number | string)[] = [];
  const origins: [number, number][] = [];
  const dropped: string[] = [];
  const direction = new TcpDirection(
    {
      data: (bytes, frame, offset) => {
        bytes.forEach((byte, i) => {
          log.push(byte);
          origins.push([frame, offset + i]);
        });
      },
      gap: (length) => log.push(`[${length}]`),
      end: (kind) => log.push(kind),
      dropped: (length, why, frame) => dropped.push(`${length} ${why} ${frame}`),
    },
    limits,
  );
  return { direction, log, origins, dropped };
}

const run = (from: number, to: number) => Uint8Array.from({ length: to - from }, (_, i) => from + i);

describe('a direction of TCP', () => {
  it('delivers in order, with the frame of each byte', () => {
    const { direction, log, origins } = record();
    direction.segment(100, syn, run(0, 0), 1, 54);
    direction.segment(101, ack, run(0, 3), 2, 54);
    direction.segment(104, ack | fin, run(3, 5), 3, 66);
    expect(log).toEqual([0, 1, 2, 3, 4]);
    direction.acknowledge(107);
    expect(log).toEqual([0, 1, 2, 3, 4, 'fin']);
    expect(origins).toEqual([
      [2, 54],
      [2, 55],
      [2, 56],
      [3, 66],
      [3, 67],
    ]);
    expect(direction.position).toBe(5);
  });

  it('takes data on a SYN (TCP Fast Open)', () => {
    const { direction, log } = record();
    direction.segment(100, syn, run(0, 3), 1, 0);
    direction.segment(104, ack, run(3, 4), 2, 0);
    expect(log).toEqual([0, 1, 2, 3]);
  });

  it('drops keepalive probes and retransmissions, and begins in the middle', () => {
    const { direction, log } = record();
    direction.segment(499, ack, run(0, 0), 1, 0);
    direction.segment(500, ack, run(0, 3), 2, 0);
    direction.segment(502, ack, Uint8Array.of(99), 3, 0);
    direction.segment(500, ack, Uint8Array.of(7, 7, 7, 3), 4, 0);
    direction.segment(503, ack, run(0, 0), 5, 0);
    expect(log).toEqual([0, 1, 2, 3]);
  });

  it('keeps the first of two overlapping segments that wait', () => {
    const { direction, log, origins } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(4, ack, Uint8Array.of(3, 4), 2, 0);
    direction.segment(2, ack, Uint8Array.of(1, 2, 99, 99, 5), 3, 0);
    expect(log).toEqual([]);
    direction.segment(1, ack, Uint8Array.of(0, 98, 98), 4, 0);
    expect(log).toEqual([0, 1, 2, 3, 4, 5]);
    expect(origins).toEqual([
      [4, 0],
      [3, 0],
      [3, 1],
      [2, 0],
      [2, 1],
      [3, 4],
    ]);
  });

  it('waits with a hole that the receiver acknowledged: the segment may stand behind its ACK', () => {
    const { direction, log, dropped } = record();
    direction.segment(0, syn, run(0, 0), 1, 0, 0, 10);
    direction.segment(4, ack, run(3, 6), 2, 0, 0, 10.001);
    direction.acknowledge(7, 10.002);
    direction.segment(7, ack, run(6, 7), 3, 0, 0, 10.003);
    expect(log).toEqual([]);
    direction.segment(1, ack, run(0, 3), 4, 0, 0, 10.012);
    expect(log).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(dropped).toEqual([]);
  });

  it.each([
    ['a second later', (send: ReturnType<typeof record>) => send.direction.acknowledge(7, 11.5)],
    [
      'many segments later',
      ({ direction }: ReturnType<typeof record>) => {
        for (let n = 0; n < 257; n++) direction.acknowledge(7);
      },
    ],
    [
      'many bytes later',
      ({ direction }: ReturnType<typeof record>) => {
        direction.segment(7, ack, new Uint8Array(200_000), 3, 0);
        direction.segment(200_007, ack, new Uint8Array(200_000), 4, 0);
      },
    ],
  ])('gives such a hole up %s, and tells what comes for it later still', (_name, later) => {
    const sent = record();
    const { direction, log, dropped } = sent;
    direction.segment(0, syn, run(0, 0), 1, 0, 0, 10);
    direction.segment(4, ack, run(3, 6), 2, 0, 0, 10);
    direction.acknowledge(1, 10.1);
    direction.acknowledge(3, 10.2);
    direction.acknowledge(7, 10.3);
    expect(log).toEqual([]);
    later(sent);
    expect(log.slice(0, 4)).toEqual(['[3]', 3, 4, 5]);
    direction.segment(1, ack, run(0, 5), 9, 0);
    expect(dropped).toEqual(['3 late 9']);
    direction.segment(1, ack, run(0, 5), 10, 0);
    expect(dropped).toHaveLength(1);
  });

  it('gives up a hole when too much waits behind it, also in tiny segments', () => {
    const { direction, log } = record({ ...defaultLimits, outOfOrder: 10_000 });
    direction.segment(0, syn, run(0, 0), 1, 0);
    for (let i = 0; i < 200; i++) direction.segment(10 + i * 2, ack, Uint8Array.of(i), 2, 0);
    expect(log[0]).toBe('[9]');
    expect(log.length).toBeGreaterThan(300);
  });

  it('makes a gap of what a snapped frame lacks, and of what is missing at the end', () => {
    const { direction, log } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(1, ack, run(0, 2), 2, 0, 3);
    direction.segment(6, ack, run(5, 6), 3, 0);
    direction.segment(9, ack | fin, run(8, 9), 4, 0, 2);
    direction.finish();
    expect(log).toEqual([0, 1, '[3]', 5, '[2]', 8, '[2]', 'fin']);
  });

  it('waits with a snapped segment that is out of order', () => {
    const { direction, log } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(3, ack, run(2, 3), 2, 0, 2);
    direction.segment(6, ack, run(5, 6), 3, 0);
    direction.segment(1, ack, run(0, 2), 4, 0);
    expect(log).toEqual([0, 1, 2, '[2]', 5]);
  });

  it('ends once: at a FIN whose bytes are missing, at a reset', () => {
    const first = record();
    first.direction.segment(0, syn, run(0, 0), 1, 0);
    first.direction.segment(5, fin | ack, run(0, 0), 2, 0);
    first.direction.finish();
    first.direction.finish();
    expect(first.log).toEqual(['[4]', 'fin']);
  });

  it('ends at a reset once nothing has refuted it', () => {
    const { direction, log, dropped } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.acknowledge(1);
    direction.segment(3, ack, run(2, 4), 2, 0);
    direction.segment(1, rst, run(0, 9), 3, 0);
    direction.segment(5, ack, run(0, 9), 4, 0);
    expect(log).toEqual([]);
    direction.finish();
    expect(log).toEqual(['[2]', 2, 3, 'rst']);
    expect(dropped).toEqual(['9 after-rst 4']);
  });

  it('goes on behind a reset that the receiver ignored', () => {
    const { direction, log, dropped } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(1, ack, run(0, 3), 2, 0);
    direction.acknowledge(4);
    direction.segment(4, rst, run(0, 0), 3, 0);
    direction.segment(4, ack, run(3, 5), 4, 0);
    expect(log).toEqual([0, 1, 2]);
    direction.acknowledge(6);
    direction.segment(6, ack, run(5, 6), 5, 0);
    direction.finish();
    expect(log).toEqual([0, 1, 2, 3, 4, 5]);
    expect(dropped).toEqual([]);
  });

  it('takes the word of the sender about a reset where nothing of the receiver was captured', () => {
    const { direction, log } = record();
    direction.segment(1, ack, run(0, 3), 1, 0);
    direction.segment(4, rst, run(0, 0), 2, 0);
    direction.segment(4, ack, run(3, 5), 3, 0);
    direction.finish();
    expect(log).toEqual([0, 1, 2, 3, 4]);
  });

  it('ignores a reset whose number the receiver cannot take', () => {
    for (const seq of [4 + 0x20_0000, 4 + 0x3fff_ffff, 0xffff_0000, 0]) {
      const { direction, log } = record();
      direction.segment(0, syn, run(0, 0), 1, 0);
      direction.segment(1, ack, run(0, 3), 2, 0);
      direction.acknowledge(4);
      direction.segment(seq, rst, run(0, 0), 3, 0);
      direction.finish();
      expect(log).toEqual([0, 1, 2]);
    }
  });

  it('begins after a reset that came before it', () => {
    const { direction, log } = record();
    direction.segment(0, rst | ack, run(0, 0), 1, 0);
    direction.segment(700, syn | ack, run(0, 0), 2, 0);
    direction.acknowledge(701);
    direction.segment(701, ack, run(0, 2), 3, 0);
    direction.finish();
    expect(log).toEqual([0, 1]);
  });

  it('follows the newest SYN while nothing was delivered, and keeps what waits', () => {
    const { direction, log } = record();
    direction.segment(5_000, syn | ack, run(0, 0), 1, 0);
    direction.segment(90_001, ack, run(0, 2), 2, 0);
    direction.segment(90_000, syn | ack, run(0, 0), 3, 0);
    expect(log).toEqual([]);
    direction.segment(90_003, ack, run(2, 4), 4, 0);
    direction.segment(7, syn | ack, run(0, 0), 5, 0);
    direction.segment(90_005, ack, run(4, 5), 6, 0);
    direction.finish();
    expect(log).toEqual([0, 1, 2, 3, 4]);
  });

  it('goes on behind a FIN that the receiver did not take', () => {
    const { direction, log } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(1, ack, run(0, 3), 2, 0);
    direction.acknowledge(4);
    direction.segment(4, ack | fin, run(0, 0), 3, 0);
    direction.segment(4, ack, run(3, 5), 4, 0);
    direction.acknowledge(6);
    direction.segment(6, ack | fin, run(0, 0), 5, 0);
    direction.acknowledge(7);
    expect(log).toEqual([0, 1, 2, 3, 4, 'fin']);
  });

  it('takes data that was captured behind its FIN', () => {
    const { direction, log, dropped } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(4, ack | fin, run(0, 0), 2, 0);
    direction.acknowledge(5);
    direction.segment(1, ack, run(0, 3), 3, 0);
    expect(log).toEqual([0, 1, 2, 'fin']);
    expect(dropped).toEqual([]);
  });

  it('tells the size of what is behind an acknowledged FIN', () => {
    const { direction, log, dropped } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(1, ack | fin, run(0, 3), 2, 0);
    direction.acknowledge(5);
    direction.segment(5, ack, run(0, 7), 3, 0);
    direction.segment(1, ack, run(0, 3), 4, 0);
    expect(log).toEqual([0, 1, 2, 'fin']);
    expect(dropped).toEqual(['7 after-fin 3']);
  });

  it('drops what waits past a FIN', () => {
    const { direction, log, dropped } = record();
    direction.segment(0, syn, run(0, 0), 1, 0);
    direction.segment(3, ack, run(2, 9), 2, 0);
    direction.segment(4, fin, run(3, 5), 3, 0);
    direction.segment(1, ack, run(0, 2), 4, 0);
    direction.finish();
    expect(log).toEqual([0, 1, 2, 3, 4, 'fin']);
    expect(dropped).toEqual(['4 after-fin 2']);
  });

  it('tells what stands before the beginning of a stream whose SYN is not there', () => {
    const { direction, log, dropped } = record();
    direction.segment(500, ack, run(5, 8), 1, 0);
    direction.segment(495, ack, run(0, 5), 2, 0);
    expect(log).toEqual([5, 6, 7]);
    expect(dropped).toEqual(['5 early 2']);
  });
});

describe('any way of sending a stream', () => {
  /** Cuts of a stream, some repeated, in any order: [start, end) each. */
  const pieces = (length: number) =>
    fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: length - 1 }), { maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(length - 1), fc.integer({ min: 1, max: 30 })), { maxLength: 12 }),
      )
      .chain(([cuts, extra]) => {
        const edges = [...new Set([0, ...cuts, length])].sort((a, b) => a - b);
        const base = edges.slice(1).map((end, i) => [edges[i], end] as const);
        const more = extra.map(([start, size]) => [start, Math.min(length, start + size)] as const);
        const all = [...base, ...more];
        return fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
      });
  const scenario = fc
    .integer({ min: 2, max: 200 })
    .chain((length) =>
      fc.record({ length: fc.constant(length), pieces: pieces(length), isn: fc.integer({ min: 0, max: 0xffff_ffff }) }),
    );
  /** Sequence numbers near the wrap are the interesting ones. */
  const near = fc.integer({ min: 0xffff_ff00, max: 0xffff_ffff });

  it('gives the stream', () => {
    fc.assert(
      fc.property(scenario, fc.option(near), (sent, wrap) => {
        const isn = wrap ?? sent.isn;
        const { direction, log, origins } = record();
        direction.segment(isn, syn, new Uint8Array(0), 0, 0);
        sent.pieces.forEach(([start, end], frame) => {
          const flags = end === sent.length ? ack | fin : ack;
          direction.segment((isn + 1 + start) >>> 0, flags, run(start, end), frame, 1000 + start);
        });
        direction.finish();
        const stream = [...run(0, sent.length)];
        expect(log).toEqual([...stream, 'fin']);
        // Each byte comes from the first frame that carried it, and from where it lies there.
        const first = stream.map((_, i) => sent.pieces.findIndex(([start, end]) => start <= i && i < end));
        expect(origins).toEqual(stream.map((_, i) => [first[i], 1000 + i]));
      }),
      { numRuns: 1000 },
    );
  });

  it('with a lost part gives the stream with exactly that gap', () => {
    fc.assert(
      fc.property(scenario, near, fc.nat(), fc.nat(), (sent, isn, a, b) => {
        const from = a % sent.length;
        const to = Math.min(sent.length, from + 1 + (b % 20));
        const { direction, log } = record();
        direction.segment(isn, syn, new Uint8Array(0), 0, 0);
        const send = (start: number, end: number) => {
          if (start < end) direction.segment((isn + 1 + start) >>> 0, ack, run(start, end), 1, 0);
        };
        for (const [start, end] of sent.pieces) {
          send(start, Math.min(end, from));
          send(Math.max(start, to), end);
        }
        direction.finish();
        const expected = to === sent.length ? [...run(0, from)] : [...run(0, from), `[${to - from}]`, ...run(to, sent.length)];
        expect(log).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('any segments at all keep positions and never throw', () => {
    const one = fc.tuple(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.nat(255),
      fc.uint8Array({ maxLength: 20 }),
      fc.nat(5),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(one), (segments) => {
        const { direction, log } = record({ ...defaultLimits, outOfOrder: 2000 });
        for (const [seq, flags, content, missing, acknowledge] of segments) {
          if (acknowledge) direction.acknowledge(seq);
          else direction.segment(seq, flags, content, 1, 0, missing);
        }
        direction.finish();
        let total = 0;
        for (const entry of log) {
          if (typeof entry === 'number') total++;
          else if (entry.startsWith('[')) total += Number(entry.slice(1, -1));
        }
        expect(direction.position).toBe(total);
        expect(log.filter((entry) => entry === 'fin' || entry === 'rst').length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
  });
});
