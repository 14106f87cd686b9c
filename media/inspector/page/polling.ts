/**
 * An answer that the worker makes a moment at a time: it is asked again until it is done. What comes late, for an earlier question or a page
 * that is gone, is dropped.
 */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { sentence } from '../../base/connection.ts';

/** Between two looks, in milliseconds. */
const PAUSE = 80;

export class Polling<Answer extends { readonly done: boolean }> implements ReactiveController {
  /** The last one, of the question before until there is another. */
  answer: Answer | undefined;
  /** A sentence. */
  complaint: string | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #failure: string;
  #turn = 0;

  /** `failure` begins the sentence where the worker does not answer. */
  constructor(host: ReactiveControllerHost, failure: string) {
    this.#host = host;
    this.#failure = failure;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#turn++;
  }

  /** Asks from now on, in the place of what was asked before. */
  async ask(question: () => Promise<Answer>): Promise<void> {
    const turn = ++this.#turn;
    this.complaint = undefined;
    try {
      do {
        const answer = await question();
        if (turn !== this.#turn) return;
        this.answer = answer;
        this.#host.requestUpdate();
        if (answer.done) return;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      } while (turn === this.#turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.complaint = `${this.#failure}: ${sentence(error)}`;
      this.#host.requestUpdate();
    }
  }
}
