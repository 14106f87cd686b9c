/** Makes botd sessions: both sides' keys, signed hellos, and frames under any key derivation and cipher. */
import { secp256k1 as curve } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../../../dissector/bytes/index.ts';
import { encodeProto } from '../../../dissector/codec/index.ts';
import { aesModes } from '../../../dissector/crypto/index.ts';
import { payloads } from '../../../dissector/protocols/botd/messages.ts';
import { analyse } from '../../golden/open.ts';
import { capture, type Endpoint, tcpFlags, tcpFrame } from '../analysis/packets.ts';

export const opener: Endpoint = { address: '192.0.2.1', port: 40_000 };
export const answerer: Endpoint = { address: '192.0.2.2', port: 9945 };

export const u32 = (value: number): number[] => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

export interface Style {
  readonly cipher?: 'AES-256-GCM' | 'AES-256-CTR' | 'AES-256-CBC';
  readonly key?: 'sha256-compressed-point' | 'x-coordinate' | 'sha256-x';
  readonly uncompressed?: boolean;
  readonly format?: 'compact' | 'der';
  readonly initId?: string;
  readonly badInit?: boolean;
  readonly badAck?: boolean;
}

export function clearFrame(payload: Uint8Array, checksum = sha256(payload).subarray(0, 4)): Uint8Array {
  return Uint8Array.from([...u32(payload.length), ...checksum, ...payload]);
}

/** One session, whose keys follow from a seed. */
export function session(style: Style = {}, seed = 1) {
  const { cipher = 'AES-256-GCM', key = 'sha256-compressed-point', uncompressed = false, format = 'compact' } = style;
  const secret = (n: number): Uint8Array => new Uint8Array(32).fill(seed * 8 + n);
  const publicOf = (n: number): Uint8Array => curve.getPublicKey(secret(n), !uncompressed);
  const [sender, recipient, e1, e2] = [publicOf(1), publicOf(2), publicOf(3), publicOf(4)];
  const sign = (n: number, ...parts: Uint8Array[]): Uint8Array =>
    curve.sign(sha256(Buffer.concat(parts)), secret(n), { prehash: false, format });
  const signature = style.badInit ? sign(2, sender, recipient, e1) : sign(1, sender, recipient, e1);
  const ackSignature = style.badAck ? sign(1, recipient, sender, e2) : sign(2, recipient, sender, e2);
  const initPayload = encodeProto(payloads.Init, {
    id: 'init-identifier',
    sender_pubkey: sender,
    recipient_pubkey: recipient,
    ephemeral_pubkey: e1,
    signature,
  });
  const ackPayload = encodeProto(payloads.Ack, {
    id: 'ack-identifier',
    init_id: style.initId ?? 'init-identifier',
    ephemeral_pubkey: e2,
    signature: ackSignature,
  });
  const point = curve.getSharedSecret(secret(3), e2, true);
  const aes = key === 'x-coordinate' ? point.slice(1) : sha256(key === 'sha256-x' ? point.slice(1) : point);
  const mode = aesModes.find(({ name }) => name === cipher)!;
  let count = 0;
  const seal = (plaintext: Uint8Array): Uint8Array => {
    const iv = sha256(Uint8Array.from(u32(count++ + seed * 100_000))).slice(0, cipher === 'AES-256-GCM' ? 12 : 16);
    const sealed = mode.seal(aes, iv, plaintext)!;
    const out = new Uint8Array(4 + sealed.length);
    out.set(u32(sealed.length));
    out.set(sealed, 4);
    return out;
  };
  return {
    initPayload,
    ackPayload,
    init: clearFrame(initPayload),
    ack: clearFrame(ackPayload),
    seal,
    ping: (id: string) => seal(encodeProto(payloads.Ping, { id })),
    pong: (id: string, pingId: string) => seal(encodeProto(payloads.Pong, { id, ping_id: pingId })),
    keys: `BOTD_EPHEMERAL_PRIVATE ${toHex(secret(3))}\n`,
    peerKeys: `BOTD_EPHEMERAL_PRIVATE ${toHex(secret(4))}\n`,
    aesKeys: `BOTD_AES_KEY ${toHex(e1)} ${toHex(aes)}\n`,
    pointKeys: `BOTD_SHARED_POINT ${toHex(e1)} ${toHex(point)}\n`,
  };
}

/** What one packet of a script carries: seconds since the one before, who sends, its bytes. */
export type Sent = readonly [side: 0 | 1, bytes: Uint8Array, seconds?: number];

export interface Script {
  readonly sent: readonly Sent[];
  /** With the SYNs in front. */
  readonly opened?: boolean;
  /** FIN of a side at the end. */
  readonly closedBy?: 0 | 1;
  /** Indices of packets that the capture lost. */
  readonly lost?: readonly number[];
  /** Bytes of a segment. */
  readonly size?: number;
  readonly ends?: readonly [Endpoint, Endpoint];
}

const none = new Uint8Array(0);

/** The script as a capture. */
export function recorded(script: Script): Uint8Array {
  const { sent, opened = true, closedBy, lost = [], size = Number.POSITIVE_INFINITY, ends = [opener, answerer] } = script;
  const timed: { bytes: Uint8Array; at: number }[] = [];
  const next: [number, number] = [1000, 5000];
  let now = 0;
  const send = (side: 0 | 1, bytes: Uint8Array, flags: number, isLost = false): void => {
    const [from, to] = [ends[side], ends[1 - side]!];
    if (!isLost) timed.push({ bytes: tcpFrame(from, to, next[side], next[side === 0 ? 1 : 0], flags, bytes), at: now });
    next[side] += bytes.length;
  };
  if (opened) {
    timed.push({ bytes: tcpFrame(ends[0], ends[1], 999, 0, tcpFlags.syn, none), at: 0 });
    timed.push({ bytes: tcpFrame(ends[1], ends[0], 4999, 1000, tcpFlags.syn | tcpFlags.ack, none), at: 0 });
  }
  sent.forEach(([side, bytes, seconds = 1], i) => {
    now += seconds;
    if (bytes.length === 0) send(side, bytes, tcpFlags.ack);
    for (let at = 0; at < bytes.length; at += size)
      send(side, bytes.subarray(at, at + size), tcpFlags.psh | tcpFlags.ack, lost.includes(i));
  });
  if (closedBy !== undefined) {
    now += 1;
    send(closedBy, none, tcpFlags.fin | tcpFlags.ack);
  }
  return timedCapture(timed);
}

function timedCapture(timed: readonly { bytes: Uint8Array; at: number }[]): Uint8Array {
  const start = 1_700_000_000;
  const parts = timed.map(({ bytes, at }) => capture([bytes], start + at));
  // One section and interface, then the packet block of each.
  const head = capture([]).length;
  return Buffer.concat([capture([]), ...parts.map((part) => part.subarray(head))]);
}

export function messages(file: Uint8Array, keys = '') {
  const analysis = analyse(file, keys);
  return Array.from({ length: analysis.messageCount }, (_, n) => {
    const { name, state, frames, direction, findings, protocol } = analysis.message(n);
    const { dissection, tree } = analysis.dissect(n);
    const layer = dissection.layer;
    const generated = Object.fromEntries(
      layer.children!.filter((child) => child.generated).map((child) => [child.name, child.text ?? child.value]),
    );
    return {
      protocol: protocol.id,
      name,
      state,
      frames,
      direction,
      rules: findings.map(({ rule, severity }) => `${severity} ${rule}`),
      findings,
      fields: dissection.fields as Record<string, unknown>,
      valid: dissection.signatureValid,
      generated,
      tree,
    };
  });
}
