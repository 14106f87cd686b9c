/** Sections of a packet script as what is debugged: they run in this process, and stop where the stepper says so. */
import { basename } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Protocol } from '../../dissector/protocol/index.ts';
import type { Section, Statement } from '../../dissector/script/index.ts';
import { evaluateExpression, isTrue } from '../../dissector/script/index.ts';
import { type ScriptGo, type ScriptHit, ScriptPlaces, ScriptStepper } from '../../dissector/stepping/index.ts';
import type { Mended, SectionFailure } from '../node/scripts/failure.ts';
import { runSection, type ScriptOptions, type SectionResult } from '../node/scripts/run.ts';
import type { RunView, Stage } from '../node/scripts/stages.ts';
import { References } from './references.ts';
import {
  type Answer,
  type Arguments,
  argumentsOf,
  type Handlers,
  integer,
  integerIn,
  Late,
  Refusal,
  recordsIn,
  text,
  textIn,
  textsIn,
} from './requests.ts';
import { scopes, variables } from './scopes.ts';
import { ScriptConsole } from './scriptconsole.ts';
import { type ScriptException, ScriptExceptions } from './scriptexceptions.ts';
import { scriptValues } from './scriptinlinevalues.ts';
import { ScriptScene } from './scriptscene.ts';
import type { Client, Target } from './target.ts';

const THREAD = 1;
const MOST_BREAKPOINTS = 1_000;
/** Characters of values that are written into a line of the Debug Console. */
const SHOWN_REMEDY = 200;

/** A section, and its place among those of the script. */
export interface PlacedSection extends Section {
  readonly place: number;
}

export interface DebuggedScript {
  readonly path: string;
  readonly text: string;
  readonly sections: readonly PlacedSection[];
  readonly stopOnEntry: boolean;
  /** It stops there the first time, as at a breakpoint. */
  readonly stopAtLine?: number;
  readonly options: Omit<ScriptOptions, 'onlooker' | 'signal'>;
  readonly protocols: readonly Protocol[];
  /** What is sent and received goes there. */
  readonly traffic?: ScriptTraffic;
}

/** Where the traffic of the sections goes, one after the other. */
export interface ScriptTraffic {
  /** A section begins: what was there before is gone. */
  begin(): void;
  /** The next block (pcapng), and whether it is a frame. */
  write(bytes: Uint8Array, isFrame: boolean): void;
  /** The script stands still: all by now is shown, the newest frame first. */
  stand(): void;
  end(): void;
}

export class ScriptTarget implements Target {
  readonly handlers: Handlers;
  readonly #script: DebuggedScript;
  readonly #client: Client;
  readonly #stepper: ScriptStepper;
  readonly #references = new References();
  readonly #exceptions = new ScriptExceptions();
  readonly #console: ScriptConsole;
  readonly #abort = new AbortController();
  /** Sections that run now, one after the other; the end waits for them. */
  #running: Promise<void> = Promise.resolve();
  #view: RunView | undefined;
  #section: PlacedSection | undefined;
  #scene: ScriptScene | undefined;
  #exception: ScriptException | undefined;
  /** Lets it go on from where it stands. */
  #leave: (() => void) | undefined;
  #isPauseAsked = false;
  #isRevealed = false;

  constructor(script: DebuggedScript, client: Client) {
    this.#script = script;
    this.#client = client;
    const statements = [...new Set(script.sections.flatMap((section) => section.statements))];
    this.#stepper = new ScriptStepper(new ScriptPlaces(script.text, statements), script.stopOnEntry, script.stopAtLine);
    this.#console = new ScriptConsole(script.protocols, (isRevealed) => this.#reveal(isRevealed));
    this.handlers = this.#handlers();
  }

  async end(): Promise<void> {
    this.#stop();
    await this.#running;
  }

