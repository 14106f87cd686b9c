import type { noise as framework } from '../crypto/index.ts';
import { type CipherOpening, noteOpening } from '../crypto/index.ts';
import { ReplayWindow } from '../protocol/index.ts';
import { type HandshakeReader, rangeOf } from './handshakereader.ts';
import type { Layer } from './layer.ts';
import { piecesOf, type ReadMessage } from './readmessage.ts';
import { type Decrypted, decryptField } from './sealedfield.ts';
import { TransportMessage } from './transportmessage.ts';

/** A transport message that was decrypted. */
export interface OpenedTransport extends Decrypted {
  /** A message with this nonce was decrypted before: it was sent twice, or copied on its way. */
  readonly isRepeated: boolean;
}

/** How a transport message is to be decrypted. */
export interface TransportOptions {
  readonly from: framework.Role;
  /** As the message carries it; 0 to 2^64 - 1. */
  readonly nonce: number | bigint;
  /** The layer of what it holds. */
  readonly layer?: Layer;
  /** Associated data; none where left out. */
  readonly ad?: Uint8Array;
}

const empty = new Uint8Array(0);

/**
 * A Noise handshake whose messages may be lost, repeated or late, as over UDP: whoever reads them says which belong together. Reading a
 * message gives another one, which knows more; the same one can go on with several messages, of which only one may be right.
 */
export class Handshake {
  readonly #reader: HandshakeReader;
  /** By who sends: the nonces that were opened. */
  readonly #opened: { [role in framework.Role]?: ReplayWindow } = {};

  constructor(reader: HandshakeReader) {
    this.#reader = reader;
  }

  /** With the next message of the pattern: the Noise message is the field `first`, or all bytes from `first` up to the end of `last`. */
  read(message: ReadMessage, first: string, last = first): Handshake {
    const next = this.#reader.with(message, rangeOf(message, first, last));
    if (next !== undefined) return new Handshake(next);
    const { sink } = this.#reader;
    sink.seal(message.$.row, [`more handshakes that no key opens than the limit openSessions of ${sink.limits.openSessions}`]);
    return this;
  }

  /** Every message was read, and the keys of transport messages are known. */
  get isOpen(): boolean {
    return this.#reader.transport !== undefined;
  }

  /** Static public keys, as far as they are known. */
  get statics(): Readonly<Record<framework.Role, Uint8Array | undefined>> {
    return { initiator: this.#reader.staticOf('initiator'), responder: this.#reader.staticOf('responder') };
  }

  /** Payloads, as messages of the layer that was named for them. */
  get payloads(): Readonly<Record<framework.Role, ReadMessage | undefined>> {
    return { initiator: this.#reader.payloadOf('initiator'), responder: this.#reader.payloadOf('responder') };
  }

  /**
   * Decrypts a field of a message, and shows what it holds as a layer inside of it. Undefined where that cannot be: the row says which keys
   * are missing, or that the tag does not verify.
   */
  open(message: ReadMessage, field: string, { from, nonce, layer, ad = empty }: TransportOptions): OpenedTransport | undefined {
    const { sink, transport } = this.#reader;
    const { cipher } = this.#reader.protocol;
    const tried = this.#reader.tried.bind(this.#reader);
    const k = transport?.[from]?.k;
    const facts = sink.facts(message.$.row);
    if (facts !== undefined) {
      const pieces = piecesOf(message.$, field);
      facts.stepping = new TransportMessage(this.#reader, message.$.direction, pieces, { from, nonce, ad });
    }
    if (k === undefined) {
      sink.seal(message.$.row, this.#reader.notOpen, (ring) => tried(ring));
      return undefined;
    }
    const seal: CipherOpening['seal'] = (key, clear, aad = empty) => cipher.encrypt(key, nonce, aad, clear);
    const open = (sent: Uint8Array) => noteOpening(cipher.decrypt(k, nonce, ad, sent), { key: k, sealed: sent, aad: ad, seal });
    const decrypted = decryptField(sink, message, field, { open, how: `${cipher.name}, nonce ${nonce}`, layer }, (ring) =>
      tried(ring),
    );
    return decrypted && { ...decrypted, isRepeated: this.#isRepeated(from, nonce) };
  }

  /** Beyond what a number tells exactly, nothing is said to come again. */
  #isRepeated(from: framework.Role, nonce: number | bigint): boolean {
    if (nonce > Number.MAX_SAFE_INTEGER) return false;
    this.#opened[from] ??= new ReplayWindow();
    return this.#opened[from].accept(Number(nonce)) === 'replay';
  }
}
