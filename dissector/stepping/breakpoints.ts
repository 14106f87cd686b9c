import type { Analysis } from '../analysis/index.ts';
import { equalBytes, type Value } from '../bytes/index.ts';
import type { Finding } from '../protocol/index.ts';
import { type Breakpoint, BreakpointMaker, type BreakpointWish, type SetBreakpoint, stopping } from './counted.ts';
import type { Condition, Evaluator } from './evaluator.ts';
import type { SessionWalk } from './sessionwalk.ts';
import type { Timeline } from './timeline.ts';
import { type Watch, watchedName } from './watch.ts';

/** Kinds of messages that stop whatever their place, as a client offers them. */
export const exceptionKinds = [
  { id: 'error', label: 'Findings: Errors', description: 'Stops at a message that breaks a rule of severity error.' },
  { id: 'warning', label: 'Findings: Warnings', description: 'Stops at a message that breaks a rule of severity warning.' },
  { id: 'note', label: 'Findings: Notes', description: 'Stops at a message with a finding of severity note.' },
  { id: 'encrypted', label: 'Encrypted Messages', description: 'Stops at a message that no key decrypts.' },
  { id: 'undecoded', label: 'Undecodable Messages', description: 'Stops at a message that is malformed or not whole.' },
] as const;
export type ExceptionKind = (typeof exceptionKinds)[number]['id'];

/** Why a message stops a run. */
export interface Hit {
  readonly reason: 'breakpoint' | 'function breakpoint' | 'data breakpoint' | 'exception';
  /** Ids of the breakpoints. */
  readonly ids: readonly number[];
  /** In words, where the reason alone does not say it. */
  readonly text?: string;
  readonly exception?: { readonly kind: ExceptionKind; readonly finding?: Finding };
}

type Line = Breakpoint<Condition> & { readonly n: number };
type Function = Breakpoint<Condition> & { readonly text: string; readonly filter: Condition };
type Data = Breakpoint<Condition> & { readonly watch: Watch };
type Exception = { readonly kind: ExceptionKind; readonly condition: Condition | undefined };

/** All breakpoints of a debug session of a capture; asked about one message at a time. */
export class Breakpoints {
  readonly #analysis: Analysis;
  readonly #timeline: Timeline;
  readonly #walk: SessionWalk;
  readonly #evaluator: Evaluator;
  readonly #log: (text: string, n: number) => void;
  /** Those on lines, by the source that they were set in. */
  readonly #lines = new Map<string, readonly Line[]>();
  #atMessage = new Map<number, Line[]>();
  #functions: readonly Function[] = [];
  #data: readonly Data[] = [];
  #exceptions: readonly Exception[] = [];
  readonly #maker: BreakpointMaker<Condition>;

  constructor(
    analysis: Analysis,
    { timeline, walk, evaluator }: { readonly timeline: Timeline; readonly walk: SessionWalk; readonly evaluator: Evaluator },
    log: (text: string, n: number) => void,
  ) {
    this.#analysis = analysis;
    this.#timeline = timeline;
    this.#walk = walk;
    this.#evaluator = evaluator;
    this.#maker = new BreakpointMaker((text) => evaluator.condition(text));
    this.#log = log;
  }

  /** In the place of those of a source. */
  setLines(source: string, wanted: readonly (BreakpointWish & { readonly n: number | undefined })[]): SetBreakpoint[] {
    const lines: Line[] = [];
    const set = wanted.map(({ n, ...wish }) => {
      if (n === undefined) return this.#maker.refused('no message stands here');
      return this.#maker.make(wish, (breakpoint) => void lines.push({ ...breakpoint, n }));
    });
    this.#lines.set(source, lines);
    this.#index();
    return set;
  }

  /** The messages have other numbers now: `to` gives that of one, or none where it is there no more. */
  renumber(to: (n: number) => number | undefined): void {
    for (const [source, lines] of this.#lines)
      this.#lines.set(
        source,
        lines.flatMap((line) => {
          const n = to(line.n);
          return n === undefined ? [] : [{ ...line, n }];
        }),
      );
    this.#index();
  }

  #index(): void {
    this.#atMessage = new Map();
    for (const line of [...this.#lines.values()].flat()) {
      const beside = this.#atMessage.get(line.n);
      if (beside === undefined) this.#atMessage.set(line.n, [line]);
      else beside.push(line);
    }
  }

  /** Function breakpoints: each is a display filter. */
  setFunctions(wanted: readonly (BreakpointWish & { readonly filter: string })[]): SetBreakpoint[] {
    const functions: Function[] = [];
    const set = wanted.map(({ filter: text, ...wish }) => {
      const filter = this.#evaluator.condition(text);
      if (typeof filter === 'string') return this.#maker.refused(filter);
      return this.#maker.make(wish, (breakpoint) => void functions.push({ ...breakpoint, text, filter }));
    });
    this.#functions = functions;
    return set;
  }

