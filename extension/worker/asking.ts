/**
 * What views ask. The answers to a view stand in the file of `answers` that has the view's id for its name, which exports
 * `answers`: a new view needs no line here, and what nobody asks for is not loaded.
 */
import { object } from '../wire/checks.ts';
import type { ViewQuestion } from '../wire/inspector.ts';
import type { Calls } from '../wire/rpc.ts';
import type { Answers, Opened } from './answer.ts';

export class Asking {
  readonly #opened: Opened;
  readonly #answers = new Map<string, Promise<Answers<Calls>>>();

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  async ask({ view, question, params }: ViewQuestion): Promise<unknown> {
    const answers = await this.#of(view);
    if (!Object.hasOwn(answers, question)) throw new Error(`unknown question "${question}" of the view "${view}"`);
    const { read, answer } = answers[question]!;
    return answer(read(object(params, 'params')));
  }

  #of(view: string): Promise<Answers<Calls>> {
    const answers = this.#answers.get(view) ?? this.#load(view);
    this.#answers.set(view, answers);
    return answers;
  }

  async #load(view: string): Promise<Answers<Calls>> {
    // The name comes from a page: it leads to no other folder.
    if (!/^[a-z]+$/.test(view)) throw new Error(`unknown view "${view}"`);
    const { answers } = (await import(`./answers/${view}.ts`)) as { answers: (opened: Opened) => Answers<Calls> };
    return answers(this.#opened);
  }
}
