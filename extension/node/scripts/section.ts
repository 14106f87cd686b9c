/** Sections of packet scripts as the editor runs them: at once, or statement by statement. */
import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { pinsIn } from '../../../dissector/analysis/decodeoptions.ts';
import { parseScript, type Section, type Statement, sectionsOf, upTo } from '../../../dissector/script/index.ts';
import { reasonOf } from '../../capture/reason.ts';
import type { NodeCalls } from '../../wire/node.ts';
import { nodeLimitsIn } from '../limits.ts';
import { protocolsOf } from '../protocols.ts';
import { ownerOnly } from '../saving.ts';
import { runSection, type ScriptOptions } from './run.ts';

type Wanted = NodeCalls['runSection']['params'];
type Go = NodeCalls['stepSection']['params']['go'];

export class ScriptSections {
  readonly #reached: (at: number) => void;
  /** What stops each run. */
  readonly #running = new Map<number, AbortController>();
  /** The one that is stepped through. */
  #stepping: number | undefined;
  /** Waits for a person before its next statement. */
  #waiting: ((go: Go) => void) | undefined;

  /** `reached` is called when a section waits before the statement at an offset. */
  constructor(reached: (at: number) => void) {
    this.#reached = reached;
  }

  /** Scripts of the editor stay on this machine: a build that runs them says otherwise by its own command. */
  async run(wanted: Wanted): Promise<NodeCalls['runSection']['result']> {
    const { run, text, section, steps } = wanted;
    const found = sectionsOf(parseScript(text))[section];
    if (found === undefined) throw new Error('The script has no such section any more.');
    if (steps && this.#stepping !== undefined) throw new Error('Another section is being stepped through.');
    const stop = new AbortController();
    this.#running.set(run, stop);
    if (steps) this.#stepping = run;
    try {
      return await this.#run(found, wanted, { signal: stop.signal, ...(steps ? { before: this.#stepper() } : {}) });
    } finally {
      this.#running.delete(run);
      if (steps) this.#stepping = undefined;
    }
  }

  stop(run: number): void {
    this.#running.get(run)?.abort();
    if (this.#stepping === run) this.go('stop');
  }

  async #run(
    found: Section,
    wanted: Wanted,
    more: Pick<ScriptOptions, 'before' | 'signal'>,
  ): Promise<NodeCalls['runSection']['result']> {
    const { tree, folder, answered, until, recording: path, modules } = wanted;
    const protocols = await protocolsOf(modules);
    const around = { folder, answered, environment: process.env, seed: randomInt(2 ** 32) };
    const part = until === undefined ? found : upTo(found, until);
    const options = { protocols, pins: pinsIn(tree, protocols), limits: nodeLimitsIn(tree, protocols), allow: [], around };
    const { seconds, failure, stopped, recording } = await runSection(part, { ...options, ...more });
    const unrecorded = record(path, recording);
    return {
      ...{ seconds, recorded: recording !== undefined && unrecorded === undefined },
      ...(failure === undefined ? {} : { failure }),
      ...(stopped === undefined ? {} : { stopped }),
      ...(unrecorded === undefined ? {} : { unrecorded }),
    };
  }

  go(go: Go): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(go);
  }

  #stepper(): (statement: Statement) => Promise<boolean> {
    let isFree = false;
    return async ({ start }) => {
      if (isFree) return true;
      const answer = new Promise<Go>((resolve) => {
        this.#waiting = resolve;
      });
      this.#reached(start);
      const go = await answer;
      isFree = go === 'on';
      return go !== 'stop';
    };
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
