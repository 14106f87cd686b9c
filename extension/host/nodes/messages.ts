/** Messages of running nodes in editors of the packet language: one that waits, or a new one, and what becomes of it. */
import * as vscode from 'vscode';
import type { HeldAction, NodeCalls, NodeState, PendingOf, PendingView, TextFailure } from '../../wire/node.ts';
import { moduleFiles } from '../capture/settings.ts';
import { MESSAGE } from '../messagescheme.ts';
import { PAUSE_MS } from '../scripts/previews.ts';
import { tellError } from '../telling.ts';
import { MessageFiles } from './messagefiles.ts';
import { MessageLenses } from './messagelenses.ts';
import { DELAY_MS, type KnownMessages, type MessageOf } from './messageof.ts';

/** Between the last key and keeping what was written: who closes the editor is not asked whether to. */
const KEEP_MS = 300;

type Calls = 'heldText' | 'newText' | 'actOnHeld' | 'drop' | 'sendPacket' | 'pending';

/** What is asked of the nodes. */
export interface MessageNodes {
  readonly states: readonly NodeState[];
  readonly onDidChangeNodes: vscode.Event<void>;
  /** Where an editor stands beside the page. */
  readonly besideColumn: vscode.ViewColumn;
  call<M extends Calls>(method: M, params: NodeCalls[M]['params']): Promise<NodeCalls[M]['result']>;
}

interface Opened {
  readonly uri: vscode.Uri;
  readonly of: MessageOf;
}

export class Messages implements KnownMessages {
  readonly #nodes: MessageNodes;
  readonly #files = new MessageFiles();
  readonly #opened = new Map<string, Opened>();
  readonly #diagnostics = vscode.languages.createDiagnosticCollection('peerscope.messages');
  readonly #edited = new vscode.EventEmitter<void>();
  /** What is written in a document, or that it is closed, may change what the page says. */
  readonly onDidChangeEdited = this.#edited.event;
  readonly #written = new vscode.EventEmitter<PendingOf>();
  /** The text of a document has changed, as often as a preview looks at it. */
  readonly onDidWrite = this.#written.event;
  readonly #chosen = new vscode.EventEmitter<PendingOf>();
  /** A document has come to the front. */
  readonly onDidChoose = this.#chosen.event;
  readonly #keeping = new Timers();
  readonly #looking = new Timers();
  readonly #subscriptions: readonly vscode.Disposable[];

