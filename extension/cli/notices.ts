import type { Tell } from './io.ts';

/** What modules turn out to do wrong, on its way to standard error: each sentence once, whichever thread has met it. */
export class Notices {
  readonly #tell: Tell;
  readonly #told = new Set<string>();
  #held: string[] | undefined;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  readonly tell = (sentence: string): void => {
    if (this.#held !== undefined) this.#held.push(sentence);
    else if (!this.#told.has(sentence)) {
      this.#told.add(sentence);
      this.#tell(sentence);
    }
  };

  /** What is told while `work` is done, held back: it is told when what was made there is printed. */
  held(work: () => void): readonly string[] {
    const held: string[] = [];
    this.#held = held;
    try {
      work();
    } finally {
      this.#held = undefined;
    }
    return held;
  }
}
