import type { Analysis } from '../analysis/index.ts';
import { type SessionStep, type Step, step } from '../protocol/index.ts';
import { steppingLimits } from './limits.ts';

/** A session as a walk has found it. */
export interface WalkedSession {
  readonly part: SessionStep;
  /** `n` of its first and its last message. */
  readonly first: number;
  last: number;
  /** The state after its last message so far. */
  state: string;
}

/** A message as a step of its session. */
export interface WalkedStep extends Step {
  readonly session: WalkedSession;
}

/** Every session of a capture walked through once, in capture order: the state of any message is there at once afterwards. */
export class SessionWalk {
  #sessions = new Map<unknown, WalkedSession>();
  #steps: (WalkedStep | undefined)[] = [];

  /** A generator, so that others have their turn meanwhile. */
  static *of(analysis: Analysis): Generator<void, SessionWalk> {
    const walk = new SessionWalk();
    yield* walk.renew(analysis);
    return walk;
  }

  /** The messages of the capture are others now: keys came. */
  *renew(analysis: Analysis): Generator<void, void> {
    this.#sessions = new Map();
    this.#steps = [];
    for (let n = 0; n < analysis.messageCount; n++) {
      if (n % steppingLimits.slice === 0) yield;
      this.#add(analysis, n);
    }
  }

  /** None for a message of which its protocol knows no session. */
  step(n: number): WalkedStep | undefined {
    return this.#steps[n];
  }

  #add(analysis: Analysis, n: number): void {
    const part = analysis.part(n);
    if (part === undefined) {
      this.#steps.push(undefined);
      return;
    }
    let session = this.#sessions.get(part.session);
    if (session === undefined) {
      session = { part, first: n, last: n, state: part.machine.start };
      this.#sessions.set(part.session, session);
    }
    const { name, direction } = analysis.message(n);
    const walked = step(part.machine, session.state, { n, part, name, direction });
    session.last = n;
    session.state = walked.after;
    this.#steps.push({ ...walked, session });
  }
}
