/** A capture as what is debugged: requests of the client become movements and looks of the stepper. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { complete } from '../../dissector/filter/index.ts';
import {
  type CaptureStepper,
  type Movement,
  type Stop,
  stackAt,
  steppingLimits,
  transcriptValues,
} from '../../dissector/stepping/index.ts';
import type { KeyLog } from '../capture/keys.ts';
import { reasonOf } from '../capture/reason.ts';
import { CaptureBreakpoints } from './capturebreakpoints.ts';
import { CaptureConsole } from './captureconsole.ts';
import { readMemory } from './memory.ts';
import { inSlices, Movements } from './movements.ts';
import { References } from './references.ts';
import {
  type Answer,
  type Arguments,
  argumentsOf,
  type Handlers,
  integer,
  integerIn,
  Refusal,
  recordsIn,
  text,
} from './requests.ts';
import { scopes, variables } from './scopes.ts';
import type { Client, Target } from './target.ts';
import { TranscriptSources } from './transcriptsources.ts';

/** Key logs that one request brings. */
const MOST_LOGS = 1_000;

export interface CaptureTargetOptions {
  readonly stopOnEntry: boolean;
  /** Makes the analysis observe again with further keys; undefined where none of them is new. A generator, in slices. */
  addKeys(logs: readonly KeyLog[]): Generator<void, void> | undefined;
  /** The text of a key log. */
  readKeyLog(path: string): Promise<string>;
  /** Undoes what opening the capture took. */
  close(): void;
}

export class CaptureTarget implements Target {
  readonly handlers: Handlers;
  readonly #stepper: CaptureStepper;
  readonly #client: Client;
  readonly #options: CaptureTargetOptions;
  readonly #sources: TranscriptSources;
  readonly #references = new References();
  readonly #movements = new Movements();
  readonly #breakpoints: CaptureBreakpoints;
  readonly #console: CaptureConsole;
  #stop: Stop;
  #isRevealed = false;

  constructor(stepper: CaptureStepper, client: Client, options: CaptureTargetOptions) {
    this.#stepper = stepper;
    this.#client = client;
    this.#options = options;
    this.#stop = stepper.entry();
    this.#sources = new TranscriptSources(stepper);
    this.#breakpoints = new CaptureBreakpoints(stepper, this.#sources, this.#references);
    this.#console = new CaptureConsole(stepper, (isRevealed) => this.#reveal(isRevealed));
    this.handlers = this.#handlers();
  }

  end(): void {
    this.#movements.stop();
    this.#references.clear();
    this.#options.close();
  }

