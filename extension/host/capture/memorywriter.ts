/** A file that is written as a whole, since it does not lie on a disk. */
import * as vscode from 'vscode';

const MAX_BYTES_IN_MEMORY = 256 * 1024 * 1024;

export interface Target {
  add(bytes: Uint8Array): Promise<void>;
  /** Without all its bytes it is as if it had never been begun. */
  end(isWhole: boolean): Promise<void>;
}

export class Gathered implements Target {
  readonly #target: vscode.Uri;
  readonly #parts: Uint8Array[] = [];
  #size = 0;

  constructor(target: vscode.Uri) {
    this.#target = target;
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    if (this.#size <= MAX_BYTES_IN_MEMORY) this.#parts.push(bytes);
    else
      throw new Error(
        vscode.l10n.t(
          'A file that is not on a disk is held in memory, and this one is longer than {0} MiB.',
          MAX_BYTES_IN_MEMORY / 2 ** 20,
        ),
      );
  }

  async end(isWhole: boolean): Promise<void> {
    if (!isWhole) return;
    const whole = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    await vscode.workspace.fs.writeFile(this.#target, whole);
  }
}
