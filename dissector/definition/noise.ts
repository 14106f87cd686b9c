import type { Check, Field } from '../bytes/index.ts';
import { type FieldForm, generatedFields, type MessageForm, type StructItem, type TreeField } from '../codec/index.ts';
import type { noise as framework } from '../crypto/index.ts';
import type { Direction, KeyRing } from '../protocol/index.ts';
import { type HandshakeOptions, HandshakeReader, rangeOf, type ShowKeys } from './handshakereader.ts';
import { Layer } from './layer.ts';
import { piecesOf, type ReadMessage, type TakenMessage } from './readmessage.ts';
import type { SteppedRecord } from './sink.ts';
import { type Reading, Stage } from './stage.ts';
import { transportCipher } from './transportcipher.ts';
import { TransportMessage } from './transportmessage.ts';

/** How a conversation over a stream uses Noise. */
export interface NoiseOptions extends HandshakeOptions {
  /** The direction in which the initiator sends; 0, the side that opened the connection, where left out. */
  readonly initiator?: Direction;
}

/** What a handshake gives, each by direction. */
export interface NoiseResult {
  /** The streams that transport messages hold. Without keys nothing comes of them. */
  readonly inner: Stage;
  readonly payloads: readonly [ReadMessage | undefined, ReadMessage | undefined];
  /** Static public keys. */
  readonly statics: readonly [Uint8Array | undefined, Uint8Array | undefined];
}

/** What the tree of a handshake message says beside its framing. */
const treeFields = [
  { name: 'e', kind: { type: 'bytes' }, fresh: { as: 'key' }, json: true, doc: 'Ephemeral public key of the sender.' },
  {
    name: 's',
    kind: { type: 'bytes' },
    fresh: { as: 'key' },
    json: true,
    doc: 'Static public key of the sender, after decryption.',
  },
] as const satisfies readonly TreeField[];
const generated = generatedFields(treeFields);
const HANDSHAKE = 'handshake';
const TRANSPORT = 'transport';
const empty = new Uint8Array(0);

/**
 * The layer of Noise messages in a stream: `frame` is a struct whose field `field` holds one message. Its messages are named
 * `handshake` and `transport`; a row is named `transport` only where the message was not decrypted, or holds nothing.
 */
export function noiseLayer(frame: StructItem, field: string): Layer & { readonly field: string } {
  const layer = new Layer({
    id: 'noise',
    title: 'Noise',
    layout: frame,
    names: [HANDSHAKE, TRANSPORT],
    treeFields,
  });
  const messages = layer.messages.map((form) => ({
    ...form,
    fields: [...form.fields, payloadField],
    encode: encodeFrame(form, field),
  }));
  return Object.assign(layer, { field, messages });
}

/** What is encrypted in a message that a node sends. On the wire there is no such field. */
const payloadField: FieldForm = {
  name: 'payload',
  kind: { type: 'bytes' },
  doc: 'What a node encrypts in it.',
  optional: true,
};

/** A payload that nothing encrypts stands as it is where the message would. */
const encodeFrame =
  (form: MessageForm, field: string): MessageForm['encode'] =>
  ({ payload, ...values }) =>
    form.encode(payload === undefined ? values : { [field]: payload, ...values });

/** Reads a handshake, message by message, and what follows it. */
export class NoiseReader {
  readonly #stage: Stage;
  readonly #layer: Layer & { readonly field: string };
  #handshake: HandshakeReader;
  readonly #initiator: Direction;

  /** Throws a TypeError for a name that is none of a Noise protocol. */
  constructor(stage: Stage, layer: Layer & { readonly field: string }, name: string, options: NoiseOptions, ring: KeyRing) {
    this.#stage = stage;
    this.#layer = layer;
    this.#initiator = options.initiator ?? 0;
    const show: ShowKeys = (field, e, s) => addKeys(field, layer.field, e, s);
    this.#handshake = new HandshakeReader(stage.sink, name, options, ring, show);
  }

