import { type Piece, valuesOf } from '../../bytes/index.ts';
import type { Conversation, Direction, ObserverContext, Rule, State } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { ephemeralKind, transportKind } from './keys.ts';
import { ownLimits } from './limits.ts';
import { type Header, type Name, names } from './messages.ts';
import { rules } from './rules.ts';

/** One datagram of the channel while it is observed. */
export interface Datagram extends Pick<Header, 'bit' | 'counter'> {
  readonly message: Uint8Array;
  readonly sender: Direction;
  readonly frame: number;
  readonly id: number;
}

/** What the first pass writes down about the messages of one channel. */
export class MessageWriter {
  readonly #context: ObserverContext<Facts>;
  readonly #conversation: Conversation;

  constructor(context: ObserverContext<Facts>, conversation: Conversation) {
    this.#context = context;
    this.#conversation = conversation;
  }

  add(
    name: Name,
    state: State,
    encrypted: boolean,
    direction: Direction,
    frame: number,
    pieces: readonly Piece[] | undefined,
  ): number {
    const more = pieces === undefined ? {} : { pieces };
    const conversation = this.#conversation.id;
    return this.#context.messages.add({ conversation, direction, frame, name: names.indexOf(name), state, encrypted, ...more });
  }

  find(id: number, rule: Rule, text: string, others: readonly number[] = []): void {
    this.#context.messages.addFinding(id, rule, text, others);
  }

  facts(id: number): Facts {
    const { facts } = this.#context.messages;
    let known = facts.get(id);
    if (known === undefined) {
      known = {};
      facts.set(id, known);
    }
    return known;
  }

  /** Says where a limit kept keys of the ring from being tried. */
  untried(id: number, passed: readonly (keyof typeof ownLimits)[], what: string): void {
    const { keys, limits } = this.#context;
    if (passed.length === 0 || keys.all(ephemeralKind).length + keys.all(transportKind).length === 0) return;
    const named = passed.map((limit) => `${limit} of ${valuesOf(ownLimits, limits)[limit]}`).join(' and ');
    this.facts(id).note = `The limit ${named} is passed: the keys are not tried with other ${what}.`;
  }

  malformed(id: number, text: string): void {
    this.#context.messages.setState(id, 'malformed');
    this.find(id, rules.malformed, text);
  }

  missing(id: number, absent: readonly string[]): void {
    const named = absent.filter((name) => name !== '');
    if (named.length > 0) this.find(id, rules.malformed, `the payload has no ${named.join(', no ')}`);
  }
}