  #handlers(): Handlers {
    const go = (how: ScriptGo) => (): Answer => this.#go(how);
    return {
      configurationDone: () => this.#begin(),
      setBreakpoints: (given) => this.#setLines(given),
      setFunctionBreakpoints: (given) => unsupported(given, 'Function breakpoints are of captures.'),
      setDataBreakpoints: (given) => unsupported(given, 'Data breakpoints are of captures.'),
      setExceptionBreakpoints: (given) =>
        this.#exceptions.set(textsIn(given, 'filters'), recordsIn(given, 'filterOptions', MOST_BREAKPOINTS)),
      dataBreakpointInfo: () => ({ dataId: null, description: 'Data breakpoints are of captures.' }),
      breakpointLocations: (given) => this.#locations(given),
      threads: () => ({ threads: [{ id: THREAD, name: this.#section?.title || basename(this.#script.path) }] }),
      stackTrace: (given) => this.#stack(given),
      scopes: (given) => scopes(this.#references, given),
      variables: (given) => variables(this.#references, given),
      setVariable: (given) => this.#setVariable(given),
      source: () => ({ content: this.#script.text }),
      loadedSources: () => ({ sources: [this.#source] }),
      readMemory: (given) => this.#standing().readMemory(given),
      writeMemory: (given) => this.#writeMemory(given),
      evaluate: (given) => this.#evaluate(given),
      completions: (given) => ({ targets: this.#console.completions(this.#view, text(given, 'text'), integer(given, 'column')) }),
      exceptionInfo: () => this.#exceptionInfo(),
      continue: () => {
        this.#go('on');
        return { allThreadsContinued: true };
      },
      next: go('over'),
      stepIn: go('in'),
      stepOut: go('out'),
      stepBack: () => refuse('What was sent cannot be taken back: a script goes forward only.'),
      reverseContinue: () => refuse('What was sent cannot be taken back: a script goes forward only.'),
      gotoTargets: () => ({ targets: [] }),
      pause: () => {
        this.#isPauseAsked = true;
        return undefined;
      },
      peerscopeInlineValues: (given) => this.#inlineValues(given),
      peerscopeReveal: ({ on }) => void this.#reveal(on !== false),
    };
  }

  /** Runs the sections one after the other, and ends the session with them. */
  #begin(): undefined {
    const { signal } = this.#abort;
    // A client cannot step back here, whatever was said before anything was launched; and where it begins again, it launches the script
    // as that stands then.
    this.#client.event('capabilities', {
      capabilities: {
        ...{ supportsStepBack: false, supportsRestartRequest: false },
        ...{ supportsSetVariable: true, supportsWriteMemoryRequest: true },
      },
    });
    this.#running = this.#run(signal).then((failed) => {
      if (signal.aborted) return;
      this.#client.event('exited', { exitCode: failed ? 1 : 0 });
      this.#client.event('terminated');
    });
  }

  async #run(signal: AbortSignal): Promise<boolean> {
    let isFailed = false;
    for (const section of this.#script.sections) {
      this.#section = section;
      const { options, traffic } = this.#script;
      traffic?.begin();
      const result = await runSection(section, {
        ...options,
        signal,
        ...(traffic === undefined ? {} : { recorded: traffic.write }),
        onlooker: {
          started: (view) => {
            this.#view = view;
          },
          at: (stage) => this.#at(stage),
          waits: () => this.#waits(),
          failed: (failure, statement) => this.#failed(failure, statement),
        },
      });
      this.#view = undefined;
      traffic?.end();
      if (signal.aborted) return isFailed;
      isFailed ||= result.failure !== undefined;
      this.#tell(result);
    }
    return isFailed;
  }

  #tell({ title, seconds, failure }: SectionResult): void {
    const name = title === '' ? basename(this.#script.path) : title;
    this.#client.event('peerscopeResult', { title, seconds, ...(failure === undefined ? {} : { failure }), ...this.#where });
    if (failure === undefined) this.#client.output(`passed  ${name} (${seconds.toFixed(1)} s)`);
    else
      this.#client.output(
        `failed  ${name} (${seconds.toFixed(1)} s)\n        line ${this.#stepper.places.lineOf(failure.at)}: ${failure.text}`,
        'stderr',
      );
  }

  /** What an event about a section is about: the script as it runs, and the place of the section in it. */
  get #where(): { readonly script: string; readonly section: number } {
    return { script: this.#script.text, section: this.#section?.place ?? 0 };
  }

  #stop(): void {
    this.#abort.abort();
    this.#goOn();
  }

  async #at(stage: Stage): Promise<void> {
    const scene = new ScriptScene(this.#view!, stage);
    // What travels in the clear is not encrypted: there is nothing to look at.
    if (stage.kind === 'encryption' && !scene.isEncrypted) return;
    const exception = this.#exceptions.look(stage, this.#view!);
    const hit = this.#look(stage, scene);
    if (exception !== undefined) return this.#standAt(scene, { reason: 'exception', ids: [], text: exception.text }, exception);
    if (hit !== undefined) return this.#standAt(scene, hit);
    if (this.#isPauseAsked && stage.kind === 'statement') await this.#standAt(scene, { reason: 'pause', ids: [] });
    this.#scene = scene;
  }

  #look(stage: Stage, scene: ScriptScene): ScriptHit | undefined {
    const { kind, depth, statement } = stage;
    const start = kind === 'field' ? stage.field.start : statement.start;
    const place = kind === 'field' || kind === 'statement' ? kind : 'inside';
    return this.#stepper.look(
      { kind: place, start, depth },
      {
        // A condition that cannot be evaluated here does not hold: names may come later.
        holds: (condition) => attempt(() => isTrue(evaluateExpression(condition, scene.scope).value)) ?? false,
        log: (message) => this.#client.output(this.#console.written(message, scene)),
      },
    );
  }

  /** While it waits for something: where it stands does not change, and somebody may want to look at it. */
  async #waits(): Promise<void> {
    if (!this.#isPauseAsked || this.#scene === undefined) return;
    await this.#standAt(this.#scene, { reason: 'pause', ids: [] });
  }

  async #failed(failure: SectionFailure, statement: Statement | undefined): Promise<void> {
    if (!this.#exceptions.stopsAtFailures || statement === undefined || this.#view === undefined) return;
    const scene = new ScriptScene(this.#view, { kind: 'statement', statement, depth: 0, rounds: '' });
    const { text: why, at } = failure;
    const line = this.#stepper.places.lineOf(at);
    const exception = { id: 'failure', text: `line ${line}: ${why}`, detail: 'The statement does not hold.' };
    this.#client.event('peerscopeFailure', { failure, ...this.#where });
    if (failure.mended !== undefined) this.#client.output(this.#remedy(failure.mended));
    await this.#standAt(scene, { reason: 'exception', ids: [], text: exception.text }, exception);
  }

  /** How the script expects what came, for whoever reads the Debug Console. */
  #remedy({ start, end, text: came }: Mended): string {
    const line = this.#stepper.places.lineOf(start);
    const said = this.#script.text.slice(start, end);
    const isShort = said.length + came.length <= SHOWN_REMEDY;
    return `line ${line}: to expect what came, write ${isShort ? `${came} in the place of ${said}` : 'it in the place of this value'}`;
  }

  /** Stands still until the client lets it go on; meanwhile no clock of the section runs. */
  async #standAt(
    scene: ScriptScene,
    { reason, ids, text: why }: { readonly reason: string; readonly ids: readonly number[]; readonly text?: string },
    exception?: ScriptException,
  ): Promise<void> {
    const view = this.#view;
    if (view === undefined || this.#abort.signal.aborted) return;
    view.freeze(true);
    this.#isPauseAsked = false;
    this.#scene = scene;
    this.#exception = exception;
    this.#stepper.stand(scene.stage.depth);
    this.#references.clear();
    this.#script.traffic?.stand();
    const left = new Promise<void>((resolve) => {
      this.#leave = resolve;
    });
    this.#client.event('stopped', {
      ...{ reason, threadId: THREAD, allThreadsStopped: true },
      ...(why === undefined ? {} : { description: why, text: why }),
      ...(ids.length === 0 ? {} : { hitBreakpointIds: [...ids] }),
    });
    await left;
    view.freeze(false);
  }

  #go(how: ScriptGo): undefined {
    if (this.#leave === undefined) throw new Refusal('The script runs: pause it first.');
    this.#stepper.goOn(how);
    this.#references.clear();
    this.#goOn();
  }

  #goOn(): void {
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
  }

