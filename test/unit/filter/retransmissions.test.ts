/** Which segments bring nothing new. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse, goldenPath } from '../../golden/open.ts';
import { capture, tcpFlags, tcpFrame } from '../analysis/packets.ts';
import { layered, sentTwice } from './layered.ts';
import { matching } from './matching.ts';

const { syn, ack, fin } = tcpFlags;
const filter = 'tcp.analysis.retransmission';
const client = { address: '10.0.0.1', port: 5000 };
const server = { address: '10.0.0.2', port: 80 };

/** Frames of a connection that are retransmissions; a segment is its number, its length, and its flags. */
function found(...segments: readonly (readonly [seq: number, length: number, flags?: number, isBack?: boolean])[]): number[] {
  const frames = segments.map(([seq, length, flags = ack, isBack = false]) => {
    const [from, to] = isBack ? [server, client] : [client, server];
    return tcpFrame(from, to, seq, 1, flags, new Uint8Array(length).fill(seq));
  });
  return matching(analyse(capture(frames)), filter);
}

describe('a retransmission', () => {
  it('brings what was there', () => {
    expect(matching(analyse(layered()), filter)).toEqual(sentTwice);
    expect(found([100, 10], [110, 10], [100, 10], [105, 5], [100, 20])).toEqual([3, 4, 5]);
    expect(found([99, 0, syn], [99, 0, syn], [100, 4], [104, 0, fin | ack], [104, 0, fin | ack])).toEqual([2, 5]);
  });

  it('brings nothing more, and is in the same direction', () => {
    expect(found([100, 10], [105, 10], [100, 10, ack, true])).toEqual([]);
    expect(found([100, 10], [110, 0], [110, 0], [100, 0])).toEqual([]);
  });

  it('is none that fills a hole, but is one that comes after it', () => {
    expect(found([100, 10], [120, 10], [110, 10], [110, 10])).toEqual([4]);
    expect(found([100, 10], [130, 10], [110, 10], [118, 6], [110, 20], [110, 20])).toEqual([6]);
    // Before the first number that was captured, too.
    expect(found([100, 10], [80, 10], [90, 10], [80, 20], [70, 40], [70, 5])).toEqual([4, 6]);
  });

  it('is none that asks whether the other side is alive', () => {
    expect(found([100, 10], [109, 1], [109, 0], [108, 1])).toEqual([4]);
  });

  it('is found where numbers begin again at zero', () => {
    expect(found([0xffff_fff0, 32], [16, 4], [0xffff_fff8, 16])).toEqual([3]);
  });

  it('does not change what else is asked of its row', () => {
    const analysis = analyse(readFileSync(goldenPath('p2p_a.pcapng')));
    expect(matching(analysis, `${filter} || tcp.len > 0 && frame.number > 100`)).toEqual(
      matching(analysis, 'tcp.len > 0 && frame.number > 100'),
    );
  });
});
