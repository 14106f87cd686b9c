import type { Direction, ObserverContext } from '../../../protocol/index.ts';
import type { Facts } from '../facts.ts';
import type { EntryName } from '../messages.ts';
import type { Entry } from '../parse.ts';
import { rules } from '../rules.ts';
import { entryFacts } from './channels.ts';

interface Question {
  readonly id: number;
  readonly index: number;
  readonly channel: number;
  readonly direction: Direction;
  readonly type: EntryName;
}

/** Seconds after which an answer has not come, with 20 % of tolerance. The document gives none. */
const patience = 5 * 1.2;
/** Questions of one conversation that wait at once. */
const mostWaiting = 1024;

const answersTo: Partial<Record<EntryName, readonly EntryName[]>> = {
  reliable_data: ['peers_list_request'],
  // The target acknowledges the introduction, the introducer the request.
  introduction_ack: ['introduction', 'introduction_request'],
};
const asks: readonly EntryName[] = ['peers_list_request', 'introduction_request', 'introduction'];

/** Requests of one conversation and their answers. */
export class Questions {
  readonly #context: ObserverContext<Facts>;
  readonly #waiting: Question[] = [];

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
  }

  see(id: number, direction: Direction, entries: readonly Entry[]): void {
    for (const { index, channel, type } of entries) {
      this.#answer(id, index, channel, direction, answersTo[type] ?? []);
      if (asks.includes(type) && this.#waiting.length < mostWaiting) this.#waiting.push({ id, index, channel, direction, type });
    }
  }

  /** A later packet of the conversation: what has waited too long by now is not going to be answered. */
  pass(id: number): void {
    const { messages } = this.#context;
    const now = this.#context.time(messages.frame(id));
    while (this.#waiting.length > 0) {
      const question = this.#waiting[0]!;
      if (!(now - this.#context.time(messages.frame(question.id)) > patience)) return;
      this.#waiting.shift();
      const rule = question.type === 'introduction' ? rules.unacknowledged : rules.requestUnanswered;
      const text = `no answer to the ${question.type} on channel ${question.channel} within ${patience} s`;
      messages.addFinding(question.id, rule, text, [messages.frame(id)]);
    }
  }

  #answer(id: number, index: number, channel: number, direction: Direction, types: readonly EntryName[]): void {
    for (const type of types) {
      const fits = (one: Question): boolean => one.type === type && one.direction !== direction;
      const onChannel = this.#waiting.findIndex((one) => fits(one) && one.channel === channel);
      const at = onChannel >= 0 || type === 'peers_list_request' ? onChannel : this.#waiting.findIndex(fits);
      if (at < 0) continue;
      const [question] = this.#waiting.splice(at, 1);
      entryFacts(this.#context, id, index).answers = this.#context.messages.frame(question!.id);
      entryFacts(this.#context, question!.id, question!.index).answered_in = this.#context.messages.frame(id);
      return;
    }
  }
}
