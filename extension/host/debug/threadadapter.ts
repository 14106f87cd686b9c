/** A debug adapter in a thread of its own, as VS Code drives one: messages go there and back. */
import * as vscode from 'vscode';
import type { HookWatch } from '../../capture/hookwatch.ts';
import type { DebugSetup, FromDebugThread, ToDebugThread } from '../../wire/debug.ts';
import { StuckModules } from '../capture/stuckmodules.ts';
import { startThread, type Thread } from '../capture/thread.ts';

/** How long a thread may take to say goodbye. */
const GOODBYE_MS = 2_000;

interface Request {
  readonly seq: number;
  readonly type: 'request';
  readonly command: string;
}

export class ThreadAdapter implements vscode.DebugAdapter {
  readonly #thread: Thread;
  readonly #modules: StuckModules;
  readonly #sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.#sent.event;
  /** Requests that wait for their responses. */
  readonly #waiting = new Map<number, string>();
  #isOver = false;

  constructor(file: vscode.Uri, name: string, setup: DebugSetup) {
    this.#modules = new StuckModules(({ protocol, hook }, seconds) =>
      this.#end(vscode.l10n.t('The protocol {0} did not return from "{1}" within {2} s.', protocol, hook, seconds)),
    );
    this.#thread = startThread(file, `peerscope-debug ${name}`, {
      message: (received) => this.#received(received as FromDebugThread),
      ended: (reason) => this.#end(reason),
    });
    this.#post(setup);
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const { seq, type, command } = message as Request;
    if (type === 'request') this.#waiting.set(seq, command);
    if (this.#isOver) {
      this.#refuse(vscode.l10n.t('The debug session has ended.'));
      return;
    }
    this.#post({ kind: 'dap', message });
    if (command !== 'disconnect' && command !== 'terminate') return;
    // A thread that is held by a module never answers, and a person who wants an end gets it.
    setTimeout(() => {
      if (this.#waiting.has(seq)) this.#end(vscode.l10n.t('The debug session was ended while it was busy.'));
    }, GOODBYE_MS);
  }

  dispose(): void {
    this.#over();
    this.#sent.dispose();
  }

  #post(message: ToDebugThread): void {
    this.#thread.post(message, []);
  }

  #received(received: FromDebugThread): void {
    if (received.kind === 'hooks') {
      this.#modules.watch(received.watch as HookWatch);
      return;
    }
    const { type, request_seq: of } = received.message as { readonly type: string; readonly request_seq?: number };
    if (type === 'response' && of !== undefined) this.#waiting.delete(of);
    this.#sent.fire(received.message as vscode.DebugProtocolMessage);
  }

  /** The thread ended, or is ended: what waits is answered with the reason, and the session is over. */
  #end(reason: string): void {
    if (this.#isOver) return;
    this.#over();
    this.#event('output', { category: 'important', output: `${reason}\n` });
    this.#refuse(reason);
    this.#event('terminated');
  }

  #over(): void {
    this.#isOver = true;
    this.#modules.dispose();
    this.#thread.terminate();
  }

  #refuse(reason: string): void {
    for (const [seq, command] of this.#waiting) {
      const success = command === 'disconnect' || command === 'terminate';
      this.#send({ type: 'response', request_seq: seq, command, success, ...(success ? {} : { message: reason }) });
    }
    this.#waiting.clear();
  }

  #event(event: string, body?: unknown): void {
    this.#send({ type: 'event', event, body });
  }

  #send(message: object): void {
    this.#sent.fire({ seq: 0, ...message } as vscode.DebugProtocolMessage);
  }
}
