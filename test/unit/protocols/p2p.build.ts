/** Connections of p2p for tests: a Diffie-Hellman exchange, then both streams encrypted by any of the open choices. */
import { fromHex, toHex } from '../../../dissector/bytes/index.ts';
import { encodeStruct, type FieldValues } from '../../../dissector/codec/index.ts';
import { dhPublic, dhShared, type StreamCipher, streamCiphers } from '../../../dissector/crypto/index.ts';
import { packets } from '../../../dissector/protocols/p2p/messages.ts';
import { capture, type Endpoint, tcpFlags, tcpFrame } from '../analysis/packets.ts';

/** A safe prime of 512 bits; small, so that a test takes no time. */
export const prime =
  '95770cbb283449d6a9945e63625e5b844186d035b34a829d13a64375cac8d030a2d869567e87adaca679813ef9eb96061707a0dc8a250c7dd1be32c007d6c10f';
const p = BigInt(`0x${prime}`);

export const exponents = {
  outbound: '1234567890abcdef1234567890abcdef1234567890abcdef',
  inbound: 'fedcba0987654321fedcba0987654321fedcba0987654321',
};
export const vector = Uint8Array.from({ length: 16 }, (_, i) => i * 5 + 1);

const der = (tag: number, ...parts: readonly (readonly number[])[]): number[] => {
  const body = parts.flat();
  const length =
    body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return [tag, ...length, ...body];
};
const integer = (value: bigint): number[] => {
  const hex = value.toString(16);
  const bytes = [...fromHex(hex.length % 2 === 0 ? hex : `0${hex}`)!];
  return der(0x02, bytes[0]! > 127 ? [0, ...bytes] : bytes);
};

/** SubjectPublicKeyInfo with the parameters of PKCS #3 inside. */
export function publicKey(y: bigint, modulus = p, g = 2n): Uint8Array {
  const oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01];
  const algorithm = der(0x30, oid, der(0x30, integer(modulus), integer(g)));
  return Uint8Array.from(der(0x30, algorithm, der(0x03, [0], integer(y))));
}

export const publicOf = (exponent: string): bigint => dhPublic(2n, BigInt(`0x${exponent}`), p)!;
export const shared = dhShared(publicOf(exponents.inbound), BigInt(`0x${exponents.outbound}`), p)!;

export function packet(name: string, values: FieldValues = {}): Uint8Array {
  const { layout, type } = packets.find((one) => one.name === name)!;
  return encodeStruct(layout, { type, ...values });
}

export const hello = (more: FieldValues = {}): Uint8Array =>
  packet('HELLO', { a_peer_public_key: publicKey(publicOf(exponents.outbound)), param_g: '2', param_p: prime, ...more });
export const helloAck = (more: FieldValues = {}): Uint8Array =>
  packet('HELLO_ACK', { b_peer_public_key: publicKey(publicOf(exponents.inbound)), init_vector: vector, ...more });
export const fin = (length = 40): Uint8Array =>
  packet('FIN', { random_data: Uint8Array.from({ length }, (_, i) => (i * 73 + length) & 255) });
export const finAck = packet('FIN_ACK');
export const keepAlive = packet('KEEP_ALIVE');
export const disconnect = (reason: string): Uint8Array => packet('DISCONNECT', { reason });

export type Side = 'outbound' | 'inbound';
/** A packet of a side; `clear` before the ciphers exist. */
export type Sent = readonly [side: Side, bytes: Uint8Array, clear?: 'clear'];

export interface Recording {
  readonly cipher?: StreamCipher;
  readonly key?: Uint8Array;
  readonly segment?: number;
  readonly step?: number;
  readonly ipv6?: true;
  readonly client?: Endpoint;
  /** Segments that are not in the capture. */
  readonly lost?: (index: number) => boolean;
  readonly close?: true;
}

/** The capture of a connection: each packet in segments of its own, `step` seconds apart. */
export function recorded(sent: readonly Sent[], how: Recording = {}): Uint8Array {
  return capture(framesOf(sent, how), 1_700_000_000, how.step ?? 0.01);
}

export function framesOf(sent: readonly Sent[], how: Recording = {}): Uint8Array[] {
  const { cipher = streamCiphers[0]!, key = shared.slice(0, 32), segment = 10_000, lost = () => false } = how;
  const [client, server]: Endpoint[] = [
    how.client ?? { address: how.ipv6 ? '2001:db8::1' : '192.0.2.1', port: 40_000 },
    { address: how.ipv6 ? '2001:db8::2' : '192.0.2.2', port: 5002 },
  ];
  const none = new Uint8Array(0);
  const frames = [
    tcpFrame(client!, server!, 999, 0, tcpFlags.syn, none),
    tcpFrame(server!, client!, 4999, 1000, tcpFlags.syn | tcpFlags.ack, none),
  ];
  const at = { outbound: 1000, inbound: 5000 };
  const streams = { outbound: encrypted(sent, 'outbound', cipher, key), inbound: encrypted(sent, 'inbound', cipher, key) };
  const used = { outbound: 0, inbound: 0 };
  let index = 0;
  for (const [side, bytes] of sent) {
    const wire = streams[side].subarray(used[side], used[side] + bytes.length);
    used[side] += bytes.length;
    for (let from = 0; from < wire.length; from += segment) {
      const part = wire.subarray(from, from + segment);
      const [a, b] = side === 'outbound' ? [client!, server!] : [server!, client!];
      const ack = side === 'outbound' ? at.inbound : at.outbound;
      if (!lost(index++)) frames.push(tcpFrame(a, b, at[side], ack, tcpFlags.psh | tcpFlags.ack, part));
      at[side] += part.length;
    }
  }
  if (how.close) {
    frames.push(tcpFrame(client!, server!, at.outbound, at.inbound, tcpFlags.fin | tcpFlags.ack, none));
    frames.push(tcpFrame(server!, client!, at.inbound, at.outbound + 1, tcpFlags.fin | tcpFlags.ack, none));
  }
  return frames;
}

function encrypted(sent: readonly Sent[], side: Side, cipher: StreamCipher, key: Uint8Array): Uint8Array {
  const own = sent.filter(([from]) => from === side);
  const clear = own.filter(([, , how]) => how === 'clear').map(([, bytes]) => bytes);
  const secret = own.filter(([, , how]) => how !== 'clear').map(([, bytes]) => bytes);
  return Uint8Array.from(Buffer.concat([...clear, cipher.seal(key, vector, new Uint8Array(0), 0, Buffer.concat(secret))!]));
}

export const handshake: readonly Sent[] = [
  ['outbound', hello(), 'clear'],
  ['inbound', helloAck(), 'clear'],
  ['outbound', fin()],
  ['inbound', finAck],
];

export const dhKey = (side: Side): string => `P2P_DH_PRIVATE ${exponents[side]}\n`;
export const secretKey = `P2P_SHARED_SECRET ${toHex(vector)} ${toHex(shared)}\n`;
