import type { Limits, Piece } from '../../bytes/index.ts';
import type { Bench, Conversation, Direction, Rule, State } from '../../session/index.ts';
import type { Facts } from './facts.ts';
import { ephemeralLabel, transportLabel } from './keys.ts';
import { type Name, names } from './messages.ts';
import { rules } from './rules.ts';

/** One datagram of the channel while it is observed. */
export interface Datagram {
  readonly message: Uint8Array;
  readonly sender: Direction;
  readonly bit: Direction;
  readonly counter: number;
  readonly frame: number;
  readonly id: number;
}

/** What the first pass writes down about the messages of one channel. */
export class Notes {
  readonly #bench: Bench;
  readonly #conversation: Conversation;

  constructor(bench: Bench, conversation: Conversation) {
    this.#bench = bench;
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
    return this.#bench.messages.add({ conversation, direction, frame, name: names.indexOf(name), state, encrypted, ...more });
  }

  find(id: number, rule: Rule, text: string, others: readonly number[] = []): void {
    this.#bench.messages.find(id, rule, text, others);
  }

  facts(id: number): Facts {
    const { facts } = this.#bench.messages;
    let known = facts.get(id) as Facts | undefined;
    if (known === undefined) {
      known = {};
      facts.set(id, known);
    }
    return known;
  }

  /** Says where a limit kept keys of the ring from being tried. */
  untried(id: number, passed: readonly (keyof Limits)[], what: string): void {
    const { keys, limits } = this.#bench;
    if (passed.length === 0 || keys.all(ephemeralLabel).length + keys.all(transportLabel).length === 0) return;
    const named = passed.map((limit) => `${limit} of ${limits[limit]}`).join(' and ');
    this.facts(id).note = `The limit ${named} is passed: the keys are not tried with other ${what}.`;
  }

  malformed(id: number, text: string): void {
    this.#bench.messages.setState(id, 'malformed');
    this.find(id, rules.malformed, text);
  }

  missing(id: number, absent: readonly string[]): void {
    const named = absent.filter((name) => name !== '');
    if (named.length > 0) this.find(id, rules.malformed, `the payload has no ${named.join(', no ')}`);
  }
}