  *read(): Reading<NoiseResult> {
    let handshake = this.#handshake;
    for (const { sender } of handshake.protocol.pattern.messages) {
      const direction = sender === 'initiator' ? this.#initiator : other(this.#initiator);
      const message = yield { stage: this.#stage, layer: this.#layer, direction };
      const next = handshake.with(message, rangeOf(message, this.#layer.field));
      // At the limit: what follows is shown as encrypted.
      if (next === undefined) break;
      handshake = next;
    }
    this.#handshake = handshake;
    const inner = new Stage(this.#stage.sink);
    const { transport, missing } = handshake;
    if (transport === undefined) this.#seal(missing);
    else this.#open(inner, transport);
    const both = <T>(of: (role: framework.Role) => T): readonly [T, T] =>
      this.#initiator === 0 ? [of('initiator'), of('responder')] : [of('responder'), of('initiator')];
    return { inner, payloads: both((role) => handshake.payloadOf(role)), statics: both((role) => handshake.staticOf(role)) };
  }

  /** Nothing opens what follows: each message is a row that says which keys would. */
  #seal(missing: readonly string[]): void {
    const { sink } = this.#stage;
    const tried = (ring: KeyRing) => this.#handshake.tried(ring);
    const nonces = [0n, 0n];
    this.#stage.pump((direction) => {
      for (;;) {
        const record = this.#stage.takeSilently(direction, this.#layer);
        if (record === undefined) return;
        const stepping = this.#stepping(direction, record, nonces[direction]++);
        sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { missing, tried, stepping });
      }
    });
  }

  #open(inner: Stage, { initiator, responder }: NonNullable<framework.ReadHandshake['transport']>): void {
    const ciphers = this.#initiator === 0 ? [initiator, responder] : [responder, initiator];
    const { cipher } = this.#handshake.protocol;
    const { sink } = this.#stage;
    const tried = (ring: KeyRing) => this.#handshake.tried(ring);
    const sealing = ciphers.map((state) => state && transportCipher(this.#layer, this.#handshake.protocol, state.k, sink.limits));
    inner.tried = tried;
    this.#stage.pump((direction) => {
      for (;;) {
        const record = this.#stage.takeSilently(direction, this.#layer);
        if (record === undefined) return;
        const range = record.ranges.get(this.#layer.field) ?? [0, 0];
        const state = ciphers[direction];
        const [k, n] = [state?.k, state?.n ?? 0n];
        const stepping = this.#stepping(direction, record, n);
        const plaintext = state?.decryptWithAd(empty, record.bytes.subarray(...range));
        if (k === undefined || plaintext === undefined) {
          const problem = `the tag of transport message ${n} does not verify`;
          sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { problem, tried, stepping });
          continue;
        }
        const sealed: SteppedRecord = {
          pieces: record.pieces,
          open: (bytes) => cipher.decrypt(k, n, empty, bytes.subarray(...range)) ?? empty,
          name: 'Decrypted',
          how: `${cipher.name}, nonce ${n}`,
          layer: (bytes, source, start, end) => this.#verified(bytes, source, start, end, n),
          ...{ sealed: { cipher: sealing[direction]!, number: n }, stepping },
        };
        const frame = sink.derived.add(sealed);
        if (plaintext.length === 0) {
          sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { tried, stepping });
          continue;
        }
        // At a limit, which the capture tells of.
        if (typeof frame !== 'number')
          sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { missing: [], tried, stepping });
        else inner.feed(direction, plaintext, [{ frame, offset: 0, length: plaintext.length }]);
      }
    });
  }

  /** A transport message as a step of the session. */
  #stepping(direction: Direction, record: TakenMessage, nonce: bigint): TransportMessage {
    const from = direction === this.#initiator ? 'initiator' : 'responder';
    const pieces = piecesOf(record, this.#layer.field);
    return new TransportMessage(this.#handshake, direction, pieces, { from, nonce, ad: empty });
  }

  /** A transport message in the trees of what it holds. */
  #verified(bytes: Uint8Array, source: number, start: number, end: number, n: bigint): Field {
    const { field } = this.#layer.decode(bytes, source, start, end, this.#stage.sink.limits);
    const message = field.children?.find(({ name }) => name === this.#layer.field);
    const check: Check = { state: 'valid', why: `The tag verifies with nonce ${n}.` };
    if (message !== undefined) message.check = check;
    return field;
  }
}

function other(direction: Direction): Direction {
  return direction === 0 ? 1 : 0;
}

/** The public keys of a handshake message, beside its framing. */
function addKeys(layer: Field, of: string, e: Uint8Array | undefined, s: framework.Part | undefined): void {
  const message = layer.children?.find(({ name }) => name === of);
  if (message === undefined) return;
  const { source, start } = message;
  const length = e?.length ?? 0;
  if (e !== undefined) layer.children?.push(generated('e', e, { source, start, end: start + length }));
  if (s?.state === 'clear' || s?.state === 'opened') {
    const end = start + length + (s.state === 'opened' ? s.sent.length : s.bytes.length);
    layer.children?.push(generated('s', s.bytes, { source, start: start + length, end }));
  }
}
