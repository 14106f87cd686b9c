interface Place {
  /** What B is ahead of A. */
  ahead: bigint;
  /** Another one that was met last, and told of. */
  told: bigint | undefined;
  /** Messages without a counterpart that had passed then. */
  gaps: number;
}

/**
 * Numbers that start anywhere and grow by the same steps on both sides. Where messages are missing on one side the numbers may move by
 * as many: that is told once, by the messages. Of one side of one conversation.
 */
export class Sequences {
  readonly #places = new Map<string, Place>();

  /** How far B has moved against A at this place, where nothing explains it. `gaps`: messages of the conversation without a counterpart so far. */
  moved(place: string, a: number | bigint | undefined, b: number | bigint | undefined, gaps: number): bigint | undefined {
    if (a === undefined || b === undefined) return undefined;
    const ahead = BigInt(b) - BigInt(a);
    const known = this.#places.get(place);
    if (known === undefined) {
      this.#places.set(place, { ahead, told: undefined, gaps });
      return undefined;
    }
    const before = known.gaps;
    known.gaps = gaps;
    // A number that is the same on both sides by its meaning (the largest one closes a session) has not moved.
    if (ahead === known.ahead || ahead === 0n) {
      known.told = undefined;
      return undefined;
    }
    if (before !== gaps || known.told === ahead) {
      known.ahead = ahead;
      known.told = undefined;
      return undefined;
    }
    known.told = ahead;
    return ahead - known.ahead;
  }
}
