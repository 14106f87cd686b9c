import { type Check, type Field, slicePieces, toHex } from '../bytes/index.ts';
import { type FieldForm, generatedFields, type MessageForm, type StructItem, type TreeField } from '../codec/index.ts';
import { noise as framework } from '../crypto/index.ts';
import { type Direction, type KeyRing, KeyTrial, type TriedKey } from '../protocol/index.ts';
import { Layer } from './layer.ts';
import { piecesOf, type ReadMessage } from './readmessage.ts';
import { type Reading, Stage } from './stage.ts';

/** How a conversation uses Noise (The Noise Protocol Framework, revision 34). */
export interface NoiseOptions {
  /** Labels of the key log by which private keys are found: static ones and ephemeral ones. */
  readonly keys: { readonly s?: string; readonly e?: string };
  /** The layer that payloads of the handshake are. */
  readonly payload?: Layer;
  readonly prologue?: Uint8Array;
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
  { name: 'e', kind: { type: 'bytes' }, json: true, doc: 'Ephemeral public key of the sender.' },
  { name: 's', kind: { type: 'bytes' }, json: true, doc: 'Static public key of the sender, after decryption.' },
] as const satisfies readonly TreeField[];
const generated = generatedFields(treeFields);
const HANDSHAKE = 'handshake';
const TRANSPORT = 'transport';

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
  readonly #protocol: Exclude<ReturnType<typeof framework.readProtocolName>, string>;
  readonly #options: NoiseOptions;
  readonly #ring: KeyRing;
  readonly #initiator: Direction;
  readonly #recorded: Uint8Array[] = [];
  readonly #messages: ReadMessage[] = [];
  readonly #payloads: (ReadMessage | undefined)[] = [];
  /** Whose each public key of the handshake is, by its hex. */
  readonly #publics = new Map<string, framework.Secret>();

  /** Throws a TypeError for a name that is none of a Noise protocol. */
  constructor(stage: Stage, layer: Layer & { readonly field: string }, name: string, options: NoiseOptions, ring: KeyRing) {
    const protocol = framework.readProtocolName(name);
    if (typeof protocol === 'string') throw new TypeError(protocol);
    this.#stage = stage;
    this.#layer = layer;
    this.#protocol = protocol;
    this.#options = options;
    this.#ring = ring;
    this.#initiator = options.initiator ?? 0;
  }

  *read(): Reading<NoiseResult> {
    let read = this.#readAll();
    for (const { sender } of this.#protocol.pattern.messages) {
      const direction = sender === 'initiator' ? this.#initiator : other(this.#initiator);
      const message = yield { stage: this.#stage, layer: this.#layer, direction };
      const range = message.$.ranges.get(this.#layer.field) ?? [0, 0];
      this.#recorded.push(message.$.bytes.slice(...range));
      this.#messages.push(message);
      read = this.#readAll();
      read.messages.forEach((each, at) => void this.#show(at, each));
    }
    const inner = new Stage(this.#stage.sink);
    if (read.transport === undefined) this.#seal(this.#sentences(read.missing));
    else this.#open(inner, read.transport);
    const both = <T>(of: (direction: Direction) => T): readonly [T, T] => [of(0), of(1)];
    const statics = both((direction) => this.#staticOf(read, direction));
    const payloads = both((direction) => this.#payloads.findLast((each) => each?.$.direction === direction));
    return { inner, payloads, statics };
  }

  /** With every key that belongs to a public key of the handshake; each may open a message that brings a further one. */
  #readAll(): framework.ReadHandshake {
    const known: Record<framework.Role, { s?: Uint8Array; e?: Uint8Array }> = { initiator: {}, responder: {} };
    for (;;) {
      const read = framework.readHandshake(this.#protocol, this.#recorded, known, this.#options.prologue);
      let isNew = false;
      for (const { sender, e, s } of read.messages) {
        const sent = { e, s: s?.state === 'clear' || s?.state === 'opened' ? s.bytes : undefined };
        for (const kind of ['e', 's'] as const) {
          const [key, label] = [sent[kind], this.#options.keys[kind]];
          if (key === undefined) continue;
          this.#publics.set(toHex(key), `${sender}.${kind}`);
          const secret = label === undefined ? undefined : this.#ring.find(label, toHex(key))[0]?.secret;
          if (!(secret instanceof Uint8Array) || known[sender][kind] !== undefined) continue;
          known[sender][kind] = secret;
          isNew = true;
        }
      }
      if (!isNew) return read;
    }
  }

  #staticOf({ messages }: framework.ReadHandshake, direction: Direction): Uint8Array | undefined {
    const role = direction === this.#initiator ? 'initiator' : 'responder';
    for (const { sender, s } of messages) if (sender === role && (s?.state === 'clear' || s?.state === 'opened')) return s.bytes;
    return undefined;
  }

  /** Says in the row of a message what of it could be read. */
  #show(at: number, { e, s, payload, problem }: framework.ReadMessage): void {
    const { $ } = this.#messages[at]!;
    const { sink } = this.#stage;
    const facts = sink.facts($.row);
    if (facts === undefined) return;
    const sealed = [s, payload].filter((part) => part !== undefined && part.state !== 'clear');
    const closed = sealed.filter((part) => part?.state === 'closed');
    const failed = [s, payload].find((part) => part?.state === 'failed');
    const why = problem ?? (failed?.state === 'failed' ? failed.why : undefined);
    if (why !== undefined) sink.setBroken($.row, why, sealed.length > 0);
    else if (closed.length === 0) sink.setState($.row, 'decoded', sealed.length > 0);
    else if (closed.length < sealed.length) sink.setPartEncrypted($.row, 'decrypted');
    else sink.setState($.row, 'encrypted', true);
    const [first] = closed;
    facts.missing = first?.state === 'closed' ? this.#sentences(first.missing) : [];
    facts.tried = sealed.length === 0 ? undefined : (ring) => this.#tried(ring, at + 1);
    facts.complete = (field) => addKeys(field, this.#layer.field, e, s);
    const isRead = payload?.state === 'clear' || payload?.state === 'opened';
    if (isRead && payload.bytes.length > 0 && this.#payloads[at] === undefined) this.#payloads[at] = this.#payload(at, payload);
  }

  /** Reads the payload of a handshake message as a layer inside of it. */
  #payload(at: number, payload: framework.Part & { readonly bytes: Uint8Array }): ReadMessage | undefined {
    const { payload: layer } = this.#options;
    if (layer === undefined) return undefined;
    const { $ } = this.#messages[at]!;
    const sent = payload.state === 'opened' ? payload.sent : payload.bytes;
    const all = piecesOf($, this.#layer.field);
    const length = this.#recorded[at]!.length;
    const pieces = slicePieces(all, length - sent.length, length);
    const plaintext = payload.bytes.slice();
    const how = `${this.#protocol.name}, payload of message ${at + 1}`;
    const frame = this.#stage.sink.derived.add({ pieces, open: () => plaintext, name: 'Decrypted', how });
    if (typeof frame !== 'number') return undefined;
    const inside = new Stage(this.#stage.sink);
    inside.fill($.direction, plaintext, [{ frame, offset: 0, length: plaintext.length }], $.row);
    return inside.take($.direction, layer);
  }

  /** Nothing opens what follows: each message is a row that says which keys would. */
  #seal(missing: readonly string[]): void {
    const { sink } = this.#stage;
    const tried = (ring: KeyRing) => this.#tried(ring);
    this.#stage.pump((direction) => {
      for (;;) {
        const record = this.#stage.takeSilently(direction, this.#layer);
        if (record === undefined) return;
        sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { missing, tried });
      }
    });
  }

  #open(inner: Stage, { initiator, responder }: NonNullable<framework.ReadHandshake['transport']>): void {
    const ciphers = this.#initiator === 0 ? [initiator, responder] : [responder, initiator];
    const empty = new Uint8Array(0);
    const { cipher } = this.#protocol;
    const { sink } = this.#stage;
    const tried = (ring: KeyRing) => this.#tried(ring);
    inner.tried = tried;
    this.#stage.pump((direction) => {
      for (;;) {
        const record = this.#stage.takeSilently(direction, this.#layer);
        if (record === undefined) return;
        const range = record.ranges.get(this.#layer.field) ?? [0, 0];
        const state = ciphers[direction];
        const [k, n] = [state?.k, state?.n ?? 0n];
        const plaintext = state?.decryptWithAd(empty, record.bytes.subarray(...range));
        if (k === undefined || plaintext === undefined) {
          const problem = `the tag of transport message ${n} does not verify`;
          sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { problem, tried });
          continue;
        }
        if (plaintext.length === 0) {
          sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { tried });
          continue;
        }
        const frame = sink.derived.add({
          pieces: record.pieces,
          open: (bytes) => cipher.decrypt(k, n, empty, bytes.subarray(...range)) ?? empty,
          name: 'Decrypted',
          how: `${cipher.name}, nonce ${n}`,
          layer: (bytes, source, start, end) => this.#verified(bytes, source, start, end, n),
        });
        // At a limit, which the capture tells of.
        if (typeof frame !== 'number') sink.addRecord(direction, TRANSPORT, this.#layer, record.pieces, { missing: [], tried });
        else inner.feed(direction, plaintext, [{ frame, offset: 0, length: plaintext.length }]);
      }
    });
  }

  /** A transport message in the trees of what it holds. */
  #verified(bytes: Uint8Array, source: number, start: number, end: number, n: bigint): Field {
    const { field } = this.#layer.decode(bytes, source, start, end, this.#stage.sink.limits);
    const message = field.children?.find(({ name }) => name === this.#layer.field);
    const check: Check = { state: 'valid', why: `The tag verifies with nonce ${n}.` };
    if (message !== undefined) message.check = check;
    return field;
  }

  /** Sets of keys, any one of which opens it, as one sentence. */
  #sentences(missing: readonly (readonly framework.Secret[])[]): readonly string[] {
    const { e, s } = this.#options.keys;
    const labels = [e, s].filter((label) => label !== undefined);
    return missing.some((set) => set.length > 0) ? [`${labels.join(' or ')}: ${framework.secretsInWords(missing)}`] : [];
  }

  /** Whether each key goes into what the first `count` messages of the handshake are encrypted with; all of them for transport messages. */
  #tried(ring: KeyRing, count = this.#protocol.pattern.messages.length): readonly TriedKey[] {
    const { e, s } = this.#options.keys;
    const used = new Set(this.#protocol.pattern.messages.slice(0, count).flatMap(({ tokens }) => framework.secretsOf(tokens)));
    return [e, s]
      .filter((label) => label !== undefined)
      .flatMap((label) => ring.all(label))
      .map((key) => {
        const trial = new KeyTrial(key);
        const whose = this.#publics.get(key.index);
        const words = whose === undefined ? 'it is no public key of this handshake' : framework.secretsInWords([[whose]]);
        const isOwn = trial.step('find its public key in the handshake', { public: key.index }, words, whose !== undefined);
        if (!isOwn) return trial.tried;
        const isUsed = used.has(whose!);
        const result = isUsed ? 'yes' : 'no: this message does not depend on it';
        trial.step('use it in a DH of the messages so far', { handshake: this.#protocol.name }, result, isUsed);
        return trial.tried;
      });
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
