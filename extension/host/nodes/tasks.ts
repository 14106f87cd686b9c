/** Tasks of type `peerscope`: a test node for as long as the task runs, or a packet script from its first section to its last. */
import * as vscode from 'vscode';
import { parseScript, sectionsOf } from '../../../dissector/script/syntax/index.ts';
import type { NodeState, NodeWish, SpokenProtocol } from '../../wire/node.ts';
import { printable } from '../../wire/printable.ts';
import type { ScriptRuns } from '../scripts/runs.ts';

const TYPE = 'peerscope';

/** What tasks need of the nodes. */
export interface TaskNodes {
  readonly states: readonly NodeState[];
  readonly onDidChangeNodes: vscode.Event<void>;
  protocols(): Promise<readonly SpokenProtocol[]>;
  /** The number of the node; undefined where a person decided against it. */
  startNode(wish: NodeWish): Promise<number | undefined>;
  stop(state: Pick<NodeState, 'id'>): Promise<unknown>;
}

export class NodeTasks implements vscode.TaskProvider {
  readonly #nodes: TaskNodes;
  readonly #runs: ScriptRuns;
  readonly #spoken: readonly string[];
  readonly #subscription: vscode.Disposable;

  /** `spoken`: the built-in protocols that have a node. */
  constructor(nodes: TaskNodes, runs: ScriptRuns, spoken: readonly string[]) {
    this.#nodes = nodes;
    this.#spoken = spoken;
    this.#runs = runs;
    this.#subscription = vscode.tasks.registerTaskProvider(TYPE, this);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /**
   * A node of each built-in protocol that listens where the protocol says. VS Code asks for them without anybody wanting one: the manifest
   * has their names, and no thread of nodes begins for it. In an untrusted workspace there is none.
   */
  provideTasks(): vscode.Task[] {
    if (!vscode.workspace.isTrusted) return [];
    return this.#spoken.map((id) => this.#task({ type: TYPE, node: id }, `node ${id}`));
  }

  /** One of tasks.json. */
  resolveTask(task: vscode.Task): vscode.Task | undefined {
    const { definition, scope } = task;
    const name = typeof definition.node === 'string' ? `node ${definition.node}` : `run ${String(definition.script)}`;
    return this.#task(definition, task.name || name, scope);
  }

  #task(definition: vscode.TaskDefinition, name: string, scope: vscode.Task['scope'] = vscode.TaskScope.Workspace): vscode.Task {
    const isNode = typeof definition.node === 'string';
    const folder = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
    // What the task says has its variables in it; what runs has them resolved.
    const execution = new vscode.CustomExecution(async (resolved) =>
      isNode ? new NodeTerminal(this.#nodes, resolved) : new ScriptTerminal(this.#runs, resolved, folder),
    );
    const matcher = isNode ? '$peerscope-node' : '$peerscope-run';
    const task = new vscode.Task(definition, scope, name, TYPE, execution, matcher);
    task.isBackground = isNode;
    if (!isNode) task.group = vscode.TaskGroup.Test;
    return task;
  }
}

/** What a task writes, and how it ends. */
abstract class Terminal implements vscode.Pseudoterminal {
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  open(): void {
    this.run().then(
      (status) => {
        if (status !== undefined) this.#closed.fire(status);
      },
      (error: unknown) => {
        this.line(`failed: ${error instanceof Error ? error.message : String(error)}`);
        this.#closed.fire(1);
      },
    );
  }

  abstract close(): void;

  /** The exit status; undefined where it goes on. */
  protected abstract run(): Promise<number | undefined>;

  protected line(text: string): void {
    // Names of sections and words of peers must not steer the terminal.
    for (const line of text.split(/\r?\n/)) this.#written.fire(`${printable(line)}\r\n`);
  }

  protected end(status: number): void {
    this.#closed.fire(status);
  }
}

class NodeTerminal extends Terminal {
  readonly #nodes: TaskNodes;
  readonly #definition: vscode.TaskDefinition;
  #node: number | undefined;
  #told = 0;
  #watching: vscode.Disposable | undefined;
  #isOver = false;

