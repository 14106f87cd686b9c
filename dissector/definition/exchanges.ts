import { toHex } from '../bytes/index.ts';
import type { FieldValues } from '../codec/index.ts';
import type { Direction } from '../protocol/index.ts';

/** How questions and answers belong together. */
export interface Exchange {
  /** What a question and its answer have in common: a transaction id. */
  readonly key: (values: FieldValues) => unknown;
  /** Whether a message is a question. */
  readonly asks: (values: FieldValues) => boolean;
  /** Seconds after which a question without an answer is told; 10 where left out. */
  readonly seconds?: number;
}

/** The questions of one conversation that wait for their answers, with what is known of each. */
export class OpenQuestions<Question> {
  readonly #waiting = new Map<string, Question>();
  readonly #most: number;

  /** Beyond `most`, the oldest are not waited for any more. */
  constructor(most: number) {
    this.#most = most;
  }

  get all(): Iterable<Question> {
    return this.#waiting.values();
  }

  ask(direction: Direction, key: unknown, question: Question): void {
    const id = idOf(direction, key);
    this.#waiting.delete(id);
    this.#waiting.set(id, question);
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > this.#most && oldest !== undefined) this.#waiting.delete(oldest);
  }

  /** The question that a message of this direction answers. It waits no longer. */
  answer(direction: Direction, key: unknown): Question | undefined {
    const id = idOf(direction === 0 ? 1 : 0, key);
    const question = this.#waiting.get(id);
    this.#waiting.delete(id);
    return question;
  }
}

/** No two keys that differ have the same id. */
function idOf(direction: Direction, key: unknown): string {
  return `${direction} ${key instanceof Uint8Array ? toHex(key) : `${typeof key} ${String(key)}`}`;
}
