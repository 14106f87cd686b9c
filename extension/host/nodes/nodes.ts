/** The test nodes: a thread that has their sockets, and a page beside the inspector that drives them. */
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import type {
  NodeCalls,
  NodePageCalls,
  NodePageEvents,
  NodeState,
  NodeThreadEvents,
  NodeWish,
  SpokenProtocol,
} from '../../wire/node.ts';
import { Connection, type Listeners } from '../../wire/rpc.ts';
import type { CaptureEditors } from '../capture/editor.ts';
import { failureOf } from '../capture/failureof.ts';
import { mediaFolder, pageOf } from '../capture/page.ts';
import { moduleFiles } from '../capture/settings.ts';
import { registerProtocols } from '../protocols/commands.ts';
import { choose } from '../questions.ts';
import { registerScripts, type Senders } from '../scripts/commands.ts';
import { OpenScripts } from '../scripts/openscripts.ts';
import { tellError, tellWarning } from '../telling.ts';
import {
  faultText as faultTextOf,
  frame as frameOf,
  heldAction,
  held as heldOf,
  message as messageOf,
  nodeCommands,
  node as nodeOf,
  pending as pendingOf,
  wish as wishOf,
} from './checks.ts';
import { type Driven, nodeCommandsOf } from './commands.ts';
import { type MessageNodes, Messages } from './messages.ts';
import { askPrevious, comparePrevious } from './previous.ts';
import { Recordings } from './recordings.ts';
import { PacketSender, type PacketSenders } from './sendpacket.ts';
import { type Standing, StoppedDebugger } from './stoppeddebugger.ts';
import { NodeTasks, type TaskNodes } from './tasks.ts';
import { waitingIn } from './waiting.ts';

type None = Record<never, never>;
type PageConnection = Connection<None, NodePageEvents, NodePageCalls, None>;

export function registerNodes(context: vscode.ExtensionContext, editors: CaptureEditors): vscode.Disposable[] {
  const nodes = new Nodes(context, editors);
  return [
    nodes,
    vscode.commands.registerCommand('peerscope.openTestNode', () => nodes.open()),
    vscode.commands.registerCommand('peerscope.compareWithPrevious', () => askPrevious(nodes, editors.active?.document.uri)),
    vscode.commands.registerCommand('peerscope.continueAnyway', () => nodes.continueAnyway()),
    vscode.commands.registerCommand('peerscope.writeMessage', (of: unknown) => nodes.onMessage(of, 'write')),
    vscode.commands.registerCommand('peerscope.sendMessageNow', (of: unknown) => nodes.onMessage(of, 'send')),
    vscode.commands.registerCommand('peerscope.closeScripts', () => nodes.closeScripts()),
    ...nodeCommandsOf(nodes, new PacketSender(nodes, context.workspaceState)),
    ...registerScripts(nodes, (runs) => new NodeTasks(nodes, runs, spokenIn(context.extension.packageJSON))),
    ...registerProtocols(nodes, context.extensionUri, (capture) => editors.show(capture)),
  ];
}

/** The protocols that the manifest offers in tasks. */
function spokenIn({
  contributes,
}: {
  readonly contributes: { readonly taskDefinitions: readonly TaskDefinition[] };
}): readonly string[] {
  return contributes.taskDefinitions[0]?.properties.node.examples ?? [];
}

interface TaskDefinition {
  readonly properties: { readonly node: { readonly examples: readonly string[] } };
}

class Nodes implements Driven, MessageNodes, PacketSenders, Senders, Standing, TaskNodes {
  readonly #context: vscode.ExtensionContext;
  readonly #editors: CaptureEditors;
  readonly #recordings: Recordings;
  #thread: Thread | undefined;
  #panel: vscode.WebviewPanel | undefined;
  #page: PageConnection | undefined;
  states: readonly NodeState[] = [];
  readonly #nodesChanged = new vscode.EventEmitter<void>();
  readonly onDidChangeNodes = this.#nodesChanged.event;
  readonly #recorded = new vscode.EventEmitter<number>();
  readonly onDidRecord = this.#recorded.event;
  readonly #openScripts = new OpenScripts();
  readonly #debugger: StoppedDebugger;
  readonly #messages: Messages;
  /** Why the recording of all nodes has ended. */
  #cut: string | undefined;
  /** The debug session for which all stand still. */
  #stillFor: string | undefined;