  constructor(nodes: TaskNodes, definition: vscode.TaskDefinition) {
    super();
    this.#nodes = nodes;
    this.#definition = definition;
  }

  close(): void {
    this.#isOver = true;
    this.#watching?.dispose();
    if (this.#node !== undefined) this.#nodes.stop({ id: this.#node }).catch(() => {});
  }

  protected async run(): Promise<number | undefined> {
    const wish = wishOf(this.#definition, await this.#nodes.protocols());
    // The problem matcher waits for these words: they are not translated.
    this.line(`starting: ${wish.protocol}, ${wish.direction} ${wish.address}`);
    const node = await this.#nodes.startNode(wish);
    if (node === undefined) return 1;
    this.#node = node;
    if (this.#isOver) {
      this.close();
      return undefined;
    }
    this.#watching = this.#nodes.onDidChangeNodes(() => this.#look());
    this.#look();
    return undefined;
  }

  #look(): void {
    const state = this.#nodes.states.find(({ id }) => id === this.#node);
    if (state === undefined) return;
    if (this.#told === 0) this.line(`ready: ${state.where}`);
    this.#told ||= 1;
    for (const { n, text, grave } of state.told) {
      if (n < this.#told) continue;
      this.#told = n + 1;
      this.line(grave ? `! ${text}` : text);
    }
    if (state.running) return;
    this.#watching?.dispose();
    this.end(0);
  }
}

class ScriptTerminal extends Terminal {
  readonly #runs: ScriptRuns;
  readonly #definition: vscode.TaskDefinition;
  readonly #folder: vscode.WorkspaceFolder | undefined;
  readonly #stop = new vscode.CancellationTokenSource();

  constructor(runs: ScriptRuns, definition: vscode.TaskDefinition, folder: vscode.WorkspaceFolder | undefined) {
    super();
    this.#runs = runs;
    this.#definition = definition;
    this.#folder = folder;
  }

  close(): void {
    this.#stop.cancel();
  }

  protected async run(): Promise<number | undefined> {
    const { script } = this.#definition;
    if (typeof script !== 'string') throw new Error(vscode.l10n.t('A task names a node or a script.'));
    const isAbsolute = /^(?:[/\\]|[A-Za-z]:[/\\])/.test(script);
    const uri =
      isAbsolute || this.#folder === undefined ? vscode.Uri.file(script) : vscode.Uri.joinPath(this.#folder.uri, script);
    const document = await vscode.workspace.openTextDocument(uri);
    let failed = 0;
    const sections = sectionsOf(parseScript(document.getText()));
    for (const [section, { title }] of sections.entries()) {
      const result = await this.#runs.run(document, { section }, this.#stop.token);
      if (this.#stop.token.isCancellationRequested) return 1;
      if (result?.failure === undefined) {
        this.line(`passed: ${title}`);
        continue;
      }
      failed++;
      const line = document.positionAt(result.failure.at).line + 1;
      this.line(`${uri.fsPath}:${line}: error: ${result.failure.text}`);
    }
    this.line(vscode.l10n.t('{0} passed, {1} failed', sections.length - failed, failed));
    return failed === 0 ? 0 : 1;
  }
}

/** Throws an Error with a sentence for what no node can be started with. */
function wishOf(definition: vscode.TaskDefinition, protocols: readonly SpokenProtocol[]): NodeWish {
  const { node, listen, connect, role = '', mode = 'automatic', faults = '', transport } = definition;
  const protocol = protocols.find(({ id }) => id === node);
  if (protocol === undefined) throw new Error(vscode.l10n.t('There is no test node of "{0}".', String(node)));
  const address = typeof connect === 'string' ? connect : typeof listen === 'string' ? listen : `127.0.0.1:${protocol.port}`;
  return {
    ...{ protocol: protocol.id, transport: transport === 'tcp' || transport === 'udp' ? transport : protocol.transports[0]! },
    ...{ direction: typeof connect === 'string' ? 'connect' : 'listen', address: address.trim() },
    ...{
      role: String(role),
      mode: mode === 'step' || mode === 'intercept' ? mode : 'automatic',
      faults: String(faults).split(/\s+/).filter(Boolean),
    },
    ...{ identity: '', identityKind: '' },
  };
}
