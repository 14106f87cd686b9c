import type { FieldValues } from '../../codec/index.ts';
import { noise as framework } from '../../crypto/index.ts';
import { type Layer, valuesOfLayer } from '../layer.ts';
import type { ReadMessage } from '../readmessage.ts';
import type { LinkConversation } from './linkconversation.ts';
import { NodeMux, type NodeMuxOptions, type NodeStream } from './nodemux.ts';
import { NodeNoise, type NodeNoiseOptions, type NoiseFrame } from './nodenoise.ts';
import { NodeStage } from './nodestage.ts';
import type { Speaking } from './waiting.ts';

/** How messages travel inside of encrypted frames, with cryptography of the author's own. */
export interface NodeSealing {
  /** The values of a frame that carries these bytes. `wrongKey`: a fault wants them encrypted with another key than that of the session. */
  readonly seal: (plaintext: Uint8Array, spoiling: { readonly wrongKey: boolean }) => FieldValues;
  /** What a frame carries; undefined where its tag does not verify, or a sentence that says why it is refused. */
  readonly open: (frame: ReadMessage) => Uint8Array | string | undefined;
}

/** The node's end of a conversation, or of a stream inside of one, in the hands of its author. What waits is called with `yield*`. */
export class NodeTalk {
  /** This side opened it: the link, or the stream of a multiplexer. */
  readonly dialled: boolean;
  readonly #stage: NodeStage;
  readonly #link: LinkConversation;
  readonly #stream: { readonly layer: Layer; readonly outer: NodeStage; readonly own: NodeStream } | undefined;

  constructor(
    stage: NodeStage,
    link: LinkConversation,
    dialled: boolean,
    stream?: { readonly layer: Layer; readonly outer: NodeStage; readonly own: NodeStream },
  ) {
    this.dialled = dialled;
    this.#stage = stage;
    this.#link = link;
    this.#stream = stream;
  }