  constructor(context: vscode.ExtensionContext, editors: CaptureEditors) {
    this.#context = context;
    this.#editors = editors;
    this.#recordings = new Recordings(context.globalStorageUri, context.workspaceState);
    this.#debugger = new StoppedDebugger(this);
    this.#messages = new Messages(this);
    this.#messages.onDidChangeEdited(() => this.#tellPage());
    this.#messages.onDidWrite((of) => this.#page?.tell('written', of));
    this.#messages.onDidChoose((of) => this.#page?.tell('chosen', of));
    this.#recordings
      .tellOfEarlier(async (recording) => await editors.show(recording))
      .catch((error: unknown) => {
        void tellError(vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)));
      });
  }

  dispose(): void {
    this.#debugger.dispose();
    this.#messages.dispose();
    this.#panel?.dispose();
    this.#end();
    this.#nodesChanged.dispose();
    this.#recorded.dispose();
    this.#openScripts.dispose();
  }

  /** A thread that has yet to begin is told when it does. */
  standStill(session: string | undefined): void {
    this.#stillFor = session;
    if (this.#thread === undefined) return;
    this.#call('standStill', session === undefined ? {} : { session }).catch(() => {});
  }

  get isBusy(): boolean {
    return this.states.some(({ running }) => running);
  }

  continueAnyway(): void {
    this.#debugger.continueAnyway();
  }

  /** From the menu of a message on the page. */
  async onMessage(of: unknown, what: 'write' | 'send'): Promise<void> {
    try {
      const { node, link, message } = messageOf(of);
      await (what === 'write' ? this.#messages.write(node, link, message) : this.#messages.sendNew({ node, link, message }));
    } catch (error) {
      void tellError(vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)));
    }
  }

  /** The nodes of scripts that stayed open; without a thread there are none. */
  async closeScripts(): Promise<void> {
    if (this.#thread !== undefined) await this.#call('closeScripts', {});
  }

  /** In an untrusted workspace nothing is opened: a node listens on the network. */
  open(): void {
    if (!vscode.workspace.isTrusted) {
      void tellWarning(untrusted());
      return;
    }
    if (this.#panel !== undefined) return void this.#panel.reveal();
    const panel = vscode.window.createWebviewPanel(
      'peerscope.node',
      vscode.l10n.t('Test Node'),
      { viewColumn: vscode.ViewColumn.Beside },
      {
        enableScripts: true,
        // What a person was writing stays while another tab lies over it.
        retainContextWhenHidden: true,
        localResourceRoots: [mediaFolder(this.#context.extensionUri)],
      },
    );
    this.#panel = panel;
    const connection = this.#connect(panel.webview);
    this.#page = connection;
    panel.webview.onDidReceiveMessage((message) => connection.receive(message));
    panel.onDidDispose(() => {
      connection.close();
      this.#panel = undefined;
      this.#page = undefined;
    });
    panel.webview.html = pageOf('node', panel.webview, this.#context.extensionUri);
  }

  /** A frame of the traffic of a node, which a person asks for. */
  async showFrame(node: number, frame: number): Promise<void> {
    const recording = this.states.find(({ id }) => id === node)?.recording;
    if (recording === undefined) return;
    await this.#editors.show(vscode.Uri.file(recording), { frame }, { viewColumn: this.besideColumn, preserveFocus: true });
  }

  get folder(): vscode.Uri {
    return this.#recordings.folder;
  }

  #connect(webview: vscode.Webview): PageConnection {
    const passed = Object.entries(nodeCommands).map(([method, check]) => [
      method,
      (params: unknown) => this.#call(method as keyof typeof nodeCommands, check(params)),
    ]);
    return new Connection<None, NodePageEvents, NodePageCalls, None>(
      (message) => void webview.postMessage(message),
      {
        ...(Object.fromEntries(passed) as { readonly [M in keyof typeof nodeCommands]: (params: unknown) => Promise<never> }),
        ready: async () => ({ protocols: await this.protocols(), nodes: this.#shown }),
        start: async (params: unknown) => ({ started: await this.start(wishOf(params)) }),
        show: async (params: unknown) => {
          const { node } = nodeOf(params);
          const recording = this.states.find(({ id }) => id === node)?.recording;
          if (recording !== undefined) await this.#showTraffic(vscode.Uri.file(recording));
          return {};
        },
        comparePrevious: async (params: unknown) => {
          const { node } = nodeOf(params);
          const recording = this.states.find(({ id }) => id === node)?.recording;
          if (recording !== undefined) await comparePrevious(vscode.Uri.file(recording));
          return {};
        },
        showLadder: async () => {
          await this.#showLadder();
          return {};
        },
        showFrame: async (params: unknown) => {
          const { node, frame } = frameOf(params);
          await this.showFrame(node, frame);
          return {};
        },
        suggestFault: async (params: unknown) =>
          this.#call('suggestFault', { ...faultTextOf(params), modules: moduleFiles(undefined) }),
        faultWords: async (params: unknown) =>
          this.#call('faultWords', { ...faultTextOf(params), modules: moduleFiles(undefined) }),
        again: async (params: unknown) => this.#call('again', nodeOf(params)),
        editHeld: async (params: unknown) => {
          const { node, held } = heldOf(params);
          await this.#messages.editHeld(node, held);
          return {};
        },
        write: async (params: unknown) => {
          const { node, link, message } = messageOf(params);
          await this.#messages.write(node, link, message);
          return {};
        },
        actOnHeld: async (params: unknown) => {
          const { node, held, action } = heldAction(params);
          return { isDone: await this.#messages.actOnHeld(node, held, action) };
        },
        sendNew: async (params: unknown) => {
          await this.#messages.sendNew(messageOf(params));
          return {};
        },
        pending: (params: unknown) => this.#messages.pending(pendingOf(params)),
        continueAnyway: async () => {
          this.continueAnyway();
          return {};
        },
        save: async (params: unknown) => {
          await this.#save(nodeOf(params).node);
          return {};
        },
      },
      {},
    );
  }

  async protocols(): Promise<readonly SpokenProtocol[]> {
    return (await this.#call('protocols', { modules: moduleFiles(undefined) })).protocols;
  }

  /** What scripts ask of the nodes. They talk to the network: not in an untrusted workspace. */
  call<M extends keyof NodeCalls & string>(method: M, params: NodeCalls[M]['params']): Promise<NodeCalls[M]['result']> {
    return vscode.workspace.isTrusted ? this.#call(method, params) : Promise.reject(new Error(untrusted()));
  }

  /** Beside the script, which keeps the focus. */
  async show(recording: vscode.Uri): Promise<void> {
    await this.#editors.show(recording, {}, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  /** The message as it waits. */
  readonly release = ({ id: node }: NodeState, held: number): Promise<unknown> =>
    this.#messages.actOnHeld(node, held, { kind: 'send', times: 1 });

  readonly drop = ({ id: node }: NodeState, held: number): Promise<unknown> => this.#call('drop', { node, held });

  stop({ id: node }: Pick<NodeState, 'id'>): Promise<unknown> {
    return this.#call('stop', { node });
  }

  /** False when the person decided against it. */
  async start(wish: NodeWish): Promise<boolean> {
    if (!vscode.workspace.isTrusted) throw new Error(untrusted());
    const allow = await allowedHosts(addressesOf(wish));
    if (allow === undefined) return false;
    this.open();
    await this.#startNode(wish, allow, (recording) => this.#showTraffic(recording));
    return true;
  }

  /** For a task: without the page, and its traffic stands in a tab of its own once somebody asks for it. */
  async startNode(wish: NodeWish): Promise<number | undefined> {
    if (!vscode.workspace.isTrusted) throw new Error(untrusted());
    const allow = await allowedHosts(addressesOf(wish));
    return allow === undefined ? undefined : this.#startNode(wish, allow);
  }

  /** For one packet: its clocks stand, so that an answer may come as late as it likes. */
  async dial(wish: NodeWish): Promise<number | undefined> {
    if (!vscode.workspace.isTrusted) throw new Error(untrusted());
    const allow = await allowedHosts(addressesOf(wish));
    if (allow === undefined) return undefined;
    const node = await this.#startNode(wish, allow, (recording) => this.show(recording));
    await this.#call('pause', { node, paused: true });
    return node;
  }

  async #startNode(wish: NodeWish, allow: readonly string[], show?: (recording: vscode.Uri) => Promise<void>): Promise<number> {
    const name = `${wish.protocol}-${wish.direction}-${Date.now().toString(36)}.pcapng`;
    const recording = await this.#recordings.add(name);
    // What VS Code gives is behind proxies, which do not go to another thread.
    const tree = JSON.parse(JSON.stringify(vscode.workspace.getConfiguration().get('peerscope') ?? {}));
    const { node } = await this.#call('start', {
      wish,
      allow,
      tree,
      recording: recording.fsPath,
      together: this.#recordings.together.fsPath,
      modules: moduleFiles(undefined),
    });
    await show?.(recording);
    return node;
  }

  /** Beside the page, which stays in view. */
  async #showTraffic(recording: vscode.Uri): Promise<void> {
    await this.#editors.show(recording, {}, { viewColumn: this.besideColumn, preserveFocus: true });
  }

  /** All nodes of the window, what they hold among it. */
  async #showLadder(): Promise<void> {
    const { together } = this.#recordings;
    await this.#editors.show(together, { view: 'ladder' }, { viewColumn: this.besideColumn, preserveFocus: true });
  }

  /** The page stays in view. */
  get besideColumn(): vscode.ViewColumn {
    return this.#panel?.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  }

  /** With what only the host knows of them. */
  get #shown(): readonly NodeState[] {
    return this.states.map((state) => ({
      ...state,
      held: state.held.map((held) => (this.#messages.isEdited(state.id, held.id) ? { ...held, isEdited: true } : held)),
      drafts: this.#messages.drafts(state.id),
    }));
  }

  #tellPage(): void {
    const cut = this.#cut;
    this.#page?.tell('nodes', { nodes: this.#shown, ...(cut === undefined ? {} : { cut }) });
  }

  async #save(node: number): Promise<void> {
    const without = {
      label: vscode.l10n.t('Without its keys'),
      detail: vscode.l10n.t('What travelled encrypted stays so'),
      keys: false,
    };
    const whole = {
      label: vscode.l10n.t('With its keys'),
      detail: vscode.l10n.t('Opens decrypted wherever it goes'),
      keys: true,
    };
    const chosen = await choose([without, whole], { title: vscode.l10n.t('Save the Recording') });
    if (chosen === undefined) return;
    const state = this.states.find(({ id }) => id === node);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('.');
    const target = await vscode.window.showSaveDialog({
      defaultUri: vscode.Uri.joinPath(folder, `${state?.protocol ?? 'node'}.pcapng`),
      filters: { pcapng: ['pcapng'] },
    });
    if (target === undefined) return;
    await this.#call('save', { node, path: target.fsPath, keys: chosen.keys });
  }

  #call<M extends keyof NodeCalls & string>(method: M, params: NodeCalls[M]['params']): Promise<NodeCalls[M]['result']> {
    const isNew = this.#thread === undefined;
    this.#thread ??= new Thread(
      vscode.Uri.joinPath(this.#context.extensionUri, 'dist', 'node.cjs'),
      {
        nodes: ({ nodes, cut }) => {
          this.states = nodes;
          this.#cut = cut;
          this.#editors.setWaiting(this.#recordings.together, nodes.length === 0 ? undefined : waitingIn(nodes));
          this.#tellPage();
          this.#nodesChanged.fire();
        },
        recording: ({ run }) => this.#recorded.fire(run),
        openScripts: ({ open }) => this.#openScripts.show(open),
      },
      (reason) => this.#died(reason),
    );
    if (isNew && this.#stillFor !== undefined) this.standStill(this.#stillFor);
    return this.#thread.connection.call(method, params);
  }

  /** The thread has gone with all its nodes; the next one that is started makes another. */
  #died(reason: string): void {
    const said =
      this.states.length === 0
        ? vscode.l10n.t('Peerscope: the test nodes have stopped. {0}', reason)
        : vscode.l10n.t(
            'Peerscope: the test nodes have stopped. {0} What they recorded stays in {1}.',
            reason,
            this.folder.fsPath,
          );
    this.#end();
    void tellError(said);
  }

  #end(): void {
    this.#thread?.dispose();
    this.#thread = undefined;
    this.states = [];
    this.#cut = undefined;
    this.#editors.setWaiting(this.#recordings.together, undefined);
    this.#openScripts.show([]);
    this.#page?.tell('nodes', { nodes: [] });
    this.#nodesChanged.fire();
  }
}

function untrusted(): string {
  return vscode.l10n.t('Peerscope: test nodes need a trusted workspace.');
}

function addressesOf({ address, forward }: NodeWish): readonly string[] {
  return forward === undefined ? [address] : [address, forward];
}

/** Any address beyond this machine needs the setting, and a confirmation that names it; undefined where a person decides against it. */
async function allowedHosts(addresses: readonly string[]): Promise<readonly string[] | undefined> {
  const hosts: string[] = [];
  for (const address of addresses) {
    const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    // What it is is seen once more by the thread, which looks up no other name, and says what is none.
    if (/^(|localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host)) continue;
    if (!(await isAllowed(host, address))) return undefined;
    hosts.push(host);
  }
  return hosts;
}

async function isAllowed(host: string, address: string): Promise<boolean> {
  if (vscode.workspace.getConfiguration().get('peerscope.node.otherAddresses') !== true)
    throw new Error(
      vscode.l10n.t('{0} is beyond this machine. The setting peerscope.node.otherAddresses allows test nodes to go there.', host),
    );
  const yes = vscode.l10n.t('Go On');
  const chosen = await tellWarning(
    vscode.l10n.t('A test node is about to use {0}, which is beyond this machine.', address),
    { modal: true, detail: vscode.l10n.t('Others on the network may be able to talk to it.') },
    yes,
  );
  return chosen === yes;
}

/** The thread is of the same build: what it tells is what the types say. */
interface ThreadListeners {
  nodes(told: NodeThreadEvents['nodes']): void;
  recording(told: NodeThreadEvents['recording']): void;
  openScripts(told: NodeThreadEvents['openScripts']): void;
}

class Thread {
  readonly connection: Connection<NodeCalls, None, None, NodeThreadEvents>;
  readonly #worker: Worker;
  #over = false;

  constructor(file: vscode.Uri, told: ThreadListeners, ended: (reason: string) => void) {
    this.#worker = new Worker(file.fsPath, { name: 'peerscope-nodes' });
    this.connection = new Connection<NodeCalls, None, None, NodeThreadEvents>(
      (message) => this.#worker.postMessage(message),
      {},
      told as Listeners<NodeThreadEvents>,
    );
    const over = (reason: string): void => {
      if (this.#over) return;
      this.dispose(vscode.l10n.t('The test nodes have stopped. {0}', reason));
      ended(reason);
    };
    this.#worker.on('message', (message) => this.connection.receive(message));
    this.#worker.on('error', (error) => over(failureOf(error)));
    this.#worker.on('exit', (code) => over(vscode.l10n.t('Their thread ended with exit code {0}.', code)));
  }

  dispose(reason?: string): void {
    this.#over = true;
    this.connection.close(reason);
    void this.#worker.terminate();
  }
}
