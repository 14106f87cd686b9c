import type { Field } from '../../bytes/index.ts';
import {
  bits,
  bytes,
  compileStruct,
  fresh,
  headedProtoForm,
  type Item,
  type MessageForm,
  type ProtoMessage,
  type StructItem,
  struct,
  structForm,
} from '../../codec/index.ts';
import { noise } from '../../crypto/index.ts';
import type { Direction, Wire, WireTag } from '../../protocol/index.ts';

/** Message names; the index is what the message table keeps. */
export const names = ['InitHello', 'RespHello', 'InitDone', 'data', 'closing', 'reserved', 'undecodable'] as const;
export type Name = (typeof names)[number];

export const headerLength = 4;
export const ephemeralLength = 32;
/** First counter of data; below it are the handshake (0, 1, 2) and reserved values. */
export const firstData = 16;
/** The largest counter is the closing message. */
export const closingCounter = 0x7fff_ffff;

export const directionNames = { 0: 'initiator to responder', 1: 'responder to initiator' } as const;

const header = bits(4, [
  { name: 'direction', width: 1, doc: '0 from initiator to responder, 1 from responder to initiator.', names: directionNames },
  fresh('sequence', {
    name: 'counter',
    width: 31,
    doc: 'Big-endian. 0 to 2 are the handshake, 3 to 15 reserved, from 16 on data (and the nonce), 2^31-1 closes.',
  }),
]);

const e = fresh('key', bytes('e', ephemeralLength, "The sender's X25519 ephemeral public value, little-endian as in RFC 7748."));

/** Header alone: InitDone, data, closing and reserved messages; what follows is sealed. */
export const headLayout = compileStruct(struct('p2pke', 'P2P Key Exchange', [header]));
/** InitHello and RespHello: the Noise message starts with `e`. */
export const helloLayout = compileStruct(struct('p2pke', 'P2P Key Exchange', [header, e]));

const authClaim: ProtoMessage = {
  name: 'auth_claim',
  doc: "The sender's long-term key and its signature.",
  fields: [
    fresh('key', {
      number: 1,
      name: 'key_x509',
      type: 'bytes',
      doc: 'DER SubjectPublicKeyInfo (RFC 5280) of the long-term key: Ed25519, ECDSA or RSA.',
    } as const),
    // Of ECDSA it is DER, whose integers are of any length.
    fresh(
      'signature',
      {
        number: 2,
        name: 'sig',
        type: 'bytes',
        doc: 'Signature over the first 64 bytes of cSHAKE256 of what the message binds (timestamp, or handshake hash).',
      } as const,
      { length: 'varies' },
    ),
  ],
};

const authClaimField = (number: number) => ({ number, name: 'auth_claim', type: authClaim, doc: authClaim.doc });

/** Payloads of the Noise messages, proto3. */
export const payloads: Readonly<Record<'InitHello' | 'RespHello' | 'InitDone', ProtoMessage>> = {
  InitHello: {
    name: 'payload',
    doc: 'Payload of Noise message 1, in clear.',
    fields: [
      { number: 1, name: 'cipher_suites', type: 'string', repeated: true, doc: 'Cipher suites that the initiator offers.' },
      fresh('time', {
        number: 2,
        name: 'timestamp_tai64n',
        type: 'bytes',
        doc: 'TAI64N, 12 bytes: big-endian u64 of 2^62 plus TAI seconds, big-endian u32 nanoseconds. This is what the signature covers.',
      } as const),
      authClaimField(3),
    ],
  },
  RespHello: {
    name: 'payload',
    doc: 'Payload of Noise message 2, sealed with nonce 0.',
    fields: [
      { number: 1, name: 'cipher_suite', type: 'string', doc: 'The cipher suite that the responder chose.' },
      authClaimField(2),
    ],
  },
  InitDone: {
    name: 'payload',
    doc: 'Payload of InitDone, sealed with nonce 2 under the transport key.',
    fields: [authClaimField(1)],
  },
};

