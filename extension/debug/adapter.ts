/** The debug adapter: what the Debug Adapter Protocol says of a session, whatever is debugged in it. */
import { Event, Response } from '@vscode/debugadapter/lib/messages.js';
import { ProtocolServer } from '@vscode/debugadapter/lib/protocol.js';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { exceptionKinds } from '../../dissector/stepping/index.ts';
import { reasonOf } from '../capture/reason.ts';
import { printable } from '../wire/printable.ts';
import { type Arguments, argumentsOf, Late, Refusal, text } from './requests.ts';
import { shownWords } from './shownwords.ts';
import type { Client, Opener, Target } from './target.ts';

/** Of a failed request: a client shows its text. */
const FAILED = 1;

const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsFunctionBreakpoints: true,
  supportsConditionalBreakpoints: true,
  supportsHitConditionalBreakpoints: true,
  supportsLogPoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsDataBreakpoints: true,
  supportsExceptionFilterOptions: true,
  supportsExceptionInfoRequest: true,
  supportsEvaluateForHovers: true,
  supportsCompletionsRequest: true,
  supportsStepBack: true,
  supportsSteppingGranularity: true,
  supportsGotoTargetsRequest: true,
  supportsRestartRequest: true,
  supportsTerminateRequest: true,
  supportsLoadedSourcesRequest: true,
  supportsReadMemoryRequest: true,
  supportsSetVariable: true,
  supportsWriteMemoryRequest: true,
  exceptionBreakpointFilters: [
    {
      ...{ filter: 'failure', label: 'Failed Expectations', default: true },
      description: 'Stops a packet script at a statement that does not hold, with its nodes still there.',
    },
    ...exceptionKinds.map(({ id: filter, label, description }) => ({
      ...{ filter, label, description, default: filter === 'error' },
      ...{ supportsCondition: true, conditionDescription: 'Of captures: a display filter, for example p2pke.counter > 20' },
    })),
  ],
};

/** Every request ends in a response: what a handler throws becomes a sentence of it. */
export class Adapter extends ProtocolServer {
  readonly #open: Opener;
  readonly #ended: () => void;
  #target: Target | undefined;
  #isOver = false;

  /** `ended` is called once, when the client has gone or wants no more. */
  constructor(open: Opener, ended: () => void = () => {}) {
    super();
    this.#open = open;
    this.#ended = ended;
    // What is no message is passed over; without a listener it would end the process.
    this.on('error', () => {});
    this.on('close', () => this.#end());
  }

  /** What is debugged, once it is. */
  get target(): Target | undefined {
    return this.#target;
  }

  /** The client has gone. */
  override dispose(): void {
    this.#end();
  }

  protected override dispatchRequest(request: DebugProtocol.Request): void {
    const response: DebugProtocol.Response = new Response(request);
    this.#answer(request).then(
      (body) => {
        if (body !== undefined) response.body = shownWords(body);
        this.sendResponse(response);
        if (request.command === 'disconnect') this.#end();
      },
      (error: unknown) => {
        response.success = false;
        const told = printable(error instanceof Refusal ? error.message : reasonOf(error));
        response.message = told;
        const showUser = !(error instanceof Late) && !isTold(request.command);
        response.body = { error: { id: FAILED, format: told.replaceAll('{', '(').replaceAll('}', ')'), showUser } };
        this.sendResponse(response);
      },
    );
  }

  async #answer({ command, arguments: given }: DebugProtocol.Request): Promise<unknown> {
    const parts = argumentsOf(given);
    switch (command) {
      case 'initialize':
        return capabilities;
      case 'launch':
        return this.#launch(parts);
      case 'attach':
        throw new Refusal('Peerscope launches what it debugs: "request" is "launch".');
      case 'disconnect':
        await this.#target?.end();
        return undefined;
      case 'terminate':
        await this.#target?.end();
        this.sendEvent(new Event('terminated'));
        return undefined;
    }
    if (this.#target === undefined) throw new Refusal(`"${command}" comes before "launch".`);
    const { handlers } = this.#target;
    const handler = Object.hasOwn(handlers, command) ? handlers[command] : undefined;
    if (handler === undefined) throw new Refusal(`"${command}" is not supported here.`);
    return handler(parts);
  }

  async #launch(given: Arguments): Promise<undefined> {
    if (this.#target !== undefined) throw new Refusal('Something is debugged in this session already.');
    if (text(given, 'program') === '') throw new Refusal('"program" names no file.');
    const client: Client = {
      event: (name, body) => {
        if (!this.#isOver) this.sendEvent(new Event(name, shownWords(body)));
      },
      output: (line, category = 'console') => {
        if (!this.#isOver) this.sendEvent(new Event('output', shownWords({ category, output: `${line}\n` })));
      },
    };
    const target = await this.#open(given, client);
    // A client may have gone while a large capture was read.
    if (this.#isOver) {
      await target.end();
      return undefined;
    }
    this.#target = target;
    this.sendEvent(new Event('initialized'));
    return undefined;
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const ended = this.#target?.end() ?? Promise.resolve();
    Promise.resolve(ended).then(this.#ended, this.#ended);
  }
}

/** The client shows where it asked that an expression gives nothing, and whoever sends a request of our own tells of its failure. */
function isTold(command: string): boolean {
  return command === 'evaluate' || command.startsWith('peerscope');
}
