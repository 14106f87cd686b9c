/** Nodes of p2ppacket for tests: they say hello, keep their sequence numbers, and seal what they send when told to. */
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { encodeStruct, type FieldValues } from '../../../dissector/codec/index.ts';
import { makeSealed } from '../../../dissector/crypto/index.ts';
import { exchange } from '../../../dissector/protocols/p2ppacket/keyschedule.ts';
import { dataLayout, entryNames, packetLayouts } from '../../../dissector/protocols/p2ppacket/messages.ts';
import { capture, type Endpoint, udpFrame } from '../analysis/packets.ts';

const entryLayout = dataLayout(new Map(entryNames.map((name, i) => [i, name])));
const fill = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 0xff);
export const cookieOf = (seed: number): Uint8Array => fill(32, seed);
const zero = new Uint8Array(32);

export interface EntryValues {
  readonly id: number;
  readonly type: (typeof entryNames)[number];
  readonly sequence: number;
  readonly ack?: number;
  readonly [name: string]: unknown;
}

export class Node {
  readonly at: Endpoint;
  readonly secret: Uint8Array;
  readonly x: Uint8Array;
  readonly edSecret: Uint8Array;
  readonly ed: Uint8Array;

  constructor(at: Endpoint, seed: number) {
    this.at = at;
    this.secret = fill(32, seed);
    this.x = Uint8Array.from(x25519.getPublicKey(this.secret));
    this.edSecret = fill(32, seed + 100);
    this.ed = ed25519.getPublicKey(this.edSecret);
  }

  sign(...parts: Uint8Array[]): Uint8Array {
    return ed25519.sign(Buffer.concat(parts), this.edSecret);
  }

  hello(cookie: Uint8Array = zero, signed: readonly Uint8Array[] = [this.x, this.ed]): Uint8Array {
    return encodeStruct(packetLayouts.hello, {
      version: 1,
      type: 0,
      x25519_public: this.x,
      ed25519_public: this.ed,
      signature: this.sign(...signed),
      cookie,
    });
  }

  introduction(target: Node): FieldValues {
    return { x25519_public: this.x, target_ed25519: target.ed, signature: this.sign(this.x, target.ed) };
  }
}

export const retry = (seed: number): Uint8Array =>
  encodeStruct(packetLayouts.hello_retry, { version: 1, type: 1, cookie: cookieOf(seed) });
export const ping = (seed: number): Uint8Array =>
  encodeStruct(packetLayouts.ping, { version: 1, type: 2, cookie: cookieOf(seed) });

/** A data packet; `lies` replaces what the encoder would fill in. */
export function data(entries: readonly EntryValues[], lies: FieldValues = {}): Uint8Array {
  const channels = entries.map((entry) => ({ ack: 0, ...entry, type: entryNames.indexOf(entry.type) }));
  return Uint8Array.from([1, 3, ...encodeStruct(entryLayout, { channels, ...lies } as FieldValues)]);
}

export const reliable = (id: number, sequence: number, ack = 0, text = 'x'): EntryValues => ({
  id,
  type: 'reliable_data',
  sequence,
  ack,
  data: new TextEncoder().encode(text),
});

/** Keys by both sides: an exchange takes a millisecond. */
const sealing = new Map<Node, Map<Node, Uint8Array>>();

export function sealed(packet: Uint8Array, initiator: Node, responder: Node, seed = 1): Uint8Array {
  const known = sealing.get(initiator) ?? new Map<Node, Uint8Array>();
  const key =
    known.get(responder) ?? exchange('initiator', initiator.secret, { initiator: initiator.x, responder: responder.x })!.key;
  sealing.set(initiator, known.set(responder, key));
  return Uint8Array.from([
    ...packet.subarray(0, 2),
    ...makeSealed(key, fill(12, seed), packet.subarray(0, 2), packet.subarray(2))!,
  ]);
}

export type Sent = readonly [from: Node, to: Node, packet: Uint8Array];

/** The whole handshake of the document. */
export function handshake(a: Node, b: Node, seed = 9): Sent[] {
  return [
    [a, b, a.hello()],
    [b, a, retry(seed)],
    [a, b, a.hello(cookieOf(seed))],
    [b, a, b.hello(cookieOf(seed))],
  ];
}

/** A capture of these packets, `step` seconds apart. */
export function recorded(sent: readonly (readonly [Node, Node, Uint8Array])[], step = 0.05): Uint8Array {
  return capture(
    sent.map(([from, to, packet]) => udpFrame(from.at, to.at, packet)),
    1_700_000_000,
    step,
  );
}
