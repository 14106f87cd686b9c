import { type ComparedValue, valueText, Withheld } from './content.ts';

/** Names below this many values repeat by chance: they are looked at within one conversation. */
const SMALL = 65_536;
const SMALL_BYTES = 2;

/** A field of a message, in which a name stood first. */
interface Seen {
  readonly other: number;
  readonly message: string;
  readonly field: string;
}

/**
 * Consistent renaming: what is called x in A is called y in B wherever it stands, and nothing else is. Names are keys and ids that are
 * chosen anew in each run. Nothing (zeros, empty) is nothing on both sides.
 */
export class Renaming {
  readonly #fromA = new Map<number, Seen>();
  readonly #fromB = new Map<number, Seen>();

  /** Why the two cannot be the same name; undefined where they can, and from then on are. A later one is told of the message and the field. */
  problem(a: number | undefined, b: number | undefined, message: string, field: string): string | undefined {
    if (a === undefined || b === undefined) return undefined;
    const [knownA, knownB] = [this.#fromA.get(a), this.#fromB.get(b)];
    if (knownA === undefined && knownB === undefined) {
      this.#fromA.set(a, { other: b, message, field });
      this.#fromB.set(b, { other: a, message, field });
      return undefined;
    }
    if (knownA?.other === b) return undefined;
    if (knownA !== undefined) return `another than that of ${placeOf(knownA)}, which A repeats`;
    return `that of ${placeOf(knownB!)} again, where A has a new one`;
  }
}

function placeOf({ message, field }: Seen): string {
  return `${message}.${field}`;
}

/** Equal for values of a capture that are the same name. */
export function nameOf(value: ComparedValue | undefined, conversation: number): string {
  if (value instanceof Withheld) return `ordinal ${value.ordinal}`;
  const isSmall = value instanceof Uint8Array ? value.length <= SMALL_BYTES : typeof value === 'number' && value < SMALL;
  return `${value instanceof Uint8Array ? 'bytes' : typeof value}${isSmall ? conversation : ''} ${valueText(value)}`;
}