  constructor(nodes: MessageNodes) {
    this.#nodes = nodes;
    const command = (name: string, act: (uri: vscode.Uri) => Promise<unknown>): vscode.Disposable =>
      vscode.commands.registerCommand(`peerscope.${name}`, (uri?: vscode.Uri) => this.#run(uri, act));
    this.#subscriptions = [
      this.#files,
      this.#diagnostics,
      this.#edited,
      this.#written,
      this.#chosen,
      this.#keeping,
      this.#looking,
      new MessageLenses(this, nodes.onDidChangeNodes),
      nodes.onDidChangeNodes(() => this.#forgetGone()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#typed(document);
      }),
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        const of = editor && this.of(editor.document.uri);
        if (of !== undefined) this.#chosen.fire(pendingOf(of));
      }),
      vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        if ([...opened, ...closed].some(isOfMessage)) this.#edited.fire();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.#diagnostics.delete(uri);
        this.#edited.fire();
      }),
      command('sendMessage', (uri) => this.act(uri, { kind: 'send', times: 1 })),
      command('sendMessageTwice', (uri) => this.act(uri, { kind: 'send', times: 2 })),
      command('delayMessage', (uri) => this.act(uri, { kind: 'delay', milliseconds: DELAY_MS })),
      command('replaceMessage', (uri) => this.act(uri, { kind: 'replace' })),
      command('dropMessage', (uri) => this.#drop(uri)),
    ];
    // Of a window before this one: what they showed is gone with its nodes.
    for (const tab of tabs(({ scheme }) => scheme === MESSAGE)) void vscode.window.tabGroups.close(tab);
  }

  dispose(): void {
    for (const each of [...this.#subscriptions]) each.dispose();
  }

  of(uri: vscode.Uri): MessageOf | undefined {
    return this.#opened.get(uri.toString())?.of;
  }

  waits(of: MessageOf): boolean {
    const state = this.#nodes.states.find(({ id, running }) => running && id === of.node);
    if (state === undefined) return false;
    // Of many only the first are told.
    if (of.kind === 'held' && of.began !== state.began) return false;
    if (of.kind === 'held') return state.held.some(({ id }) => id === of.held) || state.heldCount > state.held.length;
    return state.links.some(({ id }) => id === of.link);
  }

  isDelivered(of: MessageOf): boolean {
    if (of.kind !== 'held') return false;
    const state = this.#nodes.states.find(({ id }) => id === of.node);
    return state?.kind === 'node' && state.held.find(({ id }) => id === of.held)?.direction === 'in';
  }

  /** A person has changed the text of a held message, and its document is open. */
  isEdited(node: number, held: number): boolean {
    const uri = this.#uriOf(node, held);
    return uri !== undefined && this.#changedText(uri) !== undefined;
  }

  async editHeld(node: number, held: number): Promise<void> {
    const known = this.#uriOf(node, held);
    if (known !== undefined) return this.#show(known);
    const { message, text } = await this.#nodes.call('heldText', { node, held });
    const state = this.#nodes.states.find(({ id }) => id === node)?.held.find(({ id }) => id === held);
    const remote = state?.remote ?? '';
    const where =
      state?.direction === 'in' ? vscode.l10n.t('# Held, from {0}.', remote) : vscode.l10n.t('# Held, to {0}.', remote);
    const began = this.#began(node);
    const path = `/held/${node}-${began}/${held}/${fileName(message)}`;
    await this.#open({ kind: 'held', node, began, held }, path, `${where}\n${text}`);
  }

  /** A message as the node would send it now, to be changed first. */
  async write(node: number, link: number, message: string): Promise<void> {
    const uri = uriOfNew(node, link, message);
    if (tabs((each) => each.toString() === uri.toString()).length > 0) return this.#show(uri);
    const { text } = await this.#nodes.call('newText', { node, link, message });
    const remote = this.#nodes.states.find(({ id }) => id === node)?.links.find(({ id }) => id === link)?.remote ?? '';
    const where = vscode.l10n.t('# To {0}. A field that you delete gets the value of the session.', remote);
    await this.#open({ kind: 'new', node, link, message }, uri.path, `${where}\n${text}`);
  }

  /** New messages for links of a node whose documents are open. */
  drafts(node: number): readonly { readonly link: number; readonly message: string }[] {
    return [...this.#opened.values()].flatMap(({ uri, of }) =>
      of.kind === 'new' && of.node === node && this.waits(of) && tabs((each) => each.toString() === uri.toString()).length > 0
        ? [{ link: of.link, message: of.message }]
        : [],
    );
  }

  /** A message as fields over bytes: as its open document has it, or as it waits, beside what it was first. */
  async pending({ node, of }: PendingOf): Promise<PendingView> {
    const uri = 'held' in of ? this.#uriOf(node, of.held) : uriOfNew(node, of.link, of.message);
    const text = uri && documentOf(uri)?.getText();
    const made = uri && this.#files.madeOf(uri);
    const texts = { ...(text === undefined ? {} : { text }), ...(made === undefined ? {} : { made }) };
    return this.#nodes.call('pending', { node, of, ...texts, modules: moduleFiles(undefined) });
  }

  /** What its open document says of a held message goes; without one, the message as it waits. False where the text has a mistake. */
  async actOnHeld(node: number, held: number, action: HeldAction): Promise<boolean> {
    const uri = this.#uriOf(node, held);
    if (uri !== undefined && documentOf(uri) !== undefined) return this.act(uri, action);
    await this.#nodes.call('actOnHeld', { node, held, action, modules: moduleFiles(undefined) });
    return true;
  }

  /** False where the text has a mistake: it is shown there, and nothing is sent. */
  async act(uri: vscode.Uri, action: HeldAction): Promise<boolean> {
    const of = this.of(uri);
    if (of === undefined) throw new Error(vscode.l10n.t('the message is gone.'));
    if (of.kind === 'held' && !this.waits(of)) throw new Error(vscode.l10n.t('the message is no longer held.'));
    this.#diagnostics.delete(uri);
    const failure = of.kind === 'held' ? await this.#actOnHeld(uri, of, action) : await this.#send(uri, of);
    if (failure !== undefined) {
      await this.#showFailure(uri, failure);
      return false;
    }
    if (of.kind === 'held' && action.kind !== 'replace') await this.#close(uri);
    return true;
  }

  /** The message as the node would send it now, at once. */
  async sendNew({
    node,
    link,
    message,
  }: {
    readonly node: number;
    readonly link: number;
    readonly message: string;
  }): Promise<void> {
    const protocol = this.#nodes.states.find(({ id }) => id === node)?.protocol ?? '';
    const wish = { node, link, text: `${protocol} ${message} { }`, at: undefined, folder: undefined };
    const { failure } = await this.#nodes.call('sendPacket', { ...wish, modules: moduleFiles(undefined) });
    if (failure !== undefined) throw new Error(failure.text);
  }

  async #actOnHeld(uri: vscode.Uri, of: MessageOf & { kind: 'held' }, action: HeldAction): Promise<TextFailure | undefined> {
    const text = this.#changedText(uri);
    const asked = { node: of.node, held: of.held, action, ...(text === undefined ? {} : { text }) };
    const { failure } = await this.#nodes.call('actOnHeld', { ...asked, modules: moduleFiles(undefined) });
    if (failure === undefined && action.kind === 'replace' && text !== undefined) this.#files.set(uri, text);
    return failure;
  }

  async #send(uri: vscode.Uri, { node, link }: MessageOf & { kind: 'new' }): Promise<TextFailure | undefined> {
    const text = documentOf(uri)?.getText() ?? '';
    const wish = { node, link, text, at: undefined, folder: undefined, modules: moduleFiles(undefined) };
    const { failure } = await this.#nodes.call('sendPacket', wish);
    if (failure === undefined) vscode.window.setStatusBarMessage(vscode.l10n.t('$(pass) Message sent'), 5000);
    return failure;
  }

  async #drop(uri: vscode.Uri): Promise<void> {
    const of = this.of(uri);
    if (of?.kind !== 'held') return;
    if (!this.waits(of)) throw new Error(vscode.l10n.t('the message is no longer held.'));
    await this.#nodes.call('drop', { node: of.node, held: of.held });
    await this.#close(uri);
  }

  async #run(given: vscode.Uri | undefined, act: (uri: vscode.Uri) => Promise<unknown>): Promise<void> {
    const uri = given ?? vscode.window.activeTextEditor?.document.uri;
    if (uri?.scheme !== MESSAGE) return;
    try {
      await act(uri);
    } catch (error) {
      void tellError(vscode.l10n.t('Peerscope: {0}', error instanceof Error ? error.message : String(error)));
    }
  }

  async #open(of: MessageOf, path: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: MESSAGE, path });
    // One of the same address was another message.
    this.#files.forget(uri);
    this.#files.set(uri, text);
    this.#opened.set(uri.toString(), { uri, of });
    await this.#show(uri);
  }

  async #show(uri: vscode.Uri, selection?: vscode.Range): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    const viewColumn = shown?.viewColumn ?? this.#nodes.besideColumn;
    await vscode.window.showTextDocument(document, { viewColumn, preview: false, ...(selection && { selection }) });
  }

  async #showFailure(uri: vscode.Uri, { start, end, text }: TextFailure): Promise<void> {
    const document = documentOf(uri);
    if (document === undefined) throw new Error(text);
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    const diagnostic = new vscode.Diagnostic(range, text, vscode.DiagnosticSeverity.Error);
    diagnostic.source = vscode.l10n.t('Test node');
    this.#diagnostics.set(uri, [diagnostic]);
    vscode.window.setStatusBarMessage(vscode.l10n.t('$(error) Not sent: {0}', text), 5000);
    await this.#show(uri, range);
  }

  #typed(document: vscode.TextDocument): void {
    const { uri } = document;
    if (uri.scheme !== MESSAGE) return;
    this.#diagnostics.delete(uri);
    const of = this.of(uri);
    this.#looking.set(uri, PAUSE_MS, () => {
      if (of !== undefined) this.#written.fire(pendingOf(of));
    });
    this.#keeping.set(uri, KEEP_MS, () => {
      this.#edited.fire();
      if (mayKeep(document)) void document.save();
    });
  }

  /** What was written of a message that waits no more, and that nobody looks at, is forgotten: it may hold a secret. */
  #forgetGone(): void {
    for (const [id, { uri, of }] of this.#opened)
      if (!this.waits(of) && documentOf(uri) === undefined) {
        this.#files.forget(uri);
        this.#opened.delete(id);
      }
  }

  async #close(uri: vscode.Uri): Promise<void> {
    const document = documentOf(uri);
    if (document?.isDirty) await document.save();
    for (const tab of tabs((each) => each.toString() === uri.toString())) await vscode.window.tabGroups.close(tab);
  }

  #uriOf(node: number, held: number): vscode.Uri | undefined {
    const began = this.#began(node);
    for (const { uri, of } of this.#opened.values())
      if (of.kind === 'held' && of.node === node && of.began === began && of.held === held) return uri;
    return undefined;
  }

  #began(node: number): number {
    return this.#nodes.states.find(({ id }) => id === node)?.began ?? 0;
  }

  #changedText(uri: vscode.Uri): string | undefined {
    const text = documentOf(uri)?.getText();
    return text === this.#files.originalOf(uri) ? undefined : text;
  }
}

