import {
  bytes,
  compileStruct,
  fresh,
  type MessageForm,
  type ProtoMessage,
  protoForm,
  recordsForm,
  struct,
  uint,
} from '../../codec/index.ts';
import type { Wire } from '../../protocol/index.ts';

/** Message names; the index is what the message table keeps. `undecodable`: a frame or bytes that no proven key opens. */
export const names = ['Init', 'Ack', 'Ping', 'Pong', 'protobuf', 'incomplete', 'undecodable'] as const;
export type Name = (typeof names)[number];

/** Bytes before the payload of a clear frame and of an encrypted one. */
export const clearHead = 8;
export const sealedHead = 4;

const length = (of: string) => uint(4, 'length', `Bytes of the ${of}, big-endian.`);

/** BOTD #1: `u32 length, checksum 4, payload`. */
const clear = struct('botd', 'BOTD peer protocol, a frame in clear.', [
  length('payload'),
  bytes('checksum', 4, 'The first 4 bytes of SHA-256 of the payload.'),
]);
export const clearLayout = compileStruct(clear);

/** `u32 length, encrypted`. */
export const sealedLayout = compileStruct(struct('botd', 'BOTD peer protocol, an encrypted frame.', [length('encrypted bytes')]));

const id = fresh('id', { number: 1, name: 'id', type: 'string', doc: 'Random unique identifier of this message.' } as const);
const keyDoc = 'A point of secp256k1, compressed (33 bytes) or not (65).';

/** Proto3 payloads. */
export const payloads: Readonly<Record<'Init' | 'Ack' | 'Ping' | 'Pong', ProtoMessage>> = {
  Init: {
    name: 'payload',
    doc: 'The opener names both long-term keys and its ephemeral one.',
    fields: [
      id,
      fresh('key', {
        number: 2,
        name: 'sender_pubkey',
        type: 'bytes',
        doc: `The sender's long-term public key. ${keyDoc}`,
      } as const),
      fresh('key', {
        number: 3,
        name: 'recipient_pubkey',
        type: 'bytes',
        doc: `The recipient's long-term public key. ${keyDoc}`,
      } as const),
      fresh('key', {
        number: 4,
        name: 'ephemeral_pubkey',
        type: 'bytes',
        doc: `The sender's ephemeral public key. ${keyDoc}`,
      } as const),
      fresh('signature', {
        number: 5,
        name: 'signature',
        type: 'bytes',
        doc: 'ECDSA by the sender over SHA-256 of sender_pubkey, recipient_pubkey, ephemeral_pubkey; r and s of 32 bytes each, or DER.',
      } as const),
    ],
  },
  Ack: {
    name: 'payload',
    doc: 'The recipient answers an Init with its own ephemeral key.',
    fields: [
      id,
      fresh('id', { number: 2, name: 'init_id', type: 'string', doc: 'Identifier of the Init that it answers.' } as const),
      fresh('key', {
        number: 3,
        name: 'ephemeral_pubkey',
        type: 'bytes',
        doc: `The recipient's ephemeral public key. ${keyDoc}`,
      } as const),
      fresh('signature', {
        number: 4,
        name: 'signature',
        type: 'bytes',
        doc: "ECDSA by the recipient over SHA-256 of the Init's recipient_pubkey and sender_pubkey and of ephemeral_pubkey; r and s of 32 bytes each, or DER.",
      } as const),
    ],
  },
  Ping: { name: 'payload', doc: 'Asks whether the other side is there.', fields: [id] },
  Pong: {
    name: 'payload',
    doc: 'Answers a Ping.',
    fields: [
      id,
      fresh('id', { number: 2, name: 'ping_id', type: 'string', doc: 'Identifier of the Ping that it answers.' } as const),
    ],
  },
};

/** Init and Ack in clear; all behind them is encrypted, frame by frame. */
export const wire: Wire = {
  transport: 'tcp',
  messages: [
    { name: 'Init', when: [], layout: clear, payload: payloads.Init, payloadLength: { ref: 'length' }, from: 'opener' },
    { name: 'Ack', when: [], layout: clear, payload: payloads.Ack, payloadLength: { ref: 'length' }, from: 'answerer' },
  ],
  sealed: struct('botd', 'An encrypted frame.', [
    length('encrypted bytes'),
    bytes('encrypted', { ref: 'length' }, 'The payload, encrypted under the key that both ephemeral keys yield.'),
  ]),
};

/** The payloads, decrypted; the frames around them hold a length and, in clear, a checksum. */
export const forms: readonly MessageForm[] = [
  ...Object.entries(payloads).map(([name, layout]) => protoForm(name, layout)),
  recordsForm('protobuf', 'A message of no known layout.'),
];

/** The big-endian u32 at the beginning of a frame. */
export function lengthOf(frame: Uint8Array, at = 0): number {
  return frame[at]! * 0x100_0000 + (frame[at + 1]! << 16) + (frame[at + 2]! << 8) + frame[at + 3]!;
}