  #handlers(): Handlers {
    const stepper = this.#stepper;
    const move = (turns: (conversation: number, given: Arguments) => Movement) => (given: Arguments) =>
      this.#move(turns(conversationOf(given), given));
    return {
      ...this.#breakpoints.handlers,
      configurationDone: () => this.#begin(),
      restart: () => this.#begin(),
      threads: () => ({ threads: this.#threads() }),
      stackTrace: (given) => this.#stack(given),
      scopes: (given) => scopes(this.#references, given),
      variables: (given) => variables(this.#references, given),
      source: (given) => this.#source(given),
      loadedSources: () => ({ sources: this.#sources.all() }),
      readMemory: (given) => readMemory(stepper.analysis, given),
      evaluate: (given) => this.#evaluate(given),
      completions: (given) => this.#completions(given),
      exceptionInfo: () => this.#exceptionInfo(),
      continue: () => {
        this.#move(stepper.run());
        return { allThreadsContinued: true };
      },
      reverseContinue: () => this.#move(stepper.runBack()),
      next: move((conversation) => stepper.stepOver(conversation)),
      stepIn: move((conversation) => stepper.stepIn(conversation)),
      stepOut: move((conversation) => stepper.stepOut(conversation)),
      stepBack: move((conversation, { granularity }) => stepper.stepBack(conversation, granularity === 'instruction')),
      pause: () => this.#pause(),
      gotoTargets: (given) => this.#gotoTargets(given),
      goto: (given) => this.#goto(given),
      peerscopeInlineValues: (given) => this.#inlineValues(given),
      peerscopeKeys: (given) =>
        this.#addKeys(recordsIn(given, 'logs', MOST_LOGS).map((log) => ({ name: text(log, 'name'), text: text(log, 'text') }))),
      peerscopeReveal: ({ on }) => void this.#reveal(on !== false),
      peerscopeRunToOrigin: (given) => this.#follow(given, (value) => stepper.runToOrigin(value)),
      peerscopeRunToUse: (given) => this.#follow(given, (value) => stepper.runToUse(value)),
    };
  }

  #begin(): undefined {
    this.#movements.stop();
    const entry = this.#stepper.entry();
    this.#move(this.#options.stopOnEntry ? () => entry : this.#stepper.begin());
  }

  #move(turns: Movement | (() => Stop)): undefined {
    this.#movements.begin(
      turns,
      (stop) => this.#stopped(stop),
      (error) => this.#failed(error),
    );
  }

  #pause(): undefined {
    // It is answered first, as every movement is.
    if (this.#movements.stop()) this.#move(() => this.#stepper.pause());
  }

  #failed(error: unknown): void {
    this.#client.output(`The capture cannot be stepped through any further: ${reasonOf(error)}`, 'stderr');
    this.#stopped(this.#stepper.pause());
  }

  #stopped(stop: Stop): void {
    this.#stop = stop;
    this.#references.clear();
    const { reason, text: why, ids, position } = stop;
    const { frame } = this.#stepper.analysis.message(position.n);
    this.#client.event('stopped', {
      ...{ reason, threadId: threadOf(this.#stepper.conversation), allThreadsStopped: true },
      ...(why === undefined ? {} : { description: why, text: why }),
      ...(ids.length === 0 ? {} : { hitBreakpointIds: [...ids] }),
    } satisfies DebugProtocol.StoppedEvent['body']);
    this.#client.event('peerscopePosition', { n: position.n, frame });
  }

