/** Sections of packet scripts as the editor runs them. */
import { randomInt } from 'node:crypto';
import { pinsIn } from '../../../dissector/analysis/decodeoptions.ts';
import { parseScript, type Section, sectionsOf, upTo } from '../../../dissector/script/index.ts';
import type { NodeCalls, OpenScript } from '../../wire/node.ts';
import { nodeLimitsIn } from '../limits.ts';
import { protocolsOf } from '../protocols.ts';
import { openSection } from './run.ts';
import { SectionFile } from './sectionfile.ts';
import type { RunView } from './stages.ts';

type Wanted = NodeCalls['runSection']['params'];
type Outcome = NodeCalls['runSection']['result'];

/** Sections whose nodes a person left open; beyond it the one that is open for the longest time is closed. */
const MOST_OPEN = 16;

interface Open extends OpenScript {
  end(): Promise<void>;
}

/** What the editor is told meanwhile. */
export interface SectionEvents {
  /** The recording of a run has its first frame. */
  recording(run: number): void;
  /** Other sections have nodes that stay open. */
  opened(open: readonly OpenScript[]): void;
}

export class ScriptSections {
  readonly #events: SectionEvents;
  /** What stops each run. */
  readonly #running = new Map<number, AbortController>();
  readonly #views = new Set<RunView>();
  /** By the path of its recording, the one that was opened last at the end. */
  readonly #open = new Map<string, Open>();
  #isStill = false;

  constructor(events: SectionEvents) {
    this.#events = events;
  }

  /** Scripts of the editor stay on this machine: a build that runs them says otherwise by its own command. */
  async run(wanted: Wanted): Promise<Outcome> {
    const { run, text, section, recording } = wanted;
    const found = sectionsOf(parseScript(text))[section];
    if (found === undefined) throw new Error('The script has no such section any more.');
    // The same once more: it is in the place of what is open of it.
    await this.#close(recording);
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

  /** Ends the nodes of all sections that stay open. */
  async closeAll(): Promise<void> {
    for (const recording of [...this.#open.keys()]) await this.#close(recording);
  }

  async #close(recording: string): Promise<void> {
    const open = this.#open.get(recording);
    if (open === undefined) return;
    this.#open.delete(recording);
    this.#events.opened([...this.#open.values()]);
    await open.end();
  }

  async #run(found: Section, wanted: Wanted, signal: AbortSignal): Promise<Outcome> {
    const { run, tree, folder, answered, until, recording, modules } = wanted;
    const protocols = await protocolsOf(modules);
    const around = { folder, answered, environment: process.env, seed: randomInt(2 ** 32) };
    const file = new SectionFile(recording, () => this.#events.recording(run));
    let view: RunView | undefined;
    const started = (each: RunView): void => {
      view = each;
      this.#views.add(each);
      each.freeze(this.#isStill);
    };
    const options = { protocols, pins: pinsIn(tree, protocols), limits: nodeLimitsIn(tree, protocols), allow: [], around };
    const { result, nodes, end } = await openSection(until === undefined ? found : upTo(found, until), {
      ...{ ...options, signal, onlooker: { started }, recorded: file.write },
    });
    const close = async (): Promise<void> => {
      await end();
      if (view !== undefined) this.#views.delete(view);
      file.close();
    };
    // A message that a person sent may be answered late: its nodes stay until the person closes them.
    const staysOpen = until !== undefined && nodes.length > 0 && !signal.aborted;
    if (staysOpen) {
      file.settle();
      this.#open.set(recording, { title: found.title, nodes, recording, end: close });
      const [oldest] = this.#open.keys();
      if (this.#open.size > MOST_OPEN && oldest !== undefined) await this.#close(oldest);
      this.#events.opened([...this.#open.values()]);
    } else await close();
    const { seconds, failure, stopped } = result;
    const { isRecorded: recorded, unrecorded } = file;
    return {
      ...{ seconds, recorded },
      ...(failure === undefined ? {} : { failure }),
      ...(stopped === undefined ? {} : { stopped }),
      ...(unrecorded === undefined ? {} : { unrecorded }),
    };
  }
}
