/** The capture of the sample wireguard, made by two of its nodes: the same bytes in every run. */

import type { FieldValues, Protocol } from '../../../dissector/index.ts';
import * as library from '../../../dissector/index.ts';
import { ipPacketLayer } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/wireguard.js';
import { capture, type Endpoint, udpFrame } from '../analysis/packets.ts';
import { type Member, Network } from '../testnode/network.ts';

export const protocol = (sample as (given: typeof library) => Protocol)(library);

const empty = new Uint8Array(0);
const ip = ipPacketLayer().messages[0]!;
export const initiator: Endpoint = { address: '192.0.2.1', port: 40001 };
/** Where the initiator is after it has moved. */
export const moved: Endpoint = { address: '203.0.113.7', port: 40002 };
export const responder: Endpoint = { address: '198.51.100.2', port: 51820 };

/** An echo request (RFC 792), with no checksum. */
export const echo: Uint8Array = ip.encode({
  ...{ version: 4, words: 5, tos: 0, padding: empty },
  ip: {
    ...{ id: 1, flags: 2, offset: 0, ttl: 64, protocol: 1, checksum: 0, src: '10.0.0.2', dst: '10.0.0.1', options: empty },
    ...{ icmp_type: 8, icmp_code: 0, data: Uint8Array.from([0, 0, 0, 1, 0, 1, 1, 2, 3, 4]) },
  },
});

/** A SYN (RFC 9293) over IPv6, with no checksum. */
export const syn: Uint8Array = ip.encode({
  ...{ version: 6, words: 0, flow: new Uint8Array(3), padding: empty },
  ip: {
    ...{ protocol: 6, ttl: 64, src: 'fd00::1', dst: 'fd00::2', srcport: 49152, dstport: 80 },
    data: Uint8Array.from([0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0xff, 0xff, 0, 0, 0, 0]),
  },
});

export interface Sent {
  readonly isInitiators: boolean;
  readonly bytes: Uint8Array;
}

export interface Talk {
  readonly a: Member;
  readonly b: Member;
  send(member: Member, message: string, values?: FieldValues): void;
  /** What went over the wire so far. */
  sent(): readonly Sent[];
}

/** Two nodes, their handshake done; `role` is that of the responder. */
export async function twoNodes(role: 'responder' | 'loaded', identity?: string): Promise<Talk> {
  const network = new Network();
  const more = identity === undefined ? {} : { identity };
  const a = await network.add(protocol, { port: 1, ...more });
  const b = await network.add(protocol, { port: 2, role, ...more });
  a.dial(b);
  network.run(1000);
  return {
    a,
    b,
    send(member, message, values = {}) {
      member.node.send(member.node.links[0]!.id, message, values);
      network.run(1000);
    },
    sent: () =>
      a.events.flatMap((event) =>
        event.kind === 'sent' || event.kind === 'received' ? [{ isInitiators: event.kind === 'sent', bytes: event.bytes }] : [],
      ),
  };
}

export function frameOf({ isInitiators, bytes }: Sent, own = initiator): Uint8Array {
  return isInitiators ? udpFrame(own, responder, bytes) : udpFrame(responder, own, bytes);
}

/** A capture of datagrams, one a second from the time of the nodes on. */
export function captureOf(frames: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(capture(frames));
}

/** A key log as Wireshark reads it, each line once where it first stands; a pre-shared key belongs to the ephemeral key before it. */
export function keyLogOf({ keys }: Member): string {
  const lines = keys.filter((line, at) => line.startsWith('PRESHARED') || keys.indexOf(line) === at);
  return `${lines.join('\n')}\n`;
}

/** A handshake with a cookie, data both ways, one packet late and one twice, and a side that changes its address. */
export async function sampleCapture(): Promise<{ readonly capture: Uint8Array; readonly keys: string }> {
  const talk = await twoNodes('loaded');
  talk.send(talk.b, 'data', { packet: echo });
  talk.send(talk.b, 'keepalive');
  talk.send(talk.a, 'data');
  talk.send(talk.a, 'data', { packet: syn });
  const first = talk.sent();
  talk.send(talk.a, 'data');
  talk.send(talk.b, 'data');
  const later = talk.sent().slice(first.length);
  const frames = first.map((each) => frameOf(each));
  // Data is decrypted in any order: the last two of the first part change places, and one comes twice.
  const last = frames.splice(-2).reverse();
  return {
    capture: captureOf([...frames, ...last, last[1]!, ...later.map((each) => frameOf(each, moved))]),
    keys: keyLogOf(talk.a),
  };
}
