import type { Conversation, Direction, ObserverContext } from '../../../protocol/index.ts';
import type { Facts } from '../facts.ts';
import type { Parsed } from '../parse.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Answers } from './answers.ts';
import { Connects } from './connect.ts';
import { Exchanges } from './exchanges.ts';
import { Hellos } from './hellos.ts';
import { Ids } from './ids.ts';
import { Membership } from './membership.ts';
import { laneOf, sightingOf } from './sighting.ts';

/** The rules that look at one message after another, over all conversations of a capture. */
export class Conformance {
  readonly #context: ObserverContext<Facts>;
  readonly #ids: Ids;
  readonly #acknowledgements: Acknowledgements;
  readonly #answers: Answers;
  readonly #hellos: Hellos;
  readonly #membership: Membership;
  readonly #connects: Connects;
  readonly #exchanges: Exchanges;

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
    this.#ids = new Ids(context);
    this.#acknowledgements = new Acknowledgements(context, this.#ids);
    this.#answers = new Answers(context);
    this.#hellos = new Hellos(context);
    this.#membership = new Membership(context);
    this.#connects = new Connects(context);
    this.#exchanges = new Exchanges(context);
  }

  /** A message, after what is wrong with its form was found. */
  see(id: number, conversation: Conversation, direction: Direction, parsed: Parsed): void {
    const sighting = sightingOf(this.#context, id, conversation, direction, parsed);
    const identity = this.#ids.see(sighting);
    if (parsed.problem !== undefined && sighting.msgId === undefined)
      this.#acknowledgements.unreadable(sighting.lane, sighting.time);
    this.#acknowledgements.see(sighting);
    this.#answers.see(sighting, identity);
    this.#hellos.see(sighting);
    this.#membership.see(sighting, identity);
    this.#connects.see(sighting);
    this.#exchanges.see(sighting);
  }

  /** Bytes of a stream are missing before what comes next. */
  lost(conversation: Conversation, direction: Direction): void {
    const lane = laneOf(conversation, direction);
    this.#hellos.lost(lane);
    this.#acknowledgements.lost(lane);
  }

  end(): void {
    this.#acknowledgements.end();
    this.#answers.end();
  }
}
