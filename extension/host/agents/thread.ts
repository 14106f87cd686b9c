/** The thread of the tools: started by the first call, and anew once the settings, the keys or the folders are others. */
import * as vscode from 'vscode';
import type { HookWatch } from '../../capture/hookwatch.ts';
import type { AgentCalls, AgentEvents, AgentSetup } from '../../wire/agents.ts';
import { Connection } from '../../wire/rpc.ts';
import { readSettings } from '../capture/settings.ts';
import { StuckModules } from '../capture/stuckmodules.ts';
import { startThread, type Thread } from '../capture/thread.ts';
import type { KeyLogs } from '../keys/keylogs.ts';

const threadFile = ['dist', 'agents.cjs'];

type None = Record<never, never>;
type Tools = Connection<AgentCalls, None, None, AgentEvents>;

export class AgentThread {
  readonly #extension: vscode.Uri;
  readonly #keyLogs: KeyLogs;
  #tools: Promise<Tools> | undefined;
  #thread: Thread | undefined;
  #modules: StuckModules | undefined;
  #calls = 0;

  constructor(extension: vscode.Uri, keyLogs: KeyLogs) {
    this.#extension = extension;
    this.#keyLogs = keyLogs;
  }

  /** What a person is asked before a call. Throws an Error with a sentence where the call is refused. */
  async question(name: string, input: unknown): Promise<string | undefined> {
    const { question, refused } = await (await this.#started()).call('question', { name, input });
    if (refused !== undefined) throw new Error(refused);
    return question;
  }

  /** Throws an Error whose message is for the agent. */
  async call(name: string, input: unknown, isAllowed: boolean, token: vscode.CancellationToken): Promise<string> {
    const tools = await this.#started();
    const call = this.#calls++;
    const cancelling = token.onCancellationRequested(() => void tools.call('cancel', { call }).catch(() => {}));
    try {
      const { text, isError } = await tools.call('call', { call, name, input, isAllowed });
      if (isError) throw new Error(text);
      return text;
    } finally {
      cancelling.dispose();
    }
  }

  /** What waits is told so; the next call starts another one. */
  end(reason: string): void {
    this.#thread?.terminate();
    this.#modules?.dispose();
    void this.#tools?.then((tools) => tools.close(reason)).catch(() => {});
    this.#tools = this.#thread = this.#modules = undefined;
  }

  #started(): Promise<Tools> {
    if (this.#tools !== undefined) return this.#tools;
    const starting = this.#start();
    this.#tools = starting;
    // What could not be set up is tried again by the next call.
    starting.catch(() => {
      if (this.#tools === starting) this.end(vscode.l10n.t('The tools could not be started.'));
    });
    return starting;
  }

  async #start(): Promise<Tools> {
    const setup = await setupOf(this.#keyLogs);
    const modules = new StuckModules(({ protocol, hook }, seconds) =>
      this.end(vscode.l10n.t('The protocol {0} did not return from "{1}" within {2} s.', protocol, hook, seconds)),
    );
    const tools: Tools = new Connection<AgentCalls, None, None, AgentEvents>(
      (message) => thread.post(message, []),
      {},
      { hooks: (watch) => modules.watch(watch as HookWatch) },
    );
    const thread = startThread(vscode.Uri.joinPath(this.#extension, ...threadFile), 'peerscope-agents', {
      message: (message) => tools.receive(message),
      ended: (reason) => {
        if (this.#thread === thread) this.end(reason);
      },
    });
    [this.#thread, this.#modules] = [thread, modules];
    await tools.call('setup', setup);
    return tools;
  }
}

async function setupOf(keyLogs: KeyLogs): Promise<AgentSetup> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri).filter(({ scheme }) => scheme === 'file');
  const [first] = folders;
  if (first === undefined) throw new Error(vscode.l10n.t('No folder is open: an agent reads files of the workspace alone.'));
  const { settings } = readSettings(first);
  const { colours: _colours, ...decoding } = settings;
  const { texts } = await keyLogs.read(first);
  const sendingRefused = vscode.workspace.isTrusted
    ? undefined
    : vscode.l10n.t('Nothing was sent: test nodes need a trusted workspace.');
  return { roots: folders.map(({ fsPath }) => fsPath), settings: decoding, keyLogs: texts, sendingRefused };
}
