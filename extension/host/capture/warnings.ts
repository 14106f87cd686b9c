/**
 * Tells a person what is wrong with key logs, settings and modules: one notification for all that is new, every line in the output channel. What is
 * told names files and lines and never what stands in them.
 */
import * as vscode from 'vscode';
import { type KeyLogs, keyLogName } from '../keys/keylogs.ts';
import { tellWarning } from '../telling.ts';

export class Warnings {
  readonly #log: vscode.LogOutputChannel;
  readonly #keyLogs: KeyLogs;
  /** What stands for each capture, and for packet scripts, so that two with the same key log or module do not tell it twice. */
  readonly #standing = new Map<unknown, ReadonlySet<string>>();

  constructor(log: vscode.LogOutputChannel, keyLogs: KeyLogs) {
    this.#log = log;
    this.#keyLogs = keyLogs;
  }

  /** Sets the problems that stand for `who`, a capture or what else is open; none when it closes. */
  set(who: object, problems: readonly string[]): void {
    const known = new Set([...this.#standing.values()].flatMap((each) => [...each]));
    if (problems.length === 0) this.#standing.delete(who);
    else this.#standing.set(who, new Set(problems));
    const fresh = problems.filter((problem) => !known.has(problem));
    if (fresh.length === 0) return;
    for (const problem of fresh) this.#log.warn(problem);
    void this.#show(fresh);
  }

  async #show(fresh: readonly string[]): Promise<void> {
    // What is wrong in a line of it begins with its name and the number of the line.
    const unreadable = this.#keyLogs.added.find((uri) => fresh[0]!.startsWith(`${keyLogName(uri)}: `));
    const details = vscode.l10n.t('Show Details');
    const forget = vscode.l10n.t('Forget Key Log');
    const said =
      fresh.length > 1
        ? vscode.l10n.t('Peerscope: {0} (and {1} more)', fresh[0]!, fresh.length - 1)
        : vscode.l10n.t('Peerscope: {0}', fresh[0]!);
    const chosen = await tellWarning(said, details, ...(unreadable ? [forget] : []));
    if (chosen === details) this.#log.show();
    if (chosen === forget && unreadable) await this.#keyLogs.forget(unreadable);
  }
}
