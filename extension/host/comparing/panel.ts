/** The tab of a comparison: its page, and the thread that has both captures. */
import * as vscode from 'vscode';
import type {
  ComparedBaseline,
  ComparedCapture,
  ComparisonEvents,
  ComparisonPageCalls,
  ComparisonView,
} from '../../wire/comparing.ts';
import { Connection } from '../../wire/rpc.ts';
import type { ThreadSource } from '../capture/capturethreads.ts';
import type { CaptureEditors } from '../capture/editor.ts';
import { nameOf } from '../capture/files.ts';
import { partsOf } from '../capture/mergedcapture.ts';
import { mediaFolder, pageOf } from '../capture/page.ts';
import { readWhole } from '../capture/reading.ts';
import { readSettings } from '../capture/settings.ts';
import { CaptureWorker } from '../capture/worker.ts';
import type { KeyLogs } from '../keys/keylogs.ts';
import * as check from './checks.ts';

type None = Record<never, never>;
type PageConnection = Connection<None, ComparisonEvents, ComparisonPageCalls, None>;

export const COMPARISON = 'peerscope.comparison';

export interface ComparisonParts {
  readonly extension: vscode.Uri;
  readonly threads: ThreadSource;
  readonly editors: CaptureEditors;
  readonly keyLogs: KeyLogs;
}

export class ComparisonPanel {
  readonly #captures: readonly [vscode.Uri, vscode.Uri];
  readonly #isBaseline: boolean;
  readonly #parts: ComparisonParts;
  readonly #panel: vscode.WebviewPanel;
  #connection: PageConnection;
  #worker: CaptureWorker | undefined;
  #view: Promise<ComparisonView> | undefined;
  readonly onDidDispose: vscode.Event<void>;

  /** `isBaseline`: A is a baseline, B a capture. */
  constructor(a: vscode.Uri, b: vscode.Uri, isBaseline: boolean, parts: ComparisonParts) {
    this.#captures = [a, b];
    this.#isBaseline = isBaseline;
    this.#parts = parts;
    const title = `${nameOf(a)} ↔ ${nameOf(b)}`;
    this.#panel = vscode.window.createWebviewPanel(COMPARISON, title, vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [mediaFolder(parts.extension)],
    });
    this.onDidDispose = this.#panel.onDidDispose;
    const { webview } = this.#panel;
    this.#connection = this.#connect(webview);
    webview.onDidReceiveMessage((message) => this.#connection.receive(message));
    this.#panel.onDidChangeViewState(() => {
      if (this.#panel.visible) return;
      // A hidden page is gone, and the one that comes back counts its calls anew.
      this.#connection.close();
      this.#connection = this.#connect(webview);
    });
    this.#panel.onDidDispose(() => {
      this.#connection.close();
      this.#worker?.dispose();
    });
    webview.html = pageOf('comparison', webview, parts.extension);
  }

  get active(): boolean {
    return this.#panel.active;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  /** Both captures are read again, at once or when the page comes back. */
  again(): void {
    this.#view = undefined;
    this.#connection.tell('again', {});
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** The next difference, or the one before. */
  go(forward: boolean): void {
    this.#connection.tell('go', { forward });
  }

  #connect(webview: vscode.Webview): PageConnection {
    return new Connection<None, ComparisonEvents, ComparisonPageCalls, None>(
      (message) => void webview.postMessage(message),
      {
        ready: (params: unknown) => {
          if (check.ready(params).again || this.#worker?.over === true) this.#view = undefined;
          this.#view ??= this.#compare();
          return this.#view;
        },
        unfold: (params: unknown) => {
          if (this.#worker === undefined) throw new Error(vscode.l10n.t('The captures are not compared yet.'));
          return this.#worker.call('unfold', check.unfold(params));
        },
        showPlace: async (params: unknown) => {
          const { side, at } = check.showPlace(params);
          if (side === 'a' && this.#isBaseline) await this.#showLine(this.#captures[0], at);
          else await this.#showFrame(this.#captures[side === 'a' ? 0 : 1], at);
          return {};
        },
      },
      {},
    );
  }

  /** Beside the comparison, which stays in view. */
  get #beside(): vscode.TextDocumentShowOptions {
    const viewColumn = this.#panel.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
    return { viewColumn, preserveFocus: true };
  }

  async #showLine(baseline: vscode.Uri, line: number): Promise<void> {
    const at = new vscode.Position(line - 1, 0);
    await vscode.window.showTextDocument(baseline, { ...this.#beside, selection: new vscode.Range(at, at) });
  }

  async #showFrame(capture: vscode.Uri, frame: number): Promise<void> {
    await this.#parts.editors.show(capture, { frame }, this.#beside);
    this.#parts.editors.reveal(capture, frame);
    // An inspector that opens takes the focus all the same, and the keys go on from difference to difference.
    this.#panel.reveal(this.#panel.viewColumn);
  }

  async #compare(): Promise<ComparisonView> {
    this.#worker?.dispose();
    const { threads } = this.#parts;
    const [a, b] = this.#captures;
    const worker = new CaptureWorker(threads, {
      overview: () => {},
      // The call that waits says why.
      ended: () => {},
      stuck: () => {},
    });
    this.#worker = worker;
    const right = await this.#read(b);
    const left = this.#isBaseline ? undefined : await this.#read(a);
    const view = await worker.call('compare', { a: left?.capture ?? (await baselineOf(a)), b: right.capture });
    const problems = [...new Set([...(left?.problems ?? []), ...right.problems])];
    return { ...view, notices: [...problems, ...view.notices] };
  }

  /** With the settings and keys that the inspector of the capture has. */
  async #read(uri: vscode.Uri): Promise<{ readonly capture: ComparedCapture; readonly problems: readonly string[] }> {
    const { settings, problems } = readSettings(uri);
    const keys = await this.#parts.keyLogs.read(uri);
    const place = (await partsOf(uri)) ?? (await placeOf(uri));
    return {
      capture: { name: nameOf(uri), ...place, settings, logs: [...keys.texts] },
      problems: [...problems, ...keys.problems],
    };
  }
}

async function placeOf(uri: vscode.Uri): Promise<{ readonly path: string } | { readonly bytes: Uint8Array }> {
  return uri.scheme === 'file' ? { path: uri.fsPath } : { bytes: await readWhole(uri) };
}

async function baselineOf(uri: vscode.Uri): Promise<ComparedBaseline> {
  return { name: nameOf(uri), ...(await placeOf(uri)), isBaseline: true };
}
