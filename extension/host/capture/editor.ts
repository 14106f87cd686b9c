/** The read-only editor of captures: documents by file, and for each tab a webview that talks to its document. */
import * as vscode from 'vscode';
import type { PageCommand, Question, WaitingMessage, WebviewCalls, WebviewEvents } from '../../wire/inspector.ts';
import { Connection } from '../../wire/rpc.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import { keyProblems } from '../keys/keyproblems.ts';
import { askLine } from '../questions.ts';
import { PREVIEW, type Previews } from '../scripts/previews.ts';
import type { ThreadSource } from './capturethreads.ts';
import * as check from './checks.ts';
import { unpin } from './decodeas.ts';
import { CaptureDocument } from './document.ts';
import { saveDrawing } from './drawing.ts';
import { exportList, followConversation, saveBaseline } from './exporting.ts';
import { LineProblems } from './lineproblems.ts';
import { moduleProblems } from './moduleproblems.ts';
import { mediaFolder, pageOf } from './page.ts';
import { Problems } from './problems.ts';
import { Transcripts } from './transcripts.ts';
import type { ViewMemory } from './viewstate.ts';
import type { Warnings } from './warnings.ts';

type None = Record<never, never>;
type WebviewConnection = Connection<None, WebviewEvents, WebviewCalls, None>;

/** What a capture is opened for: a frame of it, a view, or a command of its page. */
interface Wanted {
  readonly frame?: number;
  /** Id of a view. */
  readonly view?: string;
  readonly command?: PageCommand;
}

interface Tab {
  readonly document: CaptureDocument;
  /** Its page has asked for what it is to show, and is not hidden since. */
  readonly isReady: boolean;
  reveal(frame: number): void;
  show(view: string): void;
  /** What waits at nodes is another. */
  wait(messages: readonly WaitingMessage[] | undefined): void;
  /** Lets the page carry out a command. */
  command(asked: WebviewEvents['command']): void;
}

/** What the editors of all captures share. */
export interface EditorParts {
  readonly threads: ThreadSource;
  readonly keyLogs: KeyLogs;
  readonly warnings: Warnings;
  readonly memory: ViewMemory;
  readonly previews: Previews;
  readonly log: vscode.LogOutputChannel;
}

export class CaptureEditors implements vscode.CustomReadonlyEditorProvider<CaptureDocument> {
  readonly documents = new Set<CaptureDocument>();
  readonly #extension: vscode.Uri;
  readonly #threads: ThreadSource;
  readonly #keyLogs: KeyLogs;
  readonly #warnings: Warnings;
  readonly #memory: ViewMemory;
  readonly #transcripts = new Transcripts();
  readonly #problems = new Problems();
  readonly #moduleProblems = new LineProblems('peerscope.modules');
  readonly #keyProblems = new LineProblems('peerscope.keys');
  readonly #tabs = new Set<Tab>();
  readonly #waiting = new Map<string, readonly WaitingMessage[]>();
  #debug: (capture: vscode.Uri, conversation: number) => void = () => {};
  #wanted: { readonly capture: string; readonly wanted: Wanted } | undefined;
  readonly #previews: Previews;
  readonly #log: vscode.LogOutputChannel;
  #active: Tab | undefined;

  constructor(extension: vscode.Uri, { threads, keyLogs, warnings, memory, previews, log }: EditorParts) {
    this.#extension = extension;
    this.#threads = threads;
    this.#memory = memory;
    this.#keyLogs = keyLogs;
    this.#warnings = warnings;
    this.#previews = previews;
    this.#log = log;
  }

  /** The tab with the focus, or the one that had it last. */
  get active(): Tab | undefined {
    return this.#active;
  }

  /** Shows a capture, in the tab that it has or in a new one, and there what it is opened for. */
  async show(capture: vscode.Uri, wanted: Wanted = {}, where: vscode.TextDocumentShowOptions = {}): Promise<void> {
    this.#wanted = { capture: capture.toString(), wanted };
    await vscode.commands.executeCommand('vscode.openWith', capture, 'peerscope.capture', where);
    const tab = this.#active;
    // A page that has yet to come asks when it is ready.
    if (tab?.document.uri.toString() !== capture.toString() || !tab.isReady) return;
    const { frame, view, command } = this.#takeWanted(capture);
    if (view !== undefined) tab.show(view);
    if (frame !== undefined) tab.reveal(frame);
    if (command !== undefined) tab.command({ name: command, place: undefined });
  }