const hello = struct('p2pke', 'P2P Key Exchange', [header, e]);
const sealed = struct('p2pke', 'P2P Key Exchange', [header, bytes('data', 'rest', "The application's bytes.")]);

/** The messages with their payloads opened. */
export const forms: readonly MessageForm[] = [
  headedProtoForm('InitHello', "The initiator's ephemeral key, its payload in clear.", hello, payloads.InitHello),
  headedProtoForm('RespHello', "The responder's ephemeral key and payload.", hello, payloads.RespHello),
  headedProtoForm('InitDone', "The initiator's proof of identity.", struct('p2pke', '', [header]), payloads.InitDone),
  structForm('data', { ...sealed, doc: 'Bytes of the application.' }),
  structForm('closing', { ...sealed, doc: 'Closes the session.' }),
];

const closed = bytes('ciphertext', 'rest', 'Sealed with ChaCha20-Poly1305; the last 16 bytes are the tag.');
const counted = (from: number, to = from): WireTag[] => [{ at: 0, size: 4, mask: 0x7fff_ffff, from, to }];
const wireLayout = (doc: string, ...items: Item[]): StructItem => struct('p2pke', doc, [header, ...items]);

/** What of each message travels in clear. */
export const wire: Wire = {
  transport: 'udp',
  messages: [
    {
      ...{ name: 'InitHello', when: counted(0), opens: true },
      ...{ layout: wireLayout("The initiator's ephemeral key, its payload in clear.", e), payload: payloads.InitHello },
    },
    { name: 'RespHello', when: counted(1), layout: wireLayout("The responder's ephemeral key.", e, closed) },
    { name: 'InitDone', when: counted(2), layout: wireLayout("The initiator's proof of identity.", closed) },
    { name: 'closing', when: counted(closingCounter), layout: wireLayout('Closes the session.', closed) },
    { name: 'data', when: counted(firstData, closingCounter - 1), layout: wireLayout('Bytes of the application.', closed) },
    { name: 'reserved', when: counted(3, firstData - 1), layout: wireLayout('A reserved counter.', closed) },
  ],
};

/** What a header says: the direction bit, and the counter, which is the nonce of what is sealed and names the message. */
export interface Header {
  readonly bit: Direction;
  readonly counter: number;
  readonly name: Name;
}

/** The header of a datagram; undefined for one that is too short to have one. */
export function readHeader(message: Uint8Array): Header | undefined {
  const { field, problem } = headLayout(message);
  if (problem !== undefined) return undefined;
  const [direction, counter] = field.children! as [Field, Field];
  const value = counter.value as number;
  return { bit: direction.value as Direction, counter: value, name: nameOf(value) };
}

/** A hello after its header: `e`, then the payload of InitHello or the ciphertext of RespHello. */
export function helloParts(message: Uint8Array): { readonly e: Uint8Array; readonly rest: Uint8Array } {
  const at = headerLength + ephemeralLength;
  return { e: message.subarray(headerLength, at), rest: message.subarray(at) };
}

/** InitDone, data and closing: the header, which is the additional data, and the ciphertext with its tag. */
export function sealedParts(message: Uint8Array): { readonly header: Uint8Array; readonly ciphertext: Uint8Array } {
  return { header: message.subarray(0, headerLength), ciphertext: message.subarray(headerLength) };
}

/** Bytes that a message has at least; a hello has its `e`, what is sealed a tag. */
export function leastLength(name: Name): number {
  if (name === 'InitHello') return headerLength + ephemeralLength;
  return (name === 'RespHello' ? headerLength + ephemeralLength : headerLength) + noise.tagLength;
}

export function nameOf(counter: number): Name {
  switch (counter) {
    case 0:
      return 'InitHello';
    case 1:
      return 'RespHello';
    case 2:
      return 'InitDone';
    case closingCounter:
      return 'closing';
    default:
      return counter < firstData ? 'reserved' : 'data';
  }
}
