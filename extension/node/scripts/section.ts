/** Sections of packet scripts as the editor runs them. */
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { pinsIn } from '../../../dissector/analysis/decodeoptions.ts';
import { parseScript, type Section, sectionsOf, upTo } from '../../../dissector/script/index.ts';
import { reasonOf } from '../../capture/reason.ts';
import type { NodeCalls } from '../../wire/node.ts';
import { nodeLimitsIn } from '../limits.ts';
import { protocolsOf } from '../protocols.ts';
import { ownerOnly } from '../saving.ts';
import { runSection } from './run.ts';
import type { Onlooker, RunView } from './stages.ts';

type Wanted = NodeCalls['runSection']['params'];

export class ScriptSections {
  /** What stops each run. */
  readonly #running = new Map<number, AbortController>();
  readonly #views = new Set<RunView>();
  #isStill = false;

  /** Scripts of the editor stay on this machine: a build that runs them says otherwise by its own command. */
  async run(wanted: Wanted): Promise<NodeCalls['runSection']['result']> {
    const { run, text, section } = wanted;
    const found = sectionsOf(parseScript(text))[section];
    if (found === undefined) throw new Error('The script has no such section any more.');
    const stop = new AbortController();
    this.#running.set(run, stop);
    try {
      return await this.#run(found, wanted, stop.signal);
    } finally {
      this.#running.delete(run);
    }
  }

  /** While a debugger is stopped nothing that runs is late, nor what it waits for. */
  standStill(isStill: boolean): void {
    this.#isStill = isStill;
    for (const view of this.#views) view.freeze(isStill);
  }

  stop(run: number): void {
    this.#running.get(run)?.abort();
  }

  async #run(found: Section, wanted: Wanted, signal: AbortSignal): Promise<NodeCalls['runSection']['result']> {
    const { tree, folder, answered, until, recording: path, modules } = wanted;
    const protocols = await protocolsOf(modules);
    const around = { folder, answered, environment: process.env, seed: randomInt(2 ** 32) };
    const part = until === undefined ? found : upTo(found, until);
    const options = { protocols, pins: pinsIn(tree, protocols), limits: nodeLimitsIn(tree, protocols), allow: [], around };
    const { seconds, failure, stopped, recording } = await this.#watched((onlooker) =>
      runSection(part, { ...options, signal, onlooker }),
    );
    const unrecorded = record(path, recording);
    return {
      ...{ seconds, recorded: recording !== undefined && unrecorded === undefined },
      ...(failure === undefined ? {} : { failure }),
      ...(stopped === undefined ? {} : { stopped }),
      ...(unrecorded === undefined ? {} : { unrecorded }),
    };
  }

  /** A run that stands still with the others. */
  async #watched<T>(run: (onlooker: Onlooker) => Promise<T>): Promise<T> {
    let own: RunView | undefined;
    try {
      return await run({
        started: (view) => {
          own = view;
          this.#views.add(view);
          view.freeze(this.#isStill);
        },
      });
    } finally {
      if (own !== undefined) this.#views.delete(own);
    }
  }
}

/** In the place of what the run before left; why it could not be written, where it could not. */
function record(path: string, recording: Uint8Array | undefined): string | undefined {
  try {
    // An inspector that shows the run before it sees that this is another one.
    rmSync(path, { force: true });
    if (recording !== undefined) ownerOnly(path, recording);
    return undefined;
  } catch (error) {
    return `There is no recording of this run: ${reasonOf(error)}`;
  }
}
