/**
 * Which key logs are in force for a capture, and their texts. The doors: the setting `peerscope.keyLogs` (VS Code leaves out
 * a workspace's value until the workspace is trusted, as the manifest asks); the files that a person added by command, of
 * which the workspace remembers the addresses and never the contents; keys from the clipboard, which live as long as the
 * window; and those of them that the system's keychain remembers.
 */
import * as vscode from 'vscode';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { readLimits } from '../../../dissector/protocol/limitoptions.ts';
import { keyLogText } from '../../capture/keylogtext.ts';
import type { KeyLogText } from '../../wire/inspector.ts';
import { configuredFiles } from '../capture/files.ts';

const REMEMBERED = 'peerscope.keyLogs';
const KEPT = 'peerscope.keys';

export interface ReadKeyLogs {
  readonly uris: readonly vscode.Uri[];
  readonly texts: readonly KeyLogText[];
  /** A sentence for each key log that cannot be read. */
  readonly problems: string[];
}

export class KeyLogs {
  readonly #state: vscode.Memento;
  readonly #secrets: vscode.SecretStorage;
  /** Keys from the clipboard, or of a sample, in the order in which they came. */
  #pasted: readonly KeyLogText[] = [];
  #changing: Promise<unknown> = Promise.resolve();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  /** The list of key logs, or what decides it, is another one now. */
  readonly onDidChange = this.#changed.event;

  constructor(state: vscode.Memento, secrets: vscode.SecretStorage) {
    this.#state = state;
    this.#secrets = secrets;
    this.#subscriptions = [
      this.#changed,
      secrets.onDidChange(({ key }) => {
        if (key === KEPT) this.#changed.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('peerscope.keyLogs')) this.#changed.fire();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#changed.fire()),
    ];
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
  }

  /** The key logs added by command. */
  get added(): readonly vscode.Uri[] {
    const remembered = this.#state.get<unknown>(REMEMBERED);
    if (!Array.isArray(remembered)) return [];
    return remembered.filter((each) => typeof each === 'string').map((each) => vscode.Uri.parse(each));
  }

  async add(uris: readonly vscode.Uri[]): Promise<void> {
    await this.#remember([...this.added, ...uris]);
  }

  /** Uses keys for as long as the window is open; `name` says where they come from. */
  paste(text: string, name = vscode.l10n.t('clipboard {0}', this.#pasted.length + 1)): void {
    if (this.#pasted.some((one) => one.text === text)) return;
    this.#pasted = [...this.#pasted, { name, text }];
    this.#changed.fire();
  }

  /** Keeps keys in the system's keychain, beside those that are there. */
  async keep(text: string): Promise<void> {
    await this.#inOrder(async () => {
      const before = await this.#secrets.get(KEPT);
      await this.#secrets.store(KEPT, before === undefined || before === '' ? text : `${before.trimEnd()}\n${text}`);
    });
  }

  /**
   * Forgets every key that was given by hand: those from the clipboard, those in the keychain, and where the key logs lie that were
   * added. Tells whether there was any. Key logs of the setting stay, and so do the files.
   */
  async forgetKeys(): Promise<boolean> {
    return this.#inOrder(async () => {
      const had = this.#pasted.length > 0 || this.added.length > 0 || (await this.#secrets.get(KEPT)) !== undefined;
      this.#pasted = [];
      await this.#secrets.delete(KEPT);
      await this.#remember([]);
      return had;
    });
  }

  /** One after the other: keys that are being kept while all are forgotten would come back. */
  #inOrder<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changing.then(change);
    this.#changing = result.catch(() => {});
    return result;
  }

  async forget(uri: vscode.Uri): Promise<void> {
    await this.#remember(this.added.filter((each) => each.toString() !== uri.toString()));
  }

  /** Reads every key log in force for a capture. */
  async read(capture: vscode.Uri): Promise<ReadKeyLogs> {
    const problems: string[] = [];
    const written = vscode.workspace.getConfiguration('peerscope', capture).get('limits') ?? {};
    const most = readLimits(written).limits.keyLogSize ?? defaultLimits.keyLogSize;
    const uris = [...unique([...configuredFiles('keyLogs', capture, problems), ...this.added]).values()];
    const texts: KeyLogText[] = [];
    for (const uri of uris) {
      const name = keyLogName(uri);
      try {
        texts.push({ name, text: await readKeyLog(uri, most) });
      } catch (error) {
        problems.push(`${name}: ${vscode.l10n.t('the key log cannot be read: {0}', plain(error))}`);
      }
    }
    texts.push(...this.#pasted);
    const kept = await this.#secrets.get(KEPT);
    if (kept !== undefined && kept !== '') texts.push({ name: vscode.l10n.t('keychain'), text: kept });
    return { uris, texts, problems };
  }

  async #remember(uris: readonly vscode.Uri[]): Promise<void> {
    await this.#state.update(REMEMBERED, uris.length === 0 ? undefined : [...unique(uris).keys()]);
    this.#changed.fire();
  }
}

/** How a key log is called in messages: relative to the workspace where it lies there. */
/** What a capture was told when it was given key logs. */
export interface KeysRead {
  readonly uris: readonly vscode.Uri[];
  /** `name:line: what is wrong` where it is about a line. */
  readonly problems: readonly string[];
}

export function keyLogName(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}

function unique(uris: readonly vscode.Uri[]): Map<string, vscode.Uri> {
  return new Map(uris.map((uri) => [uri.toString(), uri]));
}

/** The text of a key log. What is longer than `most` bytes is some other file, and is not read: throws an Error with a sentence. */
export async function readKeyLog(uri: vscode.Uri, most: number): Promise<string> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > most) throw new Error(vscode.l10n.t('it is over the limit keyLogSize of {0} bytes.', most));
  const bytes = await vscode.workspace.fs.readFile(uri);
  const text = keyLogText(bytes);
  // The text goes on to where it is used; of the bytes nobody has need any more.
  bytes.fill(0);
  return text;
}

function plain(error: unknown): string {
  if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return vscode.l10n.t('there is no such file.');
  return error instanceof Error ? error.message : String(error);
}
