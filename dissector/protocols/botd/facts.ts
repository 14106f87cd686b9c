import type { Check } from '../../bytes/index.ts';
import type { ObserverContext } from '../../protocol/index.ts';

/** What the first pass learns of a message beyond its table row. */
export interface Facts {
  /** A frame with a checksum, or the beginning of one. */
  clear?: true;
  /** Bytes inside the frame are missing, so that what comes after its length cannot be read. */
  torn?: true;
  /** Bytes whose frame borders are not known. */
  stretch?: true;
  /** The verdict on the signature of Init or Ack. */
  signature?: Check;
  /** Frames of the message that this one answers, and of its answer. */
  answers?: number;
  answeredIn?: number;
  /** Why nothing more can be said. */
  note?: string;
}

export function factsOf({ messages }: ObserverContext<Facts>, id: number): Facts {
  const known = messages.facts.get(id);
  if (known !== undefined) return known;
  const facts: Facts = {};
  messages.facts.set(id, facts);
  return facts;
}