/** The waits between the last key in a document and what follows from it. */
class Timers {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  set(uri: vscode.Uri, milliseconds: number, then: () => void): void {
    const id = uri.toString();
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => {
      this.#timers.delete(id);
      then();
    }, milliseconds);
    this.#timers.set(id, timer);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}

function pendingOf(of: MessageOf): PendingOf {
  const { node } = of;
  return of.kind === 'held' ? { node, of: { held: of.held } } : { node, of: { link: of.link, message: of.message } };
}

function uriOfNew(node: number, link: number, message: string): vscode.Uri {
  return vscode.Uri.from({ scheme: MESSAGE, path: `/new/${node}/${link}/${fileName(message)}` });
}

function isOfMessage({ input }: vscode.Tab): boolean {
  return input instanceof vscode.TabInputText && input.uri.scheme === MESSAGE;
}

function documentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  const id = uri.toString();
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === id);
}

function tabs(fits: (uri: vscode.Uri) => boolean): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.filter(({ input }) => input instanceof vscode.TabInputText && fits(input.uri)),
  );
}

/** Where saving changes the text, nobody wants it done while they write. */
function mayKeep(document: vscode.TextDocument): boolean {
  const editor = vscode.workspace.getConfiguration('editor', document);
  const files = vscode.workspace.getConfiguration('files', document);
  return document.isDirty && editor.get('formatOnSave') !== true && files.get('trimTrailingWhitespace') !== true;
}

function fileName(message: string): string {
  return `${message.replace(/[\\/?#%]/g, '_')}.packet`;
}
