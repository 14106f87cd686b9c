/** The captures that an agent looks at: opened, decoded once, and kept for the next call until they change or others are used. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import type { Analysis, AnalysisOptions } from '../../dissector/analysis/index.ts';
import type { Limits } from '../../dissector/bytes/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { keyLogText } from '../capture/keylogtext.ts';
import { CaptureKeys, type KeyLog } from '../capture/keys.ts';
import { notices, type OpenFile, openFile, Pass } from '../capture/open.ts';
import { reasonOf } from '../capture/reason.ts';
import { Refusal } from './answer.ts';
import { agentLimits } from './limits.ts';
import { quoted } from './quoting.ts';
import type { Roots } from './roots.ts';
import { Secrets } from './secrets.ts';

const STEP_FRAMES = 4_096;
/** Lines that are told of what is wrong with key logs. */
const KEY_PROBLEMS = 5;

/** How captures are decoded, beside what an agent says itself. */
export interface Decoding {
  readonly protocols: readonly Protocol[];
  readonly options: AnalysisOptions & { readonly limits: Limits };
  /** The options as they were written: an agent adds rules of its own to them. */
  readonly written: Readonly<Record<string, unknown>> & { readonly decodeAs: readonly unknown[] };
  /** Key logs that count for every capture; read again for each that is opened. */
  readonly keyLogs: () => readonly KeyLog[];
}

/** What an agent names. */
export interface Wanted {
  readonly capture: string;
  /** Paths of key logs. */
  readonly keys?: readonly string[];
  readonly decode_as?: readonly string[];
}

export interface OpenedCapture {
  /** Its path as an agent may write it. */
  readonly name: string;
  readonly file: OpenFile;
  readonly analysis: Analysis;
  readonly secrets: Secrets;
  /** What is to be said of the file and of the keys, a sentence each. */
  readonly notices: readonly string[];
  close(): void;
}

interface Kept {
  readonly capture: OpenedCapture;
  /** Of all its files, when it was read. */
  readonly stamp: string;
}

export class Captures {
  readonly #roots: Roots;
  readonly #decoding: Decoding;
  /** By what was asked for; the one that was used last stands last. */
  readonly #kept = new Map<string, Kept>();

  constructor(roots: Roots, decoding: Decoding) {
    this.#roots = roots;
    this.#decoding = decoding;
  }

  /** Throws a Refusal for what cannot be read. */
  async open(wanted: Wanted, signal?: AbortSignal): Promise<OpenedCapture> {
    const path = this.#roots.file(wanted.capture);
    const keys = (wanted.keys ?? []).map((each) => this.#roots.file(each));
    const asked = JSON.stringify([path, keys, wanted.decode_as ?? []]);
    const logs = this.#decoding.keyLogs();
    const stamp = JSON.stringify([[path, ...keys].map(stampOf), logs.map(({ text }) => digestOf(text))]);
    const known = this.#kept.get(asked);
    this.#kept.delete(asked);
    if (known?.stamp === stamp) {
      this.#kept.set(asked, known);
      return known.capture;
    }
    known?.capture.close();
    const capture = await this.#read(path, keys, wanted.decode_as ?? [], logs, signal);
    this.#kept.set(asked, { capture, stamp });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > agentLimits.openCaptures && oldest !== undefined) {
      this.#kept.get(oldest)!.capture.close();
      this.#kept.delete(oldest);
    }
    return capture;
  }

  /** Secrets of every capture that is open. */
  get secrets(): readonly Secrets[] {
    return [...this.#kept.values()].map(({ capture }) => capture.secrets);
  }

  close(): void {
    for (const { capture } of this.#kept.values()) capture.close();
    this.#kept.clear();
  }

  async #read(
    path: string,
    keyPaths: readonly string[],
    rules: readonly string[],
    logs: readonly KeyLog[],
    signal: AbortSignal | undefined,
  ): Promise<OpenedCapture> {
    const { protocols } = this.#decoding;
    const options = this.#optionsWith(rules);
    const name = this.#roots.named(path);
    const keys = new CaptureKeys(protocols, options.limits);
    let disk: DiskFile | undefined;
    let file: OpenFile | undefined;
    const close = (): void => {
      disk?.close();
      file?.unpacked?.close();
      keys.ring.clear();
      keys.ring.wipe();
    };
    try {
      disk = new DiskFile(path);
      file = await openFile(disk, options.limits);
      const own = keyPaths.map((each) => readKeyLog(each, this.#roots.named(each), options.limits));
      const { problems } = keys.replace([...logs, ...own]);
      const pass = new Pass(file, keys, protocols, options);
      while (pass.step(STEP_FRAMES)) {
        if (signal?.aborted) throw new Refusal('The call was cancelled.');
        await turn();
      }
      const secrets = new Secrets();
      secrets.addRing(keys.ring);
      const told = [...notices(file), ...keys.problems, ...problems.slice(0, KEY_PROBLEMS)];
      return { name, file, analysis: pass.analysis, secrets, notices: told, close };
    } catch (error) {
      close();
      if (error instanceof Refusal) throw error;
      throw new Refusal(`${quoted(name)} cannot be read: ${quoted(reasonOf(error))}`);
    }
  }

  #optionsWith(rules: readonly string[]): Decoding['options'] {
    if (rules.length === 0) return this.#decoding.options;
    const { written, protocols } = this.#decoding;
    const read = readDecodeOptions({ ...written, decodeAs: [...rules, ...written.decodeAs] }, protocols);
    // What is wrong with the person's own options is no matter of the agent's.
    const before = readDecodeOptions(written, protocols).problems;
    const wrong = read.problems.filter((problem) => !before.includes(problem));
    if (wrong.length > 0) throw new Refusal(wrong.map((problem) => quoted(problem)).join(' '));
    return read;
  }
}

/** Tells two key logs apart without keeping them. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Another one whenever the file was changed. */
function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

/** Throws a Refusal with a sentence; what is in the file is in none. */
export function readKeyLog(path: string, name: string, { keyLogSize }: Limits): KeyLog {
  const cannot = (reason: string): Refusal => new Refusal(`The key log ${quoted(name)} cannot be read: ${reason}`);
  try {
    if (statSync(path).size > keyLogSize) throw cannot(`it is over the limit keyLogSize of ${keyLogSize} bytes.`);
    return { name, text: keyLogText(readFileSync(path)) };
  } catch (error) {
    throw error instanceof Refusal ? error : cannot(quoted(reasonOf(error)));
  }
}
