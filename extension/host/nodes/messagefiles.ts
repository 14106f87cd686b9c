/** The file system of messages that are written beside a running node: they live in memory, as long as somebody may come back to them. */
import * as vscode from 'vscode';

import { MESSAGE } from '../messagescheme.ts';

export interface MessageFile {
  /** As it waits: as it was when it was opened, or as it was replaced last. */
  readonly original: string;
  /** As it was when it was opened first. */
  readonly made: string;
  readonly content: Uint8Array;
  readonly mtime: number;
}

export class MessageFiles implements vscode.FileSystemProvider {
  readonly #files = new Map<string, MessageFile>();
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  readonly #registered = vscode.workspace.registerFileSystemProvider(MESSAGE, this, { isCaseSensitive: true });

  dispose(): void {
    this.#registered.dispose();
    this.#changed.dispose();
    this.#files.clear();
  }

  originalOf(uri: vscode.Uri): string | undefined {
    return this.#files.get(uri.toString())?.original;
  }

  madeOf(uri: vscode.Uri): string | undefined {
    return this.#files.get(uri.toString())?.made;
  }

  set(uri: vscode.Uri, text: string): void {
    const content = new TextEncoder().encode(text);
    const made = this.madeOf(uri) ?? text;
    this.#files.set(uri.toString(), { original: text, made, content, mtime: Date.now() });
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  forget(uri: vscode.Uri): void {
    this.#files.delete(uri.toString());
  }

  watch(): vscode.Disposable {
    return { dispose() {} };
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const { content, mtime } = this.#file(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime, size: content.length };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return this.#file(uri).content;
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    this.#files.set(uri.toString(), { ...this.#file(uri), content, mtime: Date.now() });
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  #file(uri: vscode.Uri): MessageFile {
    const file = this.#files.get(uri.toString());
    if (file === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return file;
  }
}
