import { concatBytes } from '@noble/hashes/utils.js';
import type { FieldValues } from '../../codec/index.ts';
import { noise as framework } from '../../crypto/index.ts';
import { type Corruption, wrongKeyOf } from '../../protocol/index.ts';
import type { Layer } from '../layer.ts';
import type { NoiseOptions } from '../noise.ts';
import type { ReadMessage } from '../readmessage.ts';
import type { NodeStage } from './nodestage.ts';

/** How a node uses Noise: as the conversation does, with keys of its own. */
export interface NodeNoiseOptions extends NoiseOptions {
  /** The static private key of this side. */
  readonly s?: Uint8Array;
  /** The static public key of the other side, where the pattern has it known beforehand. */
  readonly rs?: Uint8Array;
  /** Pre-shared keys of 32 bytes, in the order of their use. */
  readonly psks?: readonly Uint8Array[];
  /** The payload of this side's last handshake message: values of the layer `payload`. The others have none. */
  readonly says?: FieldValues;
}

export type NoiseFrame = Layer & { readonly field: string };

const empty = new Uint8Array(0);

/** The handshake of a node, and the ciphers behind it. */
export class NodeNoise {
  readonly #outer: NodeStage;
  readonly #layer: NoiseFrame;
  readonly #handshake: framework.HandshakeState;
  readonly #says: Uint8Array;
  #ciphers: framework.TransportCiphers | undefined;
  #ownLeft: number;
  #whenWritten: (() => void) | undefined;

  constructor(outer: NodeStage, layer: NoiseFrame, handshake: framework.HandshakeState, says: Uint8Array) {
    this.#outer = outer;
    this.#layer = layer;
    this.#handshake = handshake;
    this.#says = says;
    this.#ownLeft = handshake.protocol.pattern.messages.filter(({ sender }) => sender === handshake.role).length;
  }

  /** The conversation waits until its own handshake message has been written. */
  waitForWritten(resume: () => void): void {
    this.#whenWritten = resume;
  }

  get isWaitedFor(): boolean {
    return this.#whenWritten !== undefined;
  }

  /** A conversation that waited goes on. */
  goOn(): void {
    const resume = this.#whenWritten;
    this.#whenWritten = undefined;
    resume?.();
  }

  get isComplete(): boolean {
    return this.#handshake.isComplete;
  }

  get isTurn(): boolean {
    return this.#handshake.isTurn;
  }

  get rs(): Uint8Array | undefined {
    return this.#handshake.rs;
  }

  /** Handshake messages that this side has still to write. */
  get ownLeft(): number {
    return this.#ownLeft;
  }

  /** What the next handshake message of this side carries. */
  get nextPayload(): Uint8Array {
    return this.#ownLeft === 1 ? this.#says : empty;
  }

  /** The frame of the next handshake message. Throws an Error out of turn. */
  writeMessage(payload: Uint8Array, others: FieldValues): Uint8Array {
    const message = this.#handshake.writeMessage(payload);
    this.#ownLeft--;
    return this.#outer.write(this.#layer.encode({ [this.#layer.field]: message, ...others }), {});
  }

  /** The payload; a sentence where the message is refused. */
  readMessage(message: ReadMessage): Uint8Array | string {
    return this.#handshake.readMessage(this.#messageOf(message));
  }

  /** A transport message; undefined where its tag does not verify. */
  decrypt(message: ReadMessage): Uint8Array | undefined {
    return this.#transport.receive?.decryptWithAd(empty, this.#messageOf(message));
  }

  /** Bytes in transport messages, as many as they take (section 3: at most 65535 bytes each). */
  write(bytes: Uint8Array, spoiling: Corruption): Uint8Array {
    const longest = framework.maxMessageLength - framework.tagLength;
    const parts: Uint8Array[] = [];
    for (let at = 0; at === 0 || at < bytes.length; at += longest)
      parts.push(this.#record(bytes.subarray(at, at + longest), spoiling));
    return this.#outer.write(concatBytes(...parts), spoiling);
  }

  #record(plaintext: Uint8Array, { wrongKey = false }: Corruption): Uint8Array {
    const { send } = this.#transport;
    if (send === undefined) throw new Error('This side of the pattern sends no transport messages.');
    const { k, n } = send;
    const right = send.encryptWithAd(empty, plaintext);
    const message = wrongKey ? this.#handshake.protocol.cipher.encrypt(wrongKeyOf(k), n, empty, plaintext) : right;
    return this.#layer.encode({ [this.#layer.field]: message });
  }

  get #transport(): framework.TransportCiphers {
    if (!this.isComplete) throw new Error('The Noise handshake is not complete.');
    this.#ciphers ??= this.#handshake.split();
    return this.#ciphers;
  }

  #messageOf(message: ReadMessage): Uint8Array {
    const [start, end] = message.$.ranges.get(this.#layer.field) ?? [0, 0];
    return message.$.bytes.subarray(start, end);
  }
}
