/** What stops a script wherever it is: a statement that does not hold, and messages that break a rule or cannot be read. */
import { type ExceptionKind, exceptionKinds } from '../../dissector/stepping/index.ts';
import type { ScriptNode } from '../node/scripts/node.ts';
import type { RunView, Stage } from '../node/scripts/stages.ts';
import type { Answer, Arguments } from './requests.ts';
import { text } from './requests.ts';

/** The filter of statements that do not hold, beside those of messages. */
export const FAILURE = 'failure';

export interface ScriptException {
  readonly id: string;
  readonly text: string;
  readonly detail: string;
}

export class ScriptExceptions {
  #wanted = new Set<string>();
  /** Messages of each node that were looked at. */
  readonly #looked = new WeakMap<ScriptNode, number>();

  set(filters: readonly string[], options: readonly Arguments[]): Answer {
    const known: readonly string[] = [FAILURE, ...exceptionKinds.map(({ id }) => id)];
    const ids = [...filters, ...options.map((each) => text(each, 'filterId'))];
    this.#wanted = new Set(ids);
    return {
      breakpoints: ids.map((id) =>
        known.includes(id) ? { verified: true } : { verified: false, message: 'There is no such kind of exception.' },
      ),
    };
  }

  get stopsAtFailures(): boolean {
    return this.#wanted.has(FAILURE);
  }

  /** What came since the last look and is to stop the script. */
  look({ kind }: Stage, { nodes }: RunView): ScriptException | undefined {
    const kinds = exceptionKinds.filter(({ id }) => this.#wanted.has(id)).map(({ id }) => id);
    if (kinds.length === 0 || (kind !== 'statement' && kind !== 'arrival')) return undefined;
    let found: ScriptException | undefined;
    for (const [name, node] of nodes) found ??= this.#lookAt(name, node, kinds);
    return found;
  }

  #lookAt(name: string, node: ScriptNode, kinds: readonly ExceptionKind[]): ScriptException | undefined {
    const analysis = node.analysis();
    const before = this.#looked.get(node) ?? 0;
    const count = analysis?.messageCount ?? 0;
    if (analysis === undefined || count <= before) return undefined;
    for (let n = before; n < count; n++) {
      const { findings, state, name: message } = analysis.message(n);
      const finding = findings.find(({ severity }) => kinds.some((kind) => kind === severity));
      const isClosed = kinds.includes('encrypted') && state === 'encrypted';
      const isBroken = kinds.includes('undecoded') && state !== 'decoded' && state !== 'encrypted';
      if (finding === undefined && !isClosed && !isBroken) continue;
      this.#looked.set(node, n + 1);
      const why = finding?.text ?? `the message is ${state}`;
      const detail = finding === undefined ? '' : `${finding.severity}, ${finding.clause}`;
      return { id: finding?.rule ?? (isClosed ? 'encrypted' : 'undecoded'), text: `${message} at ${name}: ${why}`, detail };
    }
    this.#looked.set(node, count);
    return undefined;
  }
}
