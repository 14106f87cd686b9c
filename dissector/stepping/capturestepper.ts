import type { Analysis } from '../analysis/index.ts';
import { equalBytes } from '../bytes/index.ts';
import { compileFilter, FieldCatalog } from '../filter/index.ts';
import type { Derivation, Quantity } from '../protocol/index.ts';
import { Breakpoints, type Hit } from './breakpoints.ts';
import { Evaluator } from './evaluator.ts';
import { steppingLimits } from './limits.ts';
import { SessionWalk } from './sessionwalk.ts';
import { Timeline } from './timeline.ts';
import { Transcripts } from './transcript.ts';

/** A moment of a capture: a message, or one of the computations that both sides do for it (from 0); -1 at the message itself. */
export interface Position {
  readonly n: number;
  readonly computation: number;
}

/** Where a movement ended, and why. */
export interface Stop {
  readonly position: Position;
  /** `end`: nothing comes after it, or before it. */
  readonly reason: Hit['reason'] | 'entry' | 'step' | 'goto' | 'pause' | 'end';
  readonly text?: string;
  readonly ids: readonly number[];
  readonly exception?: Hit['exception'];
}

/** A movement: it gives others their turn at each `yield`, and may be left there, which leaves the position where it was. */
export type Movement = Generator<void, Stop>;

export interface StepperOptions {
  /** A display filter: only messages that match are stepped through. */
  readonly filter?: string;
  /** Takes what log points write. */
  log?(text: string, n: number): void;
}

interface Place {
  readonly frame: number;
  readonly index: number;
}

/** What a capture cannot be debugged for, a sentence. */
export interface CannotStep {
  readonly problem: string;
}

/**
 * A capture under a debugger. Time is the order of messages, and each message has the computations of both sides inside it; everything at
 * a position is computed from the capture again, so going back is the same as never having gone.
 */
export class CaptureStepper {
  readonly analysis: Analysis;
  readonly timeline: Timeline;
  readonly walk: SessionWalk;
  readonly evaluator: Evaluator;
  readonly transcripts: Transcripts;
  readonly breakpoints: Breakpoints;
  #position: Position;
  #computed: { readonly n: number; readonly derivations: readonly Derivation[] } | undefined;

  /** The analysis has ended. A generator, so that others have their turn meanwhile. */
  static *open(
    analysis: Analysis,
    { filter: text = '', log = () => {} }: StepperOptions = {},
  ): Generator<void, CaptureStepper | CannotStep> {
    const compiled = text.trim() === '' ? undefined : compileFilter(text, new FieldCatalog(analysis.protocols));
    if (compiled !== undefined && 'problem' in compiled)
      return { problem: `The filter cannot be used: ${compiled.problem.text}.` };
    const timeline = yield* Timeline.of(analysis, compiled?.filter);
    if (timeline.all.length === 0)
      return {
        problem: text.trim() === '' ? 'The capture has no message.' : 'The capture has no message that matches the filter.',
      };
    return new CaptureStepper(analysis, timeline, yield* SessionWalk.of(analysis), log);
  }

  private constructor(analysis: Analysis, timeline: Timeline, walk: SessionWalk, log: (text: string, n: number) => void) {
    this.analysis = analysis;
    this.timeline = timeline;
    this.walk = walk;
    this.evaluator = new Evaluator(analysis, walk);
    this.transcripts = new Transcripts(analysis, timeline);
    this.breakpoints = new Breakpoints(analysis, { timeline, walk, evaluator: this.evaluator }, log);
    this.#position = { n: timeline.all[0]!, computation: -1 };
  }

  get position(): Position {
    return this.#position;
  }

