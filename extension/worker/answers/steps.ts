/** Sessions step by step: states of both sides, and what was computed for a message. */
import type { SessionStep, SessionSteps, Step } from '../../../dissector/protocol/index.ts';
import { type ShownComputation, type ShownQuantity, shownComputations } from '../../../dissector/stepping/index.ts';
import { integer, part } from '../../wire/checks.ts';
import type { Row } from '../../wire/inspector.ts';
import type { Answers, Opened } from '../answer.ts';
import type { Capture } from '../capture.ts';
import { worst } from '../rows.ts';

/** A session that can be stepped through. */
export interface SessionView {
  /** `n` of its first message, which names it. */
  readonly first: number;
  readonly title: string;
  readonly protocol: string;
  /** The number of its conversation. */
  readonly conversation: number;
  readonly endpoints: readonly [opener: string, answerer: string];
  readonly steps: number;
}

export interface StepView {
  readonly n: number;
  readonly frame: number;
  readonly message: string;
  readonly by: 'opener' | 'answerer';
  /** States of the session's machine around it, by id. */
  readonly before: string;
  readonly after: string;
  readonly allowed: boolean;
  readonly state: Row['state'];
  readonly severity?: Row['severity'];
}

/** A state in words, and as each side sees it where the specification gives each its own. */
export interface StateView {
  readonly id: string;
  readonly words: string;
  readonly sides?: readonly [opener: string, answerer: string];
}

export type QuantityView = ShownQuantity;
export type ComputationView = ShownComputation;

export type StepsQuestions = {
  /** The sessions of the capture, in the order in which they begin; `more` is true when some are left out. */
  sessions: {
    params: Record<never, never>;
    result: { sessions: readonly SessionView[]; more: boolean; ready: boolean; generation: number };
  };
  /** Steps of the session that message `n` belongs to, from step `start` on; `at` is the step of `n`. */
  steps: {
    params: { n: number; start: number; count: number };
    result: { session?: SessionView; states: readonly StateView[]; steps: readonly StepView[]; at: number; generation: number };
  };
  /** What both sides compute for a message; secrets only with `reveal`. */
  compute: { params: { n: number; reveal: boolean }; result: { computations: readonly ComputationView[] } };
};

const MOST_SESSIONS = 1000;

export function answers({ capture }: Opened): Answers<StepsQuestions> {
  const stepping = new Stepping(capture);
  return {
    sessions: { read: () => ({}), answer: () => stepping.sessions() },
    steps: {
      read: (given) => ({ n: integer(given.n, 'n', 0), ...part(given) }),
      answer: (params) => stepping.steps(params),
    },
    compute: {
      read: ({ n, reveal }) => ({ n: integer(n, 'n', 0), reveal: reveal === true }),
      answer: (params) => stepping.compute(params),
    },
  };
}

class Stepping {
  readonly #capture: Capture;
  #sessions: { readonly of: number; readonly all: readonly SessionView[] } | undefined;
  /** The session that was asked for last: its steps are asked for part by part. */
  #walked: { readonly of: number; readonly session: SessionSteps; readonly members: ReadonlyMap<number, number> } | undefined;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  sessions(): StepsQuestions['sessions']['result'] {
    const { generation, done: ready } = this.#capture;
    if (!ready) return { sessions: [], more: false, ready, generation };
    if (this.#sessions?.of !== generation) this.#sessions = { of: generation, all: this.#find() };
    const { all } = this.#sessions;
    return { sessions: all.slice(0, MOST_SESSIONS), more: all.length > MOST_SESSIONS, ready, generation };
  }

  steps({ n, start, count }: StepsQuestions['steps']['params']): StepsQuestions['steps']['result'] {
    const { analysis, generation } = this.#capture;
    const known = n < analysis.messageCount ? this.#walk(n) : undefined;
    if (known === undefined) return { states: [], steps: [], at: -1, generation };
    const { session, members } = known;
    const { machine, steps } = session;
    const states = Object.entries(machine.states).map(
      ([id, words]): StateView => ({ id, words, ...(machine.sides === undefined ? {} : { sides: machine.sides[id]! }) }),
    );
    const first = steps[0]!.n;
    return {
      session: { ...this.#view(first, analysis.part(first)!), title: session.title, steps: steps.length },
      states,
      steps: steps.slice(start, start + count).map((step) => this.#step(step)),
      at: members.get(n) ?? -1,
      generation,
    };
  }

  compute({ n, reveal }: StepsQuestions['compute']['params']): StepsQuestions['compute']['result'] {
    const { analysis } = this.#capture;
    if (n >= analysis.messageCount) return { computations: [] };
    return { computations: shownComputations(analysis, n, reveal) };
  }

  #walk(n: number) {
    const { analysis, generation } = this.#capture;
    const before = this.#walked;
    if (before?.of === generation && before.members.has(n)) return before;
    const session = analysis.steps(n);
    if (session === undefined) return undefined;
    this.#walked = { of: generation, session, members: new Map(session.steps.map((step, at) => [step.n, at])) };
    return this.#walked;
  }

  #find(): SessionView[] {
    const { analysis } = this.#capture;
    const found = new Map<unknown, { first: number; part: SessionStep; steps: number }>();
    for (let n = 0; n < analysis.messageCount; n++) {
      const part = analysis.part(n);
      if (part === undefined) continue;
      const known = found.get(part.session);
      if (known === undefined) found.set(part.session, { first: n, part, steps: 1 });
      else known.steps++;
    }
    return [...found.values()].map(({ first, part, steps }) => ({ ...this.#view(first, part), steps }));
  }

  #view(first: number, { title, opener }: SessionStep): SessionView {
    const { protocol, conversation } = this.#capture.analysis.message(first);
    const [a, b] = conversation.endpoints;
    return {
      ...{ first, title, protocol: protocol.id, conversation: conversation.id },
      ...{ endpoints: opener === 0 ? [a, b] : [b, a], steps: 0 },
    };
  }

  #step({ n, by, before, after, allowed }: Step): StepView {
    const { frame, name, state, findings } = this.#capture.analysis.message(n);
    const severity = worst(findings);
    return { n, frame, message: name, by, before, after, allowed, state, ...(severity === undefined ? {} : { severity }) };
  }
}
