/** What scripts ask a person: answered on the command line, or at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Io } from './run.ts';

export class Questions {
  readonly #answered: Record<string, string>;
  readonly #io: Io;

  constructor(answered: Readonly<Record<string, string>>, io: Io) {
    this.#answered = { ...answered };
    this.#io = io;
  }

  /** The answers so far, after asking what has none yet. Nobody is asked where standard input is no terminal. */
  async ask(questions: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const open = questions.filter((question) => !Object.hasOwn(this.#answered, question));
    if (open.length > 0 && (this.#io.stdin as { isTTY?: boolean }).isTTY) {
      const terminal = createInterface({ input: this.#io.stdin, output: this.#io.stderr });
      for (const question of open) this.#answered[question] = await terminal.question(`${question}: `);
      terminal.close();
    }
    return this.#answered;
  }
}
