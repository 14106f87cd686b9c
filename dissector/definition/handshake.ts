import { type Check, slicePieces } from '../bytes/index.ts';
import type { noise as framework } from '../crypto/index.ts';
import { ReplayWindow } from '../protocol/index.ts';
import { addContent } from './content.ts';
import { type HandshakeReader, rangeOf } from './handshakereader.ts';
import type { Layer } from './layer.ts';
import type { ReadMessage } from './readmessage.ts';

/** A transport message that was decrypted. */
export interface OpenedTransport {
  readonly bytes: Uint8Array;
  /** What they hold, as the layer that was asked for; undefined where there are no bytes, or they are no such message. */
  readonly message: ReadMessage | undefined;
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
 * A Noise handshake whose messages may be lost, repeated or late, as over UDP: whoever reads them says which belong together. Nothing of
 * it changes: reading a message gives another one, which knows more.
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
    const next = this.#reader.copy();
    next.take(message, rangeOf(message, first, last));
    return new Handshake(next);
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
   * Decrypts a field of a message, and shows what it holds inside of that. Undefined where that cannot be: the row says which keys are
   * missing, or that the tag does not verify.
   */
  open(message: ReadMessage, field: string, options: TransportOptions): OpenedTransport | undefined {
    const { sink, protocol, read } = this.#reader;
    const { row, direction, bytes, pieces } = message.$;
    const { from, nonce, layer, ad = empty } = options;
    const facts = sink.facts(row);
    const k = read.transport?.[from]?.k;
    if (facts === undefined) return undefined;
    facts.tried = (ring) => this.#reader.tried(ring);
    if (k === undefined) {
      facts.missing = this.#missing();
      sink.setState(row, 'encrypted', true);
      return undefined;
    }
    const range = rangeOf(message, field);
    const plaintext = protocol.cipher.decrypt(k, nonce, ad, bytes.subarray(...range));
    if (plaintext === undefined) {
      sink.setBroken(row, `the tag of the transport message with nonce ${nonce} does not verify`, true);
      return undefined;
    }
    sink.setState(row, 'decoded', true);
    const check: Check = { state: 'valid', why: `The tag verifies with nonce ${nonce}.` };
    facts.complete = ({ children }) => {
      const sealed = children?.find(({ name }) => name === field);
      if (sealed !== undefined) sealed.check = check;
    };
    const isRepeated = this.#isRepeated(from, nonce);
    if (plaintext.length === 0) return { bytes: plaintext, message: undefined, isRepeated };
    const record = sink.derived.add({
      pieces: slicePieces(pieces, ...range),
      open: (sent) => protocol.cipher.decrypt(k, nonce, ad, sent) ?? empty,
      name: 'Decrypted',
      how: `${protocol.cipher.name}, nonce ${nonce}`,
    });
    const isShown = typeof record === 'number' && layer !== undefined;
    const inside = isShown ? addContent(sink, direction, layer, plaintext, { carrier: row, record }) : undefined;
    return { bytes: plaintext, message: inside, isRepeated };
  }

  /** Beyond what a number tells exactly, nothing is said to come again. */
  #isRepeated(from: framework.Role, nonce: number | bigint): boolean {
    if (nonce > Number.MAX_SAFE_INTEGER) return false;
    this.#opened[from] ??= new ReplayWindow();
    return this.#opened[from].accept(Number(nonce)) === 'replay';
  }

  #missing(): readonly string[] {
    const { read, protocol, length } = this.#reader;
    const { messages } = protocol.pattern;
    if (length < messages.length) return [`message ${length + 1} of the handshake is not in the capture`];
    const sentences = this.#reader.sentences(read.missing);
    return sentences.length > 0 ? sentences : ['the handshake before it cannot be read'];
  }
}
