import { advance, type Direction, type ObserverContext, type Rule } from '../../protocol/index.ts';
import { type Facts, factsOf } from './facts.ts';
import { machine, type PeerState } from './machine.ts';
import { rules } from './rules.ts';
import type { Session } from './session.ts';

export const window = 30;
/** 30 seconds less and more 20 % of tolerance. */
export const soonest = window * 0.8;
const latest = window * 1.2;

/** A side that should have closed the connection, and the frames that say why. */
interface Due {
  readonly rule: Rule;
  readonly why: string;
  readonly frame: number;
}

/** Holds a connection against the specification: order, pings and pongs, and closes that did not come. */
export class Conformance {
  readonly #context: ObserverContext<Facts>;
  readonly #session: Session;
  #state: PeerState = machine.start;
  /** Messages of the handshake that came before the one that they need. */
  #early: { id: number; waits: 'Init' | 'Ack'; text: string }[] = [];
  readonly #due: [Due | undefined, Due | undefined] = [undefined, undefined];
  readonly #dueAfterPings: [Due | undefined, Due | undefined] = [undefined, undefined];
  /** Up to which frame not all of a direction is known. */
  readonly #unknown: [number, number] = [0, 0];
  readonly #spoke: [boolean, boolean] = [false, false];
  readonly #lastPing: [number | undefined, number | undefined] = [undefined, undefined];
  /** Pings by identifier, of either side, and those that wait for a Pong, oldest first. */
  readonly #pings = new Map<string, number>();
  readonly #waiting: [Map<number, number>, Map<number, number>] = [new Map(), new Map()];

  constructor(context: ObserverContext<Facts>, session: Session) {
    this.#context = context;
    this.#session = session;
  }

  /** A message of any kind was sent: a side that should have closed has not. */
  sends(id: number, direction: Direction): void {
    this.#spoke[direction] = true;
    this.#goesOn(this.#due, id, direction);
  }

  /** An encrypted message is looked at, in its order, once a key is proven: which may be later than it was sent. */
  speaks(id: number, direction: Direction): void {
    this.#goesOn(this.#dueAfterPings, id, direction);
  }

  #goesOn(all: [Due | undefined, Due | undefined], id: number, direction: Direction): void {
    const due = all[direction];
    if (due === undefined) return;
    all[direction] = undefined;
    this.#find(id, due.rule, `${due.why}, and its receiver goes on instead of closing the connection`, due.frame);
  }

  /** An Init or Ack in clear. */
  hello(id: number, name: 'Init' | 'Ack', direction: Direction): void {
    const by = direction === this.#session.opener ? 'opener' : 'answerer';
    const next = advance(machine, this.#state, name, by);
    for (const { id: early, text } of this.#early.filter(({ waits }) => waits === name))
      this.#find(early, rules.order, text, this.#frame(id));
    this.#early = this.#early.filter(({ waits }) => waits !== name);
    if (next !== undefined) this.#state = next;
    else if (name === 'Ack' && by === 'answerer' && this.#state === 'init') {
      // The Init may have been missed by the capture: that it was not sent yet shows when it comes.
      this.#early.push({ id, waits: 'Init', text: 'the Ack comes before the Init that it answers' });
      this.#state = 'open';
    } else if (name === 'Init' && by === 'opener' && this.#state === 'open' && this.#session.init?.frame === this.#frame(id)) {
      // The Init of an Ack that came early.
    } else {
      const who = by === 'opener' ? 'the opener' : 'the other side';
      this.#find(id, rules.order, `${name} of ${who} is not allowed here: the connection ${machine.states[this.#state]}`);
    }
  }

  /** An encrypted frame, whether it opens or not. */
  sealed(id: number, direction: Direction): void {
    if (
      this.#state === 'ack' &&
      direction === this.#session.opener &&
      this.#early.length < this.#context.limits.findingsPerMessage
    )
      this.#early.push({ id, waits: 'Ack', text: 'an encrypted frame of the opener comes before the Ack' });
  }

  /** The receiver of an Init or Ack must close the connection now. */
  mustClose(id: number, sender: Direction): void {
    const frame = this.#frame(id);
    this.#due[other(sender)] ??= { rule: rules.notClosed, why: `the signature in frame ${frame} does not verify`, frame };
  }

  ping(id: number, direction: Direction, identifier: string): void {
    const before = this.#lastPing[direction];
    const seconds = before === undefined ? Number.NaN : this.#time(id) - this.#time(before);
    this.#lastPing[direction] = id;
    if (seconds >= 0 && seconds < soonest) {
      const text = `${seconds.toFixed(1)} s after the Ping before it; ${window} s are the least`;
      this.#find(id, rules.pingInterval, text, this.#frame(before!));
      const frame = this.#frame(id);
      const why = `a second Ping within ${window} s came in frame ${frame}`;
      this.#dueAfterPings[other(direction)] ??= { rule: rules.notClosedAfterPings, why, frame };
    }
    // A Pong cannot tell two Pings of one identifier apart: it answers both.
    const same = this.#pings.get(identifier);
    if (same !== undefined) this.#waiting[direction].delete(same);
    this.#pings.set(identifier, id);
    this.#waiting[direction].set(id, this.#time(id));
  }

  /** Whether a text names a Ping of the session. */
  knowsPing(identifier: string): boolean {
    return this.#pings.has(identifier);
  }

  pong(id: number, direction: Direction, pingId: string): void {
    const ping = this.#pings.get(pingId)!;
    // Nobody answers itself.
    if (this.#context.messages.direction(ping) === direction) return;
    this.#waiting[other(direction)].delete(ping);
    if (factsOf(this.#context, ping).answeredIn !== undefined) return;
    factsOf(this.#context, ping).answeredIn = this.#frame(id);
    factsOf(this.#context, id).answers = this.#frame(ping);
  }

  /** What a direction said up to a frame is not all known: a Pong may be among it. */
  uncertain(direction: Direction, frame: number): void {
    this.#unknown[direction] = Math.max(this.#context.place(frame), this.#unknown[direction]);
  }

  /** A packet of the conversation, of any kind, shows what did not come in time. */
  passes(frame: number): void {
    const now = this.#context.time(frame);
    for (const direction of [0, 1] as const) {
      if (!this.#spoke[other(direction)]) continue;
      const waiting = this.#waiting[direction];
      for (const [ping, time] of waiting) {
        if (!(now - time > latest)) break;
        waiting.delete(ping);
        if (this.#unknown[other(direction)] < this.#context.place(this.#frame(ping)))
          this.#find(ping, rules.pingUnanswered, `no Pong names it within ${window} s`, frame);
      }
    }
  }

  #frame(id: number): number {
    return this.#context.messages.frame(id);
  }

  #time(id: number): number {
    return this.#context.time(this.#frame(id));
  }

  #find(id: number, rule: Rule, text: string, ...frames: number[]): void {
    this.#context.messages.addFinding(id, rule, text, frames);
  }
}

function other(direction: Direction): Direction {
  return direction === 0 ? 1 : 0;
}
