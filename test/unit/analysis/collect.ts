/** What a protocol is given of a capture: a protocol that takes everything, and writes it down. */

import { Analysis, type FrameOrder } from '../../../dissector/analysis/index.ts';
import type { Piece } from '../../../dissector/bytes/index.ts';
import type { CaptureReader } from '../../../dissector/capture/index.ts';
import { certain, type Direction, KeyRing, type Protocol, probable } from '../../../dissector/protocol/index.ts';

export interface CollectedDatagram {
  readonly frame: number;
  readonly direction: Direction;
  /** Hex. */
  readonly payload: string;
}

/** A conversation: its streams in hex with the length of each gap in brackets, how they ended, its datagrams. */
export interface Collected {
  readonly transport: 'udp' | 'tcp';
  readonly endpoints: readonly [string, string];
  readonly streams: [string, string];
  readonly ends: [string, string];
  readonly datagrams: CollectedDatagram[];
  /** The frames (1-based) that belong to it, ICMP errors about it among them. */
  readonly frames: number[];
}

/**
 * When the protocol is recognised: at once, or late, so that all is delivered again to it, or at once and then once more
 * because a key came.
 */
export type When = 'at once' | 'late' | 'again';

/** Throws where bytes do not lie where they are said to have been captured. */
export function collect(reader: CaptureReader, when: When = 'at once', order: FrameOrder = 'time'): Collected[] {
  let conversations: Collected[] = [];
  const gathered = (pieces: readonly Piece[]) => {
    const parts = pieces.map(({ frame, offset, length }) => reader.frameBytes(frame - 1).slice(offset, offset + length));
    return Buffer.concat(parts).toString('hex');
  };
  const checked = (bytes: Uint8Array, pieces: readonly Piece[] | undefined): string => {
    const payload = Buffer.from(bytes).toString('hex');
    if (pieces !== undefined && gathered(pieces) !== payload) throw new Error(`${payload} was captured elsewhere`);
    return payload;
  };
  const protocol: Protocol = {
    ...{ id: 'all', title: 'All', document: 'none', names: ['all'], keys: [], rules: [] },
    recognise: () => (when === 'late' ? probable : certain),
    observe: () => {
      conversations = [];
      return {
        conversation: ({ id, transport, endpoints }) => {
          const one: Collected = { transport, endpoints, streams: ['', ''], ends: ['', ''], datagrams: [], frames: [] };
          conversations[id] = one;
          return {
            datagram: (direction, bytes, frame, _cut, pieces) => {
              one.datagrams.push({ frame, direction, payload: checked(bytes, pieces) });
            },
            stream: (direction, buffer, _frame, ended, why) => {
              // By parts, as messages are taken.
              while (buffer.length > 0) {
                const bytes = buffer.bytes.slice(0, 64);
                one.streams[direction] += checked(bytes, buffer.take(bytes.length));
              }
              if (ended && why !== 'capture') one.ends[direction] = String(why);
            },
            gap: (direction, _buffer, length) => {
              one.streams[direction] += `[${length}]`;
            },
          };
        },
        end: () => {},
      };
    },
    dissect: () => {
      throw new Error('there are no messages');
    },
  };
  const analysis = new Analysis(reader, [protocol], new KeyRing([]), { order });
  while (analysis.step(1000));
  analysis.finish();
  if (when === 'again') analysis.rekey();
  for (let frame = 1; frame <= reader.frames.length; frame++) {
    const place = analysis.conversationOf(frame);
    if (place !== undefined) conversations[place.conversation]!.frames.push(frame);
  }
  return conversations;
}
