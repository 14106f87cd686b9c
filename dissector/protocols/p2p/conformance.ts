import { type Field, valueIn } from '../../bytes/index.ts';
import { aboutOrder, advance, type Direction, type ObserverContext, type Rule } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { machine, type PeerState } from './machine.ts';
import { rules } from './rules.ts';
import type { Session } from './session.ts';

/** What was taken from the stream, in the order of the capture. */
export interface Seen {
  readonly id: number;
  readonly name: string;
  readonly direction: Direction;
  /** The frame of its first byte. */
  readonly first: number;
  readonly field: Field | undefined;
  readonly whole: boolean;
  /** It does not open, and may be anything. */
  readonly hidden: boolean;
}

/** KEEPALIVE_INTERVAL of the reference implementation, in seconds. */
export const keepaliveSeconds = 60;
/** With 20 % of tolerance. */
const keepaliveInterval = keepaliveSeconds * 1.2;
const handshake: ReadonlySet<PeerState> = new Set<PeerState>(['hello', 'hello_ack', 'fin', 'fin_ack']);

/** Holds a connection against the specification: order, keepalives, disconnects, questions without answers. */
export class Conformance {
  readonly #context: ObserverContext<Facts>;
  readonly #session: Session;
  #state: PeerState = machine.start;
  #failed = false;
  /** Keepalives of inbound that outbound has not answered. */
  readonly #keepalives: number[] = [];
  /** Keepalives of outbound that answer none, until inbound goes on without a gap. */
  readonly #unasked: number[] = [];
  readonly #questions: [number[], number[]] = [[], []];
  /** The last packet of the handshake, by name, which the next one answers. */
  readonly #steps = new Map<string, number>();
  /** Packets of a direction may have gone by unseen: bytes are missing, or do not open. Silence of it proves nothing. */
  readonly #blind: [boolean, boolean] = [false, false];
  /** Frames of the first DISCONNECT of each direction. */
  readonly #disconnects: [number | undefined, number | undefined] = [undefined, undefined];

  constructor(context: ObserverContext<Facts>, session: Session) {
    this.#context = context;
    this.#session = session;
  }

  /** The handshake is over without having been seen: the capture starts in the middle. */
  begunBefore(): void {
    this.#state = 'open';
  }

  /** HELLO came before the capture began: who sent it may have said more that is missing. */
  greetedBefore(outbound: Direction): void {
    this.#state = 'hello_ack';
    this.#session.found = 'hello_ack';
    this.blind(outbound);
  }

  /** From now on not everything that a direction says is known. */
  blind(direction: Direction): void {
    this.#blind[direction] = true;
  }

  get disconnected(): boolean {
    return this.#disconnects[0] !== undefined || this.#disconnects[1] !== undefined;
  }