  /** Shows a frame in the tabs that a capture has; no tab comes to the front for it. */
  reveal(capture: vscode.Uri, frame: number): void {
    for (const tab of this.#tabs) if (tab.isReady && tab.document.uri.toString() === capture.toString()) tab.reveal(frame);
  }

  /** What waits at the nodes whose recording a capture is; undefined once there are none. */
  setWaiting(capture: vscode.Uri, messages: readonly WaitingMessage[] | undefined): void {
    const id = capture.toString();
    if (messages === undefined && !this.#waiting.has(id)) return;
    if (messages === undefined) this.#waiting.delete(id);
    else this.#waiting.set(id, messages);
    for (const tab of this.#tabs) if (tab.isReady && tab.document.uri.toString() === id) tab.wait(messages);
  }

  /** `debug` is called when a page wants a conversation under the debugger. */
  onDebug(debug: (capture: vscode.Uri, conversation: number) => void): void {
    this.#debug = debug;
  }

  /** What a page is opened for, once. */
  #takeWanted(capture: vscode.Uri): Wanted {
    if (this.#wanted?.capture !== capture.toString()) return {};
    const { wanted } = this.#wanted;
    this.#wanted = undefined;
    return wanted;
  }

  dispose(): void {
    this.#problems.dispose();
    this.#moduleProblems.dispose();
    this.#keyProblems.dispose();
    this.#transcripts.dispose();
    for (const document of this.documents) document.dispose();
  }

  openCustomDocument(uri: vscode.Uri): CaptureDocument {
    const preview = uri.scheme === PREVIEW ? this.#previews.source(uri) : undefined;
    const document = new CaptureDocument(uri, this.#threads, this.#keyLogs, this.#warnings, preview);
    this.documents.add(document);
    this.#problems.follow(document);
    this.#moduleProblems.follow(document, document.onDidLoadModules, moduleProblems);
    this.#keyProblems.follow(document, document.onDidReadKeys, keyProblems);
    document.onDidDispose(() => this.documents.delete(document));
    document.onDidChange(({ failure }) => {
      if (failure !== undefined) this.#log.error(`${uri.toString(true)}: ${failure}`);
    });
    return document;
  }

  resolveCustomEditor(document: CaptureDocument, panel: vscode.WebviewPanel): void {
    const { webview } = panel;
    // A page that was hidden knows best itself how it was; another tab may have remembered something else since.
    let isFirst = true;
    const remembered = (): unknown => {
      const view = isFirst ? this.#memory.get(document.uri) : null;
      isFirst = false;
      return view;
    };
    let isReady = false;
    const connect = (): WebviewConnection =>
      this.#connect(document, webview, () => {
        isReady = true;
        return remembered();
      });
    let connection = connect();
    const tab: Tab = {
      document,
      get isReady() {
        return isReady;
      },
      reveal: (frame) => connection.tell('reveal', { frame }),
      show: (view) => connection.tell('view', { view }),
      wait: (messages) => connection.tell('waiting', messages === undefined ? {} : { messages }),
      command: (asked) => connection.tell('command', asked),
    };
    this.#tabs.add(tab);
    const activate = (): void => {
      if (panel.active) this.#active = tab;
    };
    const subscriptions = [
      webview.onDidReceiveMessage((message) => connection.receive(message)),
      document.onDidChange((overview) => connection.tell('overview', overview)),
      panel.onDidChangeViewState(() => {
        activate();
        if (!panel.active) void setFocused(false);
        if (panel.visible) return;
        // A hidden page is gone, and the one that comes back counts its calls anew: no answer to the old one may reach it.
        connection.close();
        isReady = false;
        connection = connect();
      }),
    ];
    panel.onDidDispose(() => {
      connection.close();
      this.#tabs.delete(tab);
      for (const each of subscriptions) each.dispose();
      if (this.#active === tab) this.#active = undefined;
    });
    activate();
    webview.options = { enableScripts: true, localResourceRoots: [mediaFolder(this.#extension)] };
    webview.html = pageOf('capture', webview, this.#extension);
  }

  #connect(document: CaptureDocument, webview: vscode.Webview, remembered: () => unknown): WebviewConnection {
    return new Connection<None, WebviewEvents, WebviewCalls, None>(
      (message) => void webview.postMessage(message),
      {
        ...questionsOf(document),
        ready: async () => {
          const overview = await document.ready();
          const { frame: reveal, view, command } = this.#takeWanted(document.uri);
          const waiting = this.#waiting.get(document.uri.toString());
          return {
            ...{ overview, remembered: remembered() },
            ...(waiting === undefined ? {} : { waiting }),
            ...(view === undefined ? {} : { view }),
            ...(reveal === undefined ? {} : { reveal }),
            ...(command === undefined ? {} : { command }),
          };
        },
        remember: async (params: unknown) => {
          await this.#memory.set(document.uri, check.rememberParams(params).view);
          return {};
        },
        saveDrawing: (params: unknown) => saveDrawing(document.uri, check.drawingParams(params)),
        follow: async (params: unknown) => ({
          shown: await followConversation(document, this.#transcripts, check.followParams(params).n),
        }),
        export: (params: unknown) => exportList(document, this.#transcripts, check.exportParams(params)),
        askText: async (params: unknown) => {
          const { title, value } = check.askTextParams(params);
          const text = await askLine({ title, value });
          return text === undefined ? {} : { text };
        },
        unpin: async (params: unknown) => {
          await unpin(document, check.unpinParams(params).choice);
          return {};
        },
        focus: async (params: unknown) => {
          await setFocused(check.focusParams(params).focused);
          return {};
        },
        debug: async (params: unknown) => {
          this.#debug(document.uri, check.debugParams(params).conversation);
          return {};
        },
        saveBaseline: async (params: unknown) => ({
          saved: await saveBaseline(document, check.saveBaselineParams(params).conversation),
        }),
        copy: async (params: unknown) => {
          await vscode.env.clipboard.writeText(check.copyParams(params).text);
          return { copied: true };
        },
        addKeys: async (params: unknown) => {
          const { from } = check.addKeysParams(params);
          const command = from === 'clipboard' ? 'peerscope.addKeysFromClipboard' : 'peerscope.addKeyLog';
          return { asked: Boolean(await vscode.commands.executeCommand(command)) };
        },
      },
      {},
    );
  }
}

/** For `when` of keys: the editor of a capture is active as long as a panel or a side bar has the focus, and they have keys of their own. */
async function setFocused(focused: boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'peerscope.captureFocused', focused);
}

/** What the worker answers: each question once its parameters were checked. */
function questionsOf(document: CaptureDocument): { readonly [M in Question]: (params: unknown) => Promise<never> } {
  const asked = Object.entries(check.questions).map(([method, params]) => [
    method,
    (given: unknown) => document.ask(method as Question, params(given)),
  ]);
  return Object.fromEntries(asked) as never;
}
