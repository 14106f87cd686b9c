import { advance, type Direction, type Machine, type SessionStep } from '../protocol/index.ts';

/** What a message is in its conversation, and what breaks the order. */
export interface Taken {
  readonly step: SessionStep;
  readonly problem: string | undefined;
}

/** A conversation as the session of a declared state machine: each message that the machine names is a step of it. */
export class ConversationSteps {
  readonly #machine: Machine;
  readonly #names: ReadonlySet<string>;
  #opener: Direction | undefined;
  #state: string;
  #title = '';

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#names = new Set(machine.transitions.map(({ message }) => message));
    this.#state = machine.start;
  }

  /** The next message of the conversation; undefined for one that the machine does not know. */
  take(name: string, direction: Direction, frame: number): Taken | undefined {
    if (!this.#names.has(name)) return undefined;
    const machine = this.#machine;
    if (this.#opener === undefined) {
      // Direction 0 is the opener only where the capture holds its SYN: what the first message is tells it.
      const isOpeners = advance(machine, machine.start, name, 'opener') !== undefined;
      const isAnswerers = advance(machine, machine.start, name, 'answerer') !== undefined;
      const other = direction === 0 ? 1 : 0;
      this.#opener = isAnswerers && !isOpeners ? other : isOpeners && !isAnswerers ? direction : 0;
      this.#title = `conversation of frame ${frame}`;
    }
    const by = direction === this.#opener ? 'opener' : 'answerer';
    const next = advance(machine, this.#state, name, by);
    const problem = next === undefined ? `${name} of the ${by} while ${machine.states[this.#state]}` : undefined;
    this.#state = next ?? this.#state;
    const step = { session: this, title: this.#title, opener: this.#opener, machine };
    return { step, problem };
  }
}
