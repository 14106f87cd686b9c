/** What scripts ask a person: answered on the command line, or at the terminal. */
import { createInterface } from 'node:readline/promises';
import type { Io } from './io.ts';
import { printable } from './text.ts';

export class Questions {
  readonly #answered: Record<string, string>;
  readonly #io: Io;
  /** The terminal is closed (Ctrl+D): nobody can be asked any more. */
  #ended = false;

  constructor(answered: Readonly<Record<string, string>>, io: Io) {
    this.#answered = { ...answered };
    this.#io = io;
  }

  /** The answers so far, after asking what has none yet. Nobody is asked where standard input is no terminal. */
  async ask(questions: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const open = questions.filter((question) => !Object.hasOwn(this.#answered, question));
    if (open.length > 0 && !this.#ended && (this.#io.stdin as { isTTY?: boolean }).isTTY) await this.#atTerminal(open);
    return this.#answered;
  }

  /** Lines that come faster than the questions (pasted ones) wait for theirs. */
  async #atTerminal(open: readonly string[]): Promise<void> {
    const terminal = createInterface({ input: this.#io.stdin, output: this.#io.stderr });
    // A terminal that is read key by key sends no signal of its own.
    terminal.once('SIGINT', () => {
      terminal.close();
      process.kill(process.pid, 'SIGINT');
    });
    const lines = terminal[Symbol.asyncIterator]();
    for (const question of open) {
      terminal.setPrompt(`${printable(question)}: `);
      terminal.prompt();
      const line = await lines.next();
      this.#ended = line.done === true;
      if (line.done) {
        this.#io.stderr.write('\n');
        break;
      }
      this.#answered[question] = line.value;
    }
    terminal.close();
  }
}