  see(packet: Seen): void {
    if (packet.direction !== this.#session.outbound) this.#tellUnasked();
    this.#afterDisconnect(packet);
    this.#order(packet);
    this.#overdue(packet);
    if (!packet.whole) return;
    if (packet.name === 'KEEP_ALIVE') this.#keepalive(packet);
    if (packet.name === 'NLIST_REQ') this.#questions[packet.direction].push(packet.id);
    if (packet.name === 'NLIST_RES') this.#pair(this.#questions[other(packet.direction)].shift(), packet.id);
    if (packet.name === 'DISCONNECT') this.#disconnect(packet);
  }

  /** A direction is lost in bytes that are no packet: true when that is the first sign that the handshake fails. */
  losesBorders(): boolean {
    if (this.#failed || !handshake.has(this.#state)) return false;
    this.#failed = true;
    return true;
  }

  /** A direction whose bytes open under no key, although the handshake was seen: it failed, when the other one opens. */
  doesNotDecode(id: number): void {
    if (handshake.has(this.#state) && !this.#isBlind)
      this.#fail(id, 'what should be FIN or FIN_ACK does not decode under the key of the session');
  }

  get #isBlind(): boolean {
    return this.#blind[0] || this.#blind[1];
  }

  #afterDisconnect({ id, name, direction, first, whole, hidden }: Seen): void {
    const own = this.#disconnects[direction];
    const others = this.#disconnects[other(direction)];
    // The stream itself orders what one side says. What was under way when the other side's DISCONNECT came does not follow it.
    const began = this.#context.place(first);
    if (own !== undefined && began >= this.#context.place(own))
      this.#find(id, rules.afterDisconnect, `${name} follows the DISCONNECT of its own side`, own);
    else if (
      others !== undefined &&
      began > this.#context.place(others) &&
      name !== 'DISCONNECT' &&
      !hidden &&
      (whole || !this.#blind[direction])
    )
      this.#find(id, aboutOrder(rules.afterDisconnect), `${name} follows the DISCONNECT of the other side`, others);
    else if (this.#state === 'closed' && name !== 'DISCONNECT') this.#found(id, name);
  }

  /** The state in which the machine has a packet, written down for one that it does not have where it stands in the list. */
  #found(id: number, name: string): void {
    const from = machine.transitions.find(({ message }) => message === name)?.from[0];
    if (from !== undefined) factsOf(this.#context, id).found = from;
  }

  #order({ id, name, direction, whole }: Seen): void {
    const by = direction === this.#session.outbound ? 'opener' : 'answerer';
    const isKnown = machine.transitions.some(({ message }) => message === name);
    if (!isKnown || this.#state === 'closed') return;
    // What began first may be cut off long after the other side has answered.
    if (!whole) factsOf(this.#context, id).found = this.#state;
    const inHandshake = handshake.has(this.#state);
    const next = advance(machine, this.#state, name, by);
    if (next === undefined && this.#isBlind) {
      // What should come before it may be among what is missing.
      this.#found(id, name);
      this.#state = machine.transitions.find(({ message }) => message === name)!.to ?? 'open';
      return;
    }
    if (next === undefined) {
      const who = by === 'opener' ? 'outbound' : 'inbound';
      this.#find(id, rules.order, `${name} of ${who} is not allowed here: the connection ${machine.states[this.#state]}`);
      if (inHandshake) this.#fail(id, `the connection ${machine.states[this.#state]}, and ${name} came`);
      return;
    }
    if (inHandshake && name === 'DISCONNECT') this.#fail(id, `${name} ends the handshake, which ${machine.states[this.#state]}`);
    if (inHandshake && name !== 'DISCONNECT') {
      const before = { HELLO_ACK: 'HELLO', FIN: 'HELLO_ACK', FIN_ACK: 'FIN' }[name];
      if (before !== undefined) this.#pair(this.#steps.get(before), id);
      this.#steps.set(name, id);
    }
    this.#state = next;
  }

  #fail(id: number, text: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#find(id, rules.handshakeFailed, text);
  }

  #keepalive({ id, direction }: Seen): void {
    if (direction !== this.#session.outbound) this.#keepalives.push(id);
    else if (this.#keepalives.length > 0) this.#pair(this.#keepalives.shift(), id);
    else if (this.#state === 'open') this.#unasked.push(id);
  }

  /** What inbound says next shows that nothing of it is missing. */
  #tellUnasked(): void {
    const { outbound } = this.#session;
    const isKnown = outbound !== undefined && !this.#blind[other(outbound)];
    for (const id of this.#unasked.splice(0))
      if (isKnown) this.#find(id, rules.keepaliveRole, 'outbound sends a KEEP_ALIVE that answers none of inbound');
  }

  /** Nothing more comes of either side. */
  end(): void {
    this.#tellUnasked();
  }

  /** A later packet shows that an answer did not come in time; DISCONNECT "timeout" is what the specification asks for then. */
  #overdue({ id, name, direction, field }: Seen): void {
    const { messages } = this.#context;
    const now = this.#context.time(messages.frame(id));
    const says = name === 'DISCONNECT' && field !== undefined ? valueIn(field, 'reason') : undefined;
    const isTimeout = says === 'timeout' && direction !== this.#session.outbound;
    while (this.#keepalives.length > 0) {
      const waiting = this.#keepalives[0]!;
      const seconds = now - this.#context.time(messages.frame(waiting));
      if (!(seconds > keepaliveInterval)) break;
      this.#keepalives.shift();
      if (isTimeout || this.#isBlind) continue;
      const text = `no KEEP_ALIVE of outbound within ${seconds.toFixed(1)} s, and no DISCONNECT "timeout"`;
      this.#find(waiting, rules.keepaliveTimeout, text, messages.frame(id));
    }
    for (const questions of this.#questions) {
      while (questions.length > 0 && now - this.#context.time(messages.frame(questions[0]!)) > keepaliveInterval)
        this.#unanswered(questions.shift()!, id);
    }
  }

  #disconnect({ id, direction }: Seen): void {
    this.#disconnects[direction] ??= this.#context.messages.frame(id);
    this.#state = 'closed';
    for (const questions of this.#questions) for (const question of questions.splice(0)) this.#unanswered(question, id);
  }

  #unanswered(question: number, shownBy: number): void {
    if (this.#isBlind) return;
    this.#find(question, rules.unanswered, 'no NLIST_RES answers it', this.#context.messages.frame(shownBy));
  }

  #pair(question: number | undefined, answer: number): void {
    if (question === undefined) return;
    const { messages } = this.#context;
    factsOf(this.#context, question).answeredIn = messages.frame(answer);
    factsOf(this.#context, answer).answers = messages.frame(question);
  }

  #find(id: number, rule: Rule, text: string, ...frames: number[]): void {
    this.#context.messages.addFinding(id, rule, text, frames);
  }
}

export function other(direction: Direction): Direction {
  return direction === 0 ? 1 : 0;
}

export function factsOf({ messages }: ObserverContext<Facts>, id: number): Facts {
  const known = messages.facts.get(id);
  if (known !== undefined) return known;
  const facts: Facts = {};
  messages.facts.set(id, facts);
  return facts;
}