  /** Conversations that have begun, that of the position among them. */
  #threads(): readonly DebugProtocol.Thread[] {
    const { timeline, analysis, position, conversation: current } = this.#stepper;
    const begun = timeline.conversations.filter((id) => timeline.of(id)[0]! <= position.n);
    const shown = begun.length > steppingLimits.threads ? [...begun.slice(-steppingLimits.threads + 1), current] : begun;
    return [...new Set(shown)].map((id) => {
      const { endpoints } = analysis.conversations[id]!;
      const protocol = analysis.protocolOf(id)?.id ?? '';
      return { id: threadOf(id), name: `${protocol} ${endpoints[0]} ↔ ${endpoints[1]}` };
    });
  }

  #stack(given: Arguments): Answer {
    const conversation = conversationOf(given);
    const { timeline, position } = this.#stepper;
    const n = timeline.reached(conversation, position.n);
    if (n === undefined) return { stackFrames: [], totalFrames: 0 };
    // Another conversation stands at its last message.
    const at = n === position.n ? position : { n, computation: -1 };
    const levels = stackAt(this.#stepper, at, this.#isRevealed);
    const start = Math.max(0, integerIn(given, 'startFrame') ?? 0);
    const count = integerIn(given, 'levels') || levels.length;
    const place = this.#sources.place(n);
    const frames = levels.slice(start, start + count).map(
      (level): DebugProtocol.StackFrame => ({
        ...{ id: this.#references.frame({ n, level }), name: level.name, line: place.line, column: 1, source: place.source },
      }),
    );
    return { stackFrames: frames, totalFrames: levels.length };
  }

  #inlineValues(given: Arguments): Answer {
    const { n } = this.#references.frameOf(integer(given, 'frameId'));
    return { values: transcriptValues(this.#stepper, n, integer(given, 'line'), integer(given, 'endLine')) };
  }

  #source(given: Arguments): Answer {
    const ofSource = integerIn(argumentsOf(given.source), 'sourceReference');
    // Its name says what language it is of: a client asks for no more.
    return { content: this.#sources.text(ofSource ?? integer(given, 'sourceReference')) };
  }

  #evaluate(given: Arguments): Answer | Promise<Answer> {
    const frameId = integerIn(given, 'frameId');
    const n = frameId === undefined ? this.#stepper.position.n : this.#references.frameOf(frameId).n;
    const typed = text(given, 'expression').trim();
    const [, path] = (given.context === 'repl' && /^keys\s+(\S.*)$/.exec(typed)) || [];
    if (path !== undefined) return this.#readKeys(path);
    const result = this.#console.evaluate(typed, n, given.context === 'repl');
    return { result: result.text, type: result.type, variablesReference: 0 };
  }

  async #readKeys(path: string): Promise<Answer> {
    this.#addKeys([{ name: path, text: await this.#options.readKeyLog(path) }]);
    return { result: 'The keys are added.', variablesReference: 0 };
  }

  #completions(given: Arguments): Answer {
    const typed = text(given, 'text');
    const caret = Math.min(typed.length, Math.max(0, integer(given, 'column') - 1));
    const { start, end, items } = complete(typed, caret, this.#stepper.evaluator.catalog);
    return {
      targets: items.map(
        ({ insert, detail, kind }): DebugProtocol.CompletionItem => ({
          ...{ label: insert, text: insert, detail, start, length: end - start },
          type: kind === 'operator' || kind === 'keyword' ? 'keyword' : kind,
        }),
      ),
    };
  }

  #exceptionInfo(): Answer {
    const { exception, text: why = '' } = this.#stop;
    if (exception === undefined) throw new Refusal('The capture does not stand at an exception.');
    const { kind, finding } = exception;
    const exceptionId = finding?.rule ?? kind;
    return {
      ...{ exceptionId, description: why, breakMode: 'always' },
      details: {
        message: why,
        typeName: exceptionId,
        ...(finding === undefined ? {} : { fullTypeName: `${finding.severity}, ${finding.clause}` }),
      },
    };
  }

  #gotoTargets(given: Arguments): Answer {
    const found = this.#sources.messageAt(given.source, integer(given, 'line'));
    if (found === undefined) return { targets: [] };
    const { name, frame } = this.#stepper.analysis.message(found.n);
    return { targets: [{ id: found.n, label: `${name}, frame ${frame}`, line: found.statement, endLine: found.last }] };
  }

  #goto(given: Arguments): undefined {
    const n = integer(given, 'targetId');
    const { timeline, analysis } = this.#stepper;
    const isThere = n >= 0 && n < analysis.messageCount && timeline.of(analysis.message(n).conversation.id).includes(n);
    if (!isThere) throw new Refusal('There is no such message.');
    this.#move(() => this.#stepper.goTo(n));
  }

  /** To where the value of a variable comes from, or goes. */
  async #follow(given: Arguments, turns: (value: Uint8Array) => Generator<void, Stop | undefined>): Promise<undefined> {
    if (this.#movements.isMoving) throw new Refusal('The capture runs: pause it first.');
    const name = text(given, 'name');
    const shown = this.#references.variables(integer(given, 'variablesReference')).find((each) => each.name === name);
    if (shown?.quantity === undefined) throw new Refusal('This is no value of a computation.');
    const { n, computation, of, index } = shown.quantity;
    const value = this.#stepper.computations(n)[computation]?.[of][index]?.value;
    if (!(value instanceof Uint8Array)) throw new Refusal('The bytes of this value are not known.');
    const stop = await inSlices(turns(value));
    if (stop === undefined) throw new Refusal('No computation of this session does.');
    this.#move(() => stop);
  }

  /** The keys open from here on what they open; the session goes on where it stands. */
  #addKeys(logs: readonly KeyLog[]): undefined {
    if (this.#movements.isMoving) throw new Refusal('The capture runs: pause it first.');
    const change = this.#options.addKeys(logs);
    if (change === undefined) return;
    this.#sources.renew();
    this.#move(this.#stepper.renew(change));
  }

  #reveal(isRevealed: boolean): void {
    this.#isRevealed = isRevealed;
    this.#references.clear();
    this.#client.event('invalidated', { areas: ['all'] });
  }
}

/** Threads are conversations, and a number of DAP is none from 1 on in some clients where it is 0. */
function threadOf(conversation: number): number {
  return conversation + 1;
}

function conversationOf(given: Arguments): number {
  return integer(given, 'threadId') - 1;
}