  /** Data breakpoints: each stops where a value is another one than before. */
  setData(wanted: readonly (BreakpointWish & { readonly watch: Watch | undefined })[]): SetBreakpoint[] {
    const data: Data[] = [];
    const set = wanted.map(({ watch, ...wish }) => {
      if (watch === undefined) return this.#maker.refused('nothing of this name can change');
      return this.#maker.make(wish, (breakpoint) => void data.push({ ...breakpoint, watch }));
    });
    this.#data = data;
    return set;
  }

  /** What stops wherever it is. */
  setExceptions(wanted: readonly { readonly kind: ExceptionKind; readonly condition?: string }[]): SetBreakpoint[] {
    const exceptions: Exception[] = [];
    const set = wanted.map(({ kind, condition: text }) => {
      const wish = text === undefined ? {} : { condition: text };
      return this.#maker.make(wish, ({ condition }) => void exceptions.push({ kind, condition }));
    });
    this.#exceptions = exceptions;
    return set;
  }

  /** Why a run stops at a message; log points are written on the way. */
  look(n: number): Hit | undefined {
    const exception = this.#exception(n);
    const lines = this.#counted(this.#atMessage.get(n) ?? [], n);
    const functions = this.#counted(this.#functions, n, ({ filter }) => filter.holds(n));
    const changes = new Map<Data, string>();
    const data = this.#counted(this.#data, n, (each) => {
      const change = this.#change(each.watch, n);
      if (change !== undefined) changes.set(each, change);
      return change !== undefined;
    });
    if (exception !== undefined) return exception;
    const ids = [...lines, ...functions, ...data].map(({ id }) => id);
    if (lines.length > 0) return { reason: 'breakpoint', ids };
    if (functions.length > 0) return { reason: 'function breakpoint', ids, text: functions[0]!.text };
    return data.length > 0 ? { reason: 'data breakpoint', ids, text: changes.get(data[0]!)! } : undefined;
  }

  #counted<B extends Breakpoint<Condition>>(all: readonly B[], n: number, isMet?: (each: B) => boolean): B[] {
    return stopping<Condition, B>(all, {
      ...(isMet === undefined ? {} : { isMet }),
      holds: (condition) => condition.holds(n),
      log: (message) => this.#log(this.#evaluator.written(message, n), n),
    });
  }

  #exception(n: number): Hit | undefined {
    if (this.#exceptions.length === 0) return undefined;
    const { findings, state } = this.#analysis.message(n);
    for (const { kind, condition } of this.#exceptions) {
      const finding = findings.find(({ severity }) => severity === kind);
      const isState =
        kind === 'encrypted' ? state === kind : kind === 'undecoded' && state !== 'decoded' && state !== 'encrypted';
      if ((finding === undefined && !isState) || condition?.holds(n) === false) continue;
      const text = finding?.text ?? (kind === 'encrypted' ? 'No key decrypts the message' : `The message is ${state}`);
      return { reason: 'exception', ids: [], text, exception: { kind, ...(finding === undefined ? {} : { finding }) } };
    }
    return undefined;
  }

  /** What changed with a message, in words; undefined where nothing did. */
  #change(watch: Watch, n: number): string | undefined {
    if (watch.kind === 'state') {
      const step = this.#walk.step(n);
      if (step === undefined || step.session.first !== watch.session || step.before === step.after) return undefined;
      return `The state changes from ${step.before} to ${step.after}`;
    }
    const { conversation, direction } = this.#analysis.message(n);
    if (conversation.id !== watch.conversation || direction !== watch.direction) return undefined;
    const now = this.#values(watch.field, n);
    if (now === undefined) return undefined;
    const name = watchedName(watch);
    for (let at = this.#timeline.before(conversation.id, n); at !== undefined; at = this.#timeline.before(conversation.id, at)) {
      if (this.#analysis.message(at).direction !== direction) continue;
      const before = this.#values(watch.field, at);
      if (before === undefined) continue;
      return isSame(before, now)
        ? undefined
        : `${name} changes from ${this.#text(watch.field, at)} to ${this.#text(watch.field, n)}`;
    }
    return `${name} is ${this.#text(watch.field, n)} for the first time`;
  }

  #text(field: string, n: number): string {
    const evaluated = this.#evaluator.evaluate(field, n);
    return 'problem' in evaluated ? evaluated.problem : evaluated.text;
  }

  /** Undefined where the message has no such field. */
  #values(field: string, n: number): readonly Value[] | undefined {
    const values = this.#evaluator.values(field, n) ?? [];
    return values.length === 0 ? undefined : values.map((value) => (value instanceof Uint8Array ? value.slice() : value));
  }
}

function isSame(some: readonly Value[], others: readonly Value[]): boolean {
  return (
    some.length === others.length &&
    some.every((value, at) => {
      const other = others[at]!;
      return value instanceof Uint8Array && other instanceof Uint8Array ? equalBytes(value, other) : value === other;
    })
  );
}