  /** The conversation in which the position is. */
  get conversation(): number {
    return this.analysis.message(this.#position.n).conversation.id;
  }

  /** What both sides compute for a message. */
  computations(n: number): readonly Derivation[] {
    if (this.#computed?.n !== n) this.#computed = { n, derivations: this.analysis.compute(n) };
    return this.#computed.derivations;
  }

  /**
   * Keys come: `change` makes the analysis observe again, and what was known of messages is made anew. The position and the breakpoints
   * stay at their messages, which may have other numbers then.
   */
  *renew(change: Generator<void, void>): Movement {
    const places = Array.from({ length: this.analysis.messageCount }, (_, n) => this.#placeOf(n));
    yield* change;
    this.#computed = undefined;
    yield* this.timeline.renew();
    yield* this.walk.renew(this.analysis);
    this.transcripts.forget();
    this.breakpoints.renumber((n) => this.#messageAt(places[n]!));
    const { all } = this.timeline;
    const n = this.#messageAt(places[this.#position.n]!) ?? 0;
    const at = all[Math.min(all.length - 1, Timeline.placeFrom(all, n))];
    if (at === undefined) throw new Error('No message matches the filter any more.');
    return this.#stop({ n: at, computation: -1 }, 'pause', 'Keys were added');
  }

  /** A message by its frame, and its place among those that the frame completes. */
  #placeOf(n: number): Place {
    const { frame } = this.analysis.message(n);
    let index = 0;
    while (n - index > 0 && this.analysis.message(n - index - 1).frame === frame) index++;
    return { frame, index };
  }

  #messageAt({ frame, index }: Place): number | undefined {
    const first = this.analysis.rowOfFrame('messages', frame);
    const n = first + index;
    return n < this.analysis.messageCount && this.analysis.message(n).frame === frame ? n : undefined;
  }

  /** The first message: where a session begins that stops on entry. */
  entry(): Stop {
    return this.#stop({ n: this.timeline.all[0]!, computation: -1 }, 'entry');
  }

  /** Somebody asked for it: the position stays. */
  pause(): Stop {
    return this.#stop(this.#position, 'pause');
  }

  /** Goes to a message, which is one of the timeline. */
  goTo(n: number): Stop {
    return this.#stop({ n, computation: -1 }, 'goto');
  }

  /** The next message of a conversation; inside a message, its next computation. */
  *stepOver(conversation: number): Movement {
    const inside = this.#inside(conversation);
    if (inside !== undefined && inside + 1 < this.computations(this.#position.n).length)
      return this.#stop({ n: this.#position.n, computation: inside + 1 }, 'step');
    return yield* this.#travelTo(this.timeline.after(conversation, this.#position.n), 'The conversation has no further message');
  }

  /** Into the computations of the message, one after the other; after the last one it is the next message. */
  *stepIn(conversation: number): Movement {
    const n = this.timeline.reached(conversation, this.#position.n);
    if (n !== this.#position.n || this.#position.computation >= 0 || this.computations(n).length === 0)
      return yield* this.stepOver(conversation);
    return this.#stop({ n, computation: 0 }, 'step');
  }

  /** Out of the computations, to the next message; out of the session, to the first message of the conversation behind it. */
  *stepOut(conversation: number): Movement {
    const { n } = this.#position;
    const end = 'The conversation has no further message';
    if (this.#inside(conversation) !== undefined) return yield* this.#travelTo(this.timeline.after(conversation, n), end);
    const own = this.timeline.reached(conversation, n);
    const step = own === undefined ? undefined : this.walk.step(own);
    const last = step === undefined ? undefined : this.timeline.reached(conversation, step.session.last);
    const beyond = last === undefined ? undefined : this.timeline.after(conversation, last);
    if (beyond !== undefined) return yield* this.#travelTo(beyond, end);
    const list = this.timeline.of(conversation);
    return yield* this.#travelTo(last !== undefined && last > n ? last : list[list.length - 1]!, end);
  }

  /**
   * One step back: the computation before, the message whose computation it is, or the message before. `finely`, a message is entered
   * from its end, by its last computation: the exact reverse of `stepIn`.
   */
  *stepBack(conversation: number, finely = false): Movement {
    const inside = this.#inside(conversation);
    if (inside !== undefined) return this.#stop({ n: this.#position.n, computation: inside - 1 }, 'step');
    const own = this.timeline.reached(conversation, this.#position.n);
    const before = own === undefined ? undefined : this.timeline.before(conversation, own);
    if (before === undefined) return yield* this.#travelTo(undefined, 'The conversation has no message before this one', true);
    const stop = yield* this.#travelTo(before, '', true);
    if (!finely || stop.reason !== 'step') return stop;
    return this.#stop({ n: before, computation: this.computations(before).length - 1 }, 'step');
  }

  /** On to the next message that a breakpoint stops, or to the last one. */
  *run(): Movement {
    const { all } = this.timeline;
    const hit = yield* this.#search(Timeline.placeFrom(all, this.#position.n + 1), all.length, 1);
    return hit ?? this.#stop({ n: all[all.length - 1]!, computation: -1 }, 'end', 'The capture ends here');
  }

  /** The first message, unless a breakpoint stops there or before: for a session that does not stop on entry. */
  *begin(): Movement {
    const hit = yield* this.#search(0, 1, 1);
    return hit ?? (yield* this.run());
  }

  /** Back to the message before that a breakpoint stops, or to the first one. */
  *runBack(): Movement {
    const { all } = this.timeline;
    const hit = yield* this.#search(Timeline.placeFrom(all, this.#position.n) - 1, -1, -1);
    return hit ?? this.#stop({ n: all[0]!, computation: -1 }, 'end', 'The capture begins here');
  }

  /** Back to the first computation of the session that gives a value, up to here; undefined where none does. */
  *runToOrigin(value: Uint8Array): Generator<void, Stop | undefined> {
    const session = this.walk.step(this.#position.n)?.session;
    if (session === undefined) return undefined;
    const at = yield* this.#computing(value, session.first, this.#position.n, ({ results }) => results);
    return at === undefined ? undefined : this.#stop(at, 'goto', 'The value is computed here for the first time');
  }

  /** On to the next computation of the session that a value goes into; undefined where none does. */
  *runToUse(value: Uint8Array): Generator<void, Stop | undefined> {
    const session = this.walk.step(this.#position.n)?.session;
    if (session === undefined) return undefined;
    const at = yield* this.#computing(value, this.#position.n, session.last, ({ inputs }) => inputs);
    return at === undefined ? undefined : this.#stop(at, 'goto', 'The value is used here');
  }

  /** The computation at the position, where that is in the conversation and inside a message. */
  #inside(conversation: number): number | undefined {
    return this.#position.computation >= 0 && this.conversation === conversation ? this.#position.computation : undefined;
  }

  *#computing(
    value: Uint8Array,
    first: number,
    last: number,
    quantities: (each: Derivation) => readonly Quantity[],
  ): Generator<void, Position | undefined> {
    const here = this.#position;
    const session = this.walk.step(here.n)!.session;
    for (let n = first; n <= last; n++) {
      yield;
      if (this.walk.step(n)?.session !== session) continue;
      const from = n === here.n && first === here.n ? here.computation + 1 : 0;
      const all = this.computations(n);
      for (let computation = from; computation < all.length; computation++) {
        const isThere = quantities(all[computation]!).some(
          (each) => each.value instanceof Uint8Array && equalBytes(each.value, value),
        );
        if (isThere) return { n, computation };
      }
    }
    return undefined;
  }

  /** To a message, unless a breakpoint stops before or there; `why` says why there is none. */
  *#travelTo(n: number | undefined, why: string, isBack = false): Movement {
    if (n === undefined) return this.#stop(this.#position, 'end', why);
    if (n === this.#position.n) return this.#stop({ n, computation: -1 }, 'end', why);
    const { all } = this.timeline;
    const [from, to] = [this.#position.n, n].map((each) => Timeline.placeFrom(all, each)) as [number, number];
    const hit = yield* isBack ? this.#search(from - 1, to - 1, -1) : this.#search(from + 1, to + 1, 1);
    return hit ?? this.#stop({ n, computation: -1 }, 'step');
  }

  /** The first message that a breakpoint stops, from one place of the timeline up to another, which is not looked at. */
  *#search(from: number, to: number, by: 1 | -1): Generator<void, Stop | undefined> {
    const { all } = this.timeline;
    for (let at = from; by === 1 ? at < to : at > to; at += by) {
      if (at % steppingLimits.slice === 0) yield;
      const hit = this.breakpoints.look(all[at]!);
      if (hit === undefined) continue;
      this.#position = { n: all[at]!, computation: -1 };
      return { position: this.#position, ...hit };
    }
    return undefined;
  }

  #stop(position: Position, reason: Stop['reason'], text?: string): Stop {
    this.#position = position;
    return { position, reason, ids: [], ...(text === undefined ? {} : { text }) };
  }
}
