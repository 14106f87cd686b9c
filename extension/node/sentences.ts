/** Sentences of a second that are told one by one: whoever sends nonsense can bring forth any number of them. */
const SENTENCES_A_SECOND = 50;
const SECOND_MS = 1000;

/** Passes sentences on, and of those that are too many in one second only how many there were. */
export class Sentences {
  readonly #tell: (text: string, grave: boolean, frame?: number) => void;
  readonly #clock: () => number;
  #since = Number.NEGATIVE_INFINITY;
  #told = 0;
  #left = 0;
  #leftGrave = false;

  /** `clock` gives milliseconds that never go back. */
  constructor(tell: (text: string, grave: boolean, frame?: number) => void, clock: () => number = () => performance.now()) {
    this.#tell = tell;
    this.#clock = clock;
  }

  /** `frame`: the one that it is about. */
  say(text: string, grave: boolean, frame?: number): void {
    this.pass();
    if (this.#told < SENTENCES_A_SECOND) {
      this.#told++;
      return void this.#tell(text, grave, frame);
    }
    this.#left++;
    this.#leftGrave ||= grave;
  }

  /** Time goes on: tells how many were left out once the second is over. */
  pass(): void {
    if (this.#clock() - this.#since < SECOND_MS) return;
    this.end();
    this.#since = this.#clock();
    this.#told = 0;
  }

  /** Tells what is left. */
  end(): void {
    const left = this.#left;
    this.#left = 0;
    if (left > 0)
      this.#tell(
        `${left} more sentence${left === 1 ? ' was' : 's were'} left out: at most ${SENTENCES_A_SECOND} a second are told.`,
        this.#leftGrave,
      );
    this.#leftGrave = false;
  }
}
