import type { Piece } from '../bytes/index.ts';
import type { noise as framework } from '../crypto/index.ts';
import {
  type Derivation,
  type Direction,
  type MessageView,
  noiseDecryption,
  type SessionStep,
  secretValue,
  wireValue,
} from '../protocol/index.ts';
import type { HandshakeReader } from './handshakereader.ts';
import type { Stepping } from './sink.ts';

/** How a transport message was sealed. */
interface Sealed {
  readonly from: framework.Role;
  readonly nonce: number | bigint;
  readonly ad: Uint8Array;
}

/** A transport message as a step of its handshake. A capture has as many as it has packets: it holds no bytes of them. */
export class TransportMessage implements Stepping {
  readonly #reader: HandshakeReader;
  readonly #direction: Direction;
  readonly #pieces: readonly Piece[];
  readonly #sealed: Sealed;

  /** `pieces`: where the ciphertext lies. */
  constructor(reader: HandshakeReader, direction: Direction, pieces: readonly Piece[], sealed: Sealed) {
    this.#reader = reader;
    this.#direction = direction;
    this.#pieces = pieces;
    this.#sealed = sealed;
  }

  step(): SessionStep | undefined {
    return this.#reader.session?.transportStep(this.#sealed.from, this.#direction);
  }

  compute(message: MessageView): readonly Derivation[] {
    const { from, nonce, ad } = this.#sealed;
    const { protocol, transport, missing, notOpen, length } = this.#reader;
    const needsKeys = length === protocol.pattern.messages.length && missing.length > 0;
    const unknown = needsKeys ? `needs ${missing.join()}` : notOpen.join();
    const key = secretValue(from === 'initiator' ? 'k_i2r' : 'k_r2i', transport?.[from]?.k, unknown);
    const { bytes, start, end } = message.place(this.#pieces);
    return [noiseDecryption(protocol, key, nonce, wireValue('ad', ad), bytes.slice(start, end))];
  }
}
