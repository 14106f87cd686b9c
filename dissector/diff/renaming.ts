import { type ComparedValue, isNothing, valueText, Withheld } from './content.ts';

/** Names below this many values repeat by chance: they are looked at within one conversation. */
const SMALL = 65_536;
const SMALL_BYTES = 2;

/** Where a name stood first. */
interface Seen {
  readonly other: string;
  readonly where: string;
}

/**
 * Consistent renaming: what is called x in A is called y in B wherever it stands, and nothing else is. Names are keys and ids that are
 * chosen anew in each run. Nothing (zeros, empty) is nothing on both sides.
 */
export class Renaming {
  readonly #fromA = new Map<string, Seen>();
  readonly #fromB = new Map<string, Seen>();

  /** Why the two cannot be the same name; undefined where they can, and from then on are. `where` is told of a later one. */
  problem(a: ComparedValue | undefined, b: ComparedValue | undefined, conversation: number, where: string): string | undefined {
    if (isNothing(a) || isNothing(b)) return undefined;
    const [left, right] = [nameOf(a, conversation), nameOf(b, conversation)];
    const [knownA, knownB] = [this.#fromA.get(left), this.#fromB.get(right)];
    if (knownA === undefined && knownB === undefined) {
      this.#fromA.set(left, { other: right, where });
      this.#fromB.set(right, { other: left, where });
      return undefined;
    }
    if (knownA?.other === right) return undefined;
    if (knownA !== undefined) return `another than that of ${knownA.where}, which A repeats`;
    return `that of ${knownB!.where} again, where A has a new one`;
  }
}

/** Equal for values of a capture that are the same name. */
export function nameOf(value: ComparedValue | undefined, conversation: number): string {
  if (value instanceof Withheld) return `ordinal ${value.ordinal}`;
  const isSmall = value instanceof Uint8Array ? value.length <= SMALL_BYTES : typeof value === 'number' && value < SMALL;
  return `${value instanceof Uint8Array ? 'bytes' : typeof value}${isSmall ? conversation : ''} ${valueText(value)}`;
}
