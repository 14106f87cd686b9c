/** The capture of the example protocol in media/samples, built from the published API and the frames of the other tests. */
import {
  bytes,
  encodeStruct,
  enhancedPacket,
  interfaceDescription,
  sectionHeader,
  struct,
  uint,
} from '../../../dissector/index.ts';
import { udpFrame } from '../analysis/packets.ts';

export const heartbeatKey = 'c0ffee';

const beat = struct('heartbeat', '', [
  uint(2, 'magic', ''),
  uint(1, 'type', ''),
  uint(4, 'sequence', ''),
  bytes('note', 'rest', ''),
]);
const text = (note: string): Uint8Array => new TextEncoder().encode(note);
const key = [0xc0, 0xff, 0xee];
const seal = (note: string): Uint8Array => text(`OK ${note}`).map((byte, i) => byte ^ key[i % 3]!);
const message = (type: 1 | 2, sequence: number, note: Uint8Array): Uint8Array =>
  encodeStruct(beat, { magic: 0x4842, type, sequence, note });

/** Two nodes: clear and sealed beats, one that leaves a number out, and one that is cut off after its type. */
export function heartbeatCapture(): Uint8Array {
  const [a, b] = [
    { address: '10.7.0.1', port: 7777 },
    { address: '10.7.0.2', port: 49_152 },
  ];
  const sent = [
    udpFrame(b, a, message(1, 1, text('good morning'))),
    udpFrame(a, b, message(1, 100, text('and to you'))),
    udpFrame(b, a, message(2, 2, seal('all is well'))),
    udpFrame(b, a, message(1, 4, text('one was lost'))),
    udpFrame(a, b, message(2, 101, seal('so it seems'))),
    udpFrame(a, b, Uint8Array.of(0x48, 0x42, 1)),
  ];
  const packets = sent.map((frame, index) => enhancedPacket({ bytes: frame, seconds: 1_790_000_000 + index, nanos: 0 }));
  return new Uint8Array(Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1, name: 'lab0' }), ...packets]));
}
