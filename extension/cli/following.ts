/** `decode -` of a capture that is still being made: each message is printed once it has come. */
import { messageLine } from '../../dissector/analysis/jsonline.ts';
import { FilterRow } from '../../dissector/filter/index.ts';
import { Pass } from '../capture/open.ts';
import { captureNotices } from './capture.ts';
import { decodingNotices } from './decodingnotices.ts';
import { exitStatus } from './errors.ts';
import { ReadableMessages } from './readable.ts';
import type { Incoming } from './stdin.ts';
import type { Task } from './task.ts';

/** A pipe that brings nothing for so long is one that somebody watches. */
export const QUIET_MS = 100;
/** One that never rests is printed so often. */
const PRINT_MS = 100;
const STEP_FRAMES = 4096;
/** Between two looks whether keys have come, while nothing else does. */
const KEYS_MS = 200;
/** Frames that are decoded again for a key that comes late. */
const REKEYED_FRAMES = 10_000;
/** Messages that are looked at again at the end, the newest: later traffic may have told more of them. */
const LOOKED_AGAIN = 50_000;

/**
 * Reads to the end of the pipe. A message is printed again, in JSON, when later traffic tells more of it; its findings, for a person.
 * `keysCame` takes keys that were written meanwhile: what they decrypt is printed again at once.
 */
export async function follow(task: Task, incoming: Incoming, keysCame?: () => boolean): Promise<number> {
  const { file, keys, setup, tell } = task;
  const pass = new Pass(file, keys, setup.protocols, setup.decodeOptions, true);
  const following = new Following(task, pass);
  let printed = performance.now();
  for (let isOver = false; !isOver && !task.out.closed; ) {
    isOver = incoming.ended;
    while (pass.step(STEP_FRAMES));
    const isQuiet = !isOver && !(await incoming.more(QUIET_MS));
    if (!isQuiet && performance.now() - printed < PRINT_MS) continue;
    if (keysCame?.() && pass.analysis.observed <= REKEYED_FRAMES) {
      pass.analysis.rekey();
      await following.again();
    }
    await following.print();
    printed = performance.now();
    if (isQuiet) await incoming.more(keysCame === undefined ? undefined : KEYS_MS);
  }
  pass.finish();
  await following.print();
  await following.again();
  for (const sentence of [...captureNotices(task), ...keys.problems, ...decodingNotices(pass.analysis)]) tell(sentence);
  await following.end();
  return exitStatus.read;
}

/** A message that has come. */
interface Printed {
  /** Its number in the order in which messages came. */
  readonly number: number;
  /** The filter does not leave it out. */
  readonly isShown: boolean;
  /** As they were when it was printed. */
  findings: number;
  state: string;
}

class Following {
  readonly #task: Task;
  readonly #pass: Pass;
  readonly #readable: ReadableMessages | undefined;
  readonly #row: FilterRow;
  /** By frame (1-based): its messages, in their order. A message that is recognised late moves the numbers of others, and no frame. */
  readonly #printed = new Map<number, Printed[]>();
  #count = 0;

  constructor(task: Task, pass: Pass) {
    this.#task = task;
    this.#pass = pass;
    this.#row = new FilterRow(pass.analysis);
    const { command, setup } = task;
    this.#readable = command.json ? undefined : new ReadableMessages(pass.analysis, command.bytes, setup.filter !== undefined);
  }

  /** What has come since: the newest are looked for from the end. */
  async print(): Promise<void> {
    const { analysis } = this.#pass;
    const fresh: number[] = [];
    for (let n = analysis.messageCount - 1; n >= 0 && this.#count + fresh.length < analysis.messageCount; n--)
      if (this.#of(n) === undefined) fresh.push(n);
    for (const n of fresh.reverse()) await this.#print(n);
    await this.#task.out.flush();
  }

  /** The messages that later traffic has told more of, or that a key which came later has decrypted. */
  async again(): Promise<void> {
    const { out } = this.#task;
    const { analysis } = this.#pass;
    for (let n = Math.max(0, analysis.messageCount - LOOKED_AGAIN); n < analysis.messageCount && !out.closed; n++) {
      const printed = this.#of(n);
      if (printed === undefined || !printed.isShown) continue;
      const { length } = analysis.findingsOf(n);
      const state = this.#state(n);
      const isOther = state !== printed.state;
      if (!isOther && length <= printed.findings) continue;
      const { number, findings } = printed;
      if (this.#readable !== undefined && !isOther) this.#readable.later(n, out.lines, number, findings);
      else this.#lines(n, number);
      Object.assign(printed, { findings: length, state });
      await out.written();
    }
  }

  async end(): Promise<void> {
    const { out } = this.#task;
    this.#readable?.end(out.lines);
    await out.written();
  }

  async #print(n: number): Promise<void> {
    const { out, setup } = this.#task;
    const { analysis } = this.#pass;
    const { frame } = analysis.message(n);
    const isShown = setup.filter === undefined || setup.filter.matches(this.#row.at(frame, n));
    const own = this.#printed.get(frame);
    const printed = { number: this.#count++, isShown, findings: analysis.findingsOf(n).length, state: this.#state(n) };
    if (own === undefined) this.#printed.set(frame, [printed]);
    else own.push(printed);
    if (!isShown || out.closed) return;
    this.#lines(n, printed.number);
    await out.written();
  }

  #lines(n: number, number: number): void {
    const { command, out } = this.#task;
    if (this.#readable !== undefined) this.#readable.message(n, out.lines, number);
    else out.lines.line(JSON.stringify({ ...messageLine(this.#pass.analysis, n, command.bytes), n: number }));
  }

  #state(n: number): string {
    const { state, decrypted } = this.#pass.analysis.message(n);
    return `${state} ${decrypted}`;
  }

  /** The message of a number, where it was printed: by its place in its frame. */
  #of(n: number): Printed | undefined {
    const { analysis } = this.#pass;
    const { frame } = analysis.message(n);
    return this.#printed.get(frame)?.[n - analysis.rowOfFrame('messages', frame)];
  }
}
