import { type Check, slicePieces } from '../bytes/index.ts';
import { addContent } from './content.ts';
import { rangeOf } from './handshakereader.ts';
import type { Layer } from './layer.ts';
import type { ReadMessage, Tried } from './readmessage.ts';
import type { MessageSink } from './sink.ts';

/** How a field of a message is decrypted. */
export interface Decryption {
  /** The plaintext; undefined where the tag does not verify. Pure: it is asked for again with each tree. */
  readonly open: (sent: Uint8Array) => Uint8Array | undefined;
  /** How, in words: `ChaChaPoly, nonce 3`. */
  readonly how: string;
  /** The layer of what it holds. */
  readonly layer?: Layer | undefined;
}

/** A field that was decrypted. */
export interface Decrypted {
  readonly bytes: Uint8Array;
  /** What they hold, as the layer that was asked for; undefined where there are no bytes, or they are no such message. */
  readonly message: ReadMessage | undefined;
}

const empty = new Uint8Array(0);

/** Decrypts a field of a message, and shows what it holds as a layer inside of it. Undefined where the tag does not verify: the row says so. */
export function decryptField(
  sink: MessageSink,
  message: ReadMessage,
  field: string,
  { open, how, layer }: Decryption,
  tried?: Tried,
): Decrypted | undefined {
  const { row, direction, bytes, pieces } = message.$;
  const facts = sink.facts(row);
  if (facts === undefined) return undefined;
  facts.tried = tried;
  const range = rangeOf(message, field);
  const plaintext = open(bytes.subarray(...range));
  if (plaintext === undefined) {
    sink.setBroken(row, `the tag of ${field} does not verify: ${how}`, true);
    return undefined;
  }
  sink.setState(row, 'decoded', true);
  const check: Check = { state: 'valid', why: `The tag verifies: ${how}.` };
  facts.complete = ({ children }) => {
    const sealed = children?.find(({ name }) => name === field);
    if (sealed !== undefined) sealed.check = check;
  };
  if (plaintext.length === 0) return { bytes: plaintext, message: undefined };
  const record = sink.derived.add({
    ...{ pieces: slicePieces(pieces, ...range), name: 'Decrypted', how },
    open: (sent) => open(sent) ?? empty,
  });
  const isShown = typeof record === 'number' && layer !== undefined;
  const inside = isShown ? addContent(sink, direction, layer, plaintext, { carrier: row, record }) : undefined;
  return { bytes: plaintext, message: inside };
}