  /** The next message of the other side. Throws a TypeError for a layer that is no struct. */
  *read(layer: Layer): Speaking<ReadMessage> {
    if (!layer.isDelimited) throw new TypeError(`The layer ${layer.id} is no struct: nothing tells where its messages end.`);
    this.#link.uses(layer, this.#stage);
    return (yield (resume) => this.#stage.await(layer, resume)) as ReadMessage;
  }

  /** Sends a message. In step mode a person decides whether and when it goes; the conversation does not wait for that. */
  send(layer: Layer, values: FieldValues): void {
    this.#link.send(layer, this.#stage, layer.names.length === 1 ? layer.names[0]! : layer.nameOf(values), values);
  }

  /** Gives a message of the application out, as it was read here: a relay that is the end of both conversations says it in the other one. */
  deliver(layer: Layer, { $: _, ...values }: FieldValues & { readonly $?: unknown }): void {
    const given = values as FieldValues;
    this.#link.deliver(layer.names.length === 1 ? layer.names[0]! : layer.nameOf(given), given);
  }

  /** Does a Noise handshake. `inner` is the conversation inside of it; `payload` and `rs` are the other side's. */
  *noise(
    layer: NoiseFrame,
    name: string,
    options: NodeNoiseOptions,
  ): Speaking<{ readonly inner: NodeTalk; readonly payload: ReadMessage | undefined; readonly rs: Uint8Array | undefined }> {
    const noise = new NodeNoise(this.#stage, layer, this.#handshake(name, options), saysOf(options));
    this.#link.usesNoise(layer, noise);
    let payload: ReadMessage | undefined;
    while (!noise.isComplete) {
      if (noise.isTurn) {
        const { ownLeft } = noise;
        this.#link.send(layer, this.#stage, layer.names[0]!, {});
        if (noise.ownLeft === ownLeft) yield (resume) => noise.waitForWritten(() => resume(undefined));
        continue;
      }
      const message = (yield (resume) => this.#stage.await(layer, resume)) as ReadMessage;
      const read = noise.readMessage(message);
      if (typeof read === 'string') return yield* this.#failed(`A message of the handshake is refused: ${read}.`);
      if (read.length > 0 && options.payload !== undefined) payload = yield* this.#payload(options.payload, read, message);
    }
    const inner = new NodeStage(this.#link, (bytes, spoiling) => noise.write(bytes, spoiling));
    this.#stage.pump(layer, (message) => {
      const plaintext = noise.decrypt(message);
      if (plaintext === undefined) this.#link.fail('The tag of a transport message does not verify.');
      else if (plaintext.length > 0) inner.feed(plaintext);
    });
    return { inner: new NodeTalk(inner, this.#link, this.dialled), payload, rs: noise.rs };
  }

  /**
   * From here on encrypted frames of a layer: the conversation inside of them. A frame that does not open, or that `open` refuses with a
   * sentence, ends the link.
   */
  inside(layer: Layer, { seal, open }: NodeSealing): NodeTalk {
    if (!layer.isDelimited) throw new TypeError(`The layer ${layer.id} is no struct: nothing tells where its messages end.`);
    const outer = this.#stage;
    this.#link.uses(layer, outer);
    const inner = new NodeStage(this.#link, (bytes, { wrongKey = false, ...spoiling }) => {
      const values = seal(bytes, { wrongKey });
      const written = outer.write(layer.encode(values), spoiling);
      this.#link.passed(layer.nameOf(values), true);
      return written;
    });
    outer.pump(layer, (message) => {
      const plaintext = open(message);
      if (plaintext instanceof Uint8Array) inner.feed(plaintext);
      else this.#link.fail(plaintext ?? `The tag of a message of ${layer.title} does not verify.`);
    });
    return new NodeTalk(inner, this.#link, this.dialled);
  }

  /** Writes a key into the recording and the key log: a line `LABEL value`, the value in hex. */
  logKey(label: string, key: Uint8Array): void {
    this.#link.logKey(label, key);
  }

  /**
   * From here on frames of a multiplexer. `follow` speaks in each stream, those that the other side opens and those that `open` does;
   * the conversation goes on without waiting.
   */
  mux(layer: Layer, options: NodeMuxOptions, follow: (stream: NodeTalk) => Speaking): { open(): void } {
    const { dialled } = this;
    const outer = this.#stage;
    this.#link.uses(layer, outer);
    const run = (own: NodeStream): void => {
      const talk = new NodeTalk(own.stage, this.#link, own.isOwn, { layer, outer, own });
      this.#link.run(follow(talk), () => own.stage.settle());
    };
    const mux: NodeMux = new NodeMux(outer, layer, options, this.#link, {
      came: run,
      reply: (values) => this.send(layer, values),
    });
    return { open: () => run(mux.open(dialled)) };
  }

  /** Says that no more bytes of this side come in a stream of a multiplexer; closes the link where it is no such stream. */
  end(): void {
    if (this.#stream === undefined) {
      this.#link.close('the conversation is over');
      return;
    }
    const { layer, outer, own } = this.#stream;
    const values = own.last();
    if (values !== undefined) this.#link.send(layer, outer, layer.nameOf(values), values);
  }

  /** The handshake is done: the node counts as connected. */
  ready(): void {
    this.#link.isReady = true;
  }

  /** A sentence for the person at the node: never a secret. */
  tell(text: string): void {
    this.#link.tell(text);
  }

  /** Ends the link with a sentence that says why. */
  fail(why: string): void {
    this.#link.fail(why);
  }

  #handshake(name: string, { s, rs, psks, keys, prologue, initiator }: NodeNoiseOptions): framework.HandshakeState {
    const protocol = framework.readProtocolName(name);
    if (typeof protocol === 'string') throw new TypeError(protocol);
    // Direction 0 is the side that opened the link.
    const isInitiator = this.dialled === ((initiator ?? 0) === 0);
    const e = this.#link.random(protocol.dh.dhLength);
    this.#link.logKey(keys.e, e);
    this.#link.logKey(keys.s, s);
    this.#link.logKey(keys.rs, rs);
    for (const psk of psks ?? []) this.#link.logKey(keys.psk, psk);
    const handshake = framework.beginHandshake(protocol, isInitiator ? 'initiator' : 'responder', { s, e, rs, psks }, prologue);
    if (typeof handshake === 'string') throw new TypeError(handshake);
    return handshake;
  }

  *#payload(layer: Layer, bytes: Uint8Array, { $ }: ReadMessage): Speaking<ReadMessage> {
    const { field, problem } = layer.decode(bytes, 0, 0, bytes.length, this.#link.limits);
    if (problem !== undefined) return yield* this.#failed(`The payload of the handshake cannot be read: ${problem.text}.`);
    return Object.assign(valuesOfLayer(field), { $: { ...$, bytes, ranges: new Map() } }) as unknown as ReadMessage;
  }

  /** The link ends, and the conversation never goes on. */
  *#failed(why: string): Speaking<never> {
    this.#link.fail(why);
    for (;;) yield () => {};
  }
}

function saysOf({ payload, says }: NodeNoiseOptions): Uint8Array {
  if (says === undefined) return new Uint8Array(0);
  if (payload === undefined) throw new TypeError('"says" is the values of the layer "payload", and there is none.');
  return payload.encode(says);
}