  #standing(): ScriptScene {
    if (this.#leave === undefined || this.#scene === undefined) throw new Late('The script runs: pause it first.');
    return this.#scene;
  }

  get #source(): DebugProtocol.Source {
    return { name: basename(this.#script.path), path: this.#script.path };
  }

  #setLines(given: Arguments): Answer {
    const path = textIn(argumentsOf(given.source), 'path');
    const wanted = recordsIn(given, 'breakpoints', MOST_BREAKPOINTS).map((each) => {
      const [condition, hitCondition, logMessage] = ['condition', 'hitCondition', 'logMessage'].map((name) => textIn(each, name));
      return {
        line: integer(each, 'line'),
        ...(condition === undefined ? {} : { condition }),
        ...(hitCondition === undefined ? {} : { hitCondition }),
        ...(logMessage === undefined ? {} : { logMessage }),
      };
    });
    if (path !== this.#script.path)
      return { breakpoints: wanted.map(() => ({ verified: false, message: 'This script does not run in this session.' })) };
    const breakpoints = this.#stepper.setLines(wanted).map(({ id, problem, place }) => ({
      ...{ id, verified: problem === undefined },
      ...(problem === undefined ? {} : { message: problem }),
      ...(place === undefined ? {} : { line: place.line }),
    }));
    return { breakpoints };
  }

  #locations(given: Arguments): Answer {
    const first = integer(given, 'line');
    const last = integerIn(given, 'endLine') ?? first;
    const found = this.#stepper.places.all.filter(({ line }) => line >= first && line <= last);
    return { breakpoints: found.map(({ line }) => ({ line })) };
  }

  #stack(given: Arguments): Answer {
    const levels = this.#standing().levels(this.#isRevealed, this.#section?.title ?? '');
    const start = Math.max(0, integerIn(given, 'startFrame') ?? 0);
    const count = integerIn(given, 'levels') || levels.length;
    const stackFrames = levels.slice(start, start + count).map(
      ({ at, ...level }): DebugProtocol.StackFrame => ({
        ...{ id: this.#references.frame({ n: 0, level: { kind: 'message', ...level } }), name: level.name },
        ...{ line: this.#stepper.places.lineOf(at), column: 1, source: this.#source },
      }),
    );
    return { stackFrames, totalFrames: levels.length };
  }

  #inlineValues(given: Arguments): Answer {
    const scene = this.#standing();
    const { statement: at, kind } = scene.stage;
    const standing = {
      ...{ statements: this.#section?.statements ?? [], at, isInside: kind !== 'statement' },
      lineOf: (offset: number) => this.#stepper.places.lineOf(offset),
      value: (expression: string) => this.#console.value(expression, scene, this.#isRevealed),
    };
    return { values: scriptValues(standing, integer(given, 'line'), integer(given, 'endLine')) };
  }

  /** Another value of a message that is not sent yet. */
  #setVariable(given: Arguments): Answer {
    const [reference, name, value] = [integer(given, 'variablesReference'), text(given, 'name'), text(given, 'value')];
    const shown = this.#references.variables(reference).find((each) => each.name === name);
    if (shown?.set === undefined) throw new Refusal('Only a message that is not sent yet can be changed.');
    shown.set(value);
    this.#client.event('invalidated', { areas: ['variables'] });
    const now = this.#references.variables(reference).find((each) => each.name === name);
    return { value: now?.value ?? '', variablesReference: 0 };
  }

  #writeMemory(given: Arguments): Answer {
    const bytesWritten = this.#standing().writeMemory(given);
    this.#client.event('invalidated', { areas: ['variables'] });
    return { bytesWritten };
  }

  async #evaluate(given: Arguments): Promise<Answer> {
    const typed = text(given, 'expression');
    const isConsole = given.context === 'repl';
    const result = await this.#console.evaluate(typed, this.#standing(), isConsole, this.#isRevealed);
    // A statement of the console may have changed everything.
    if (result.hasActed) {
      this.#references.clear();
      this.#script.traffic?.stand();
      this.#client.event('invalidated', { areas: ['all'] });
    }
    return { result: result.text, variablesReference: 0 };
  }

  #exceptionInfo(): Answer {
    if (this.#exception === undefined) throw new Refusal('The script does not stand at an exception.');
    const { id, text: why, detail } = this.#exception;
    return {
      exceptionId: id,
      description: why,
      breakMode: 'always',
      details: { message: why, typeName: id, fullTypeName: detail },
    };
  }

  #reveal(isRevealed: boolean): void {
    this.#isRevealed = isRevealed;
    this.#references.clear();
    this.#client.event('invalidated', { areas: ['all'] });
  }
}

function unsupported(given: Arguments, message: string): Answer {
  return { breakpoints: recordsIn(given, 'breakpoints', MOST_BREAKPOINTS).map(() => ({ verified: false, message })) };
}

function refuse(sentence: string): never {
  throw new Refusal(sentence);
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
