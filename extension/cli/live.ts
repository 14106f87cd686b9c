/** The messages of a recording while it grows: each printed once, and once more when later traffic tells more of it. */
import { getHeapStatistics } from 'node:v8';
import type { DecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import { messageLine } from '../../dissector/analysis/jsonline.ts';
import type { KeyRing, Protocol } from '../../dissector/protocol/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { CaptureKeys } from '../capture/keys.ts';
import { openFile, Pass } from '../capture/open.ts';
import type { Output } from './output.ts';
import { ReadableMessages } from './readable.ts';

/** Frames between which the sockets are heard, where nobody says another number: a handshake may take milliseconds to open. */
const STEP_FRAMES = 64;
/** How long a node that never rests is read at once, and how long what is left is read once it has stopped. */
const READ_MS = 100;
const LEFT_MS = 10_000;
/** Messages that are looked at again while the node runs, the newest; at the end all of them up to `LOOKED_AGAIN`. */
const RECENT = 64;
const LOOKED_AGAIN = 50_000;
/** Frames that are decoded again for a key that comes late. */
const REKEYED_FRAMES = 10_000;
/** Frames that are decoded, and the part of the memory of this process that they may take; the recording goes on. */
const DECODED_FRAMES = 1_000_000;
const MEMORY_PART = 0.6;

export interface LiveOptions {
  readonly path: string;
  readonly protocol: Protocol;
  readonly protocols: readonly Protocol[];
  readonly decodeOptions: DecodeOptions;
  readonly json: boolean;
  readonly out: Output;
  /** Frames between which the sockets are heard. */
  readonly stepFrames?: number;
}

export class Live {
  readonly #pass: Pass;
  readonly #disk: DiskFile;
  readonly #keys: CaptureKeys;
  readonly #options: LiveOptions;
  /** Messages that were printed, and the lines of those that may be printed again, by number: JSON alone is. */
  #count = 0;
  readonly #printed = new Map<number, string>();
  readonly #readable: ReadableMessages;
  #full = false;
  #isLeft = false;

  static async open(options: LiveOptions): Promise<Live> {
    const disk = new DiskFile(options.path);
    return new Live(options, disk, await openFile(disk, options.decodeOptions.limits));
  }

  private constructor(options: LiveOptions, disk: DiskFile, file: Awaited<ReturnType<typeof openFile>>) {
    const { protocol, protocols, decodeOptions } = options;
    this.#options = options;
    this.#disk = disk;
    this.#keys = new CaptureKeys(protocols, decodeOptions.limits);
    // All that the node sends and hears is of its protocol, whatever it looks like.
    const decodeAs = [...decodeOptions.decodeAs, { text: 'the test node', protocol: protocol.id, matches: () => true }];
    this.#pass = new Pass(
      file,
      this.#keys,
      protocols,
      { choices: decodeOptions.choices, limits: decodeOptions.limits, decodeAs },
      true,
    );
    this.#readable = new ReadableMessages(this.#pass.analysis, false, true);
  }

  /** Its keys: what is added before the traffic that it opens is read opens that. */
  get ring(): KeyRing {
    return this.#keys.ring;
  }

  /** Keys were added late: what was decoded so far is decoded again, while that is little. */
  keysCame(): void {
    const { analysis } = this.#pass;
    if (analysis.counts.encrypted > 0 && analysis.observed <= REKEYED_FRAMES) analysis.rekey();
  }

  /** A key of the node: told before the traffic that it opens is read. */
  key(line: string): void {
    this.#keys.ring.add('the node', line);
  }

  get messageCount(): number {
    return this.#count;
  }

  /** Nothing more is decoded, however much is written. */
  get isFull(): boolean {
    return this.#full;
  }

  /** After how many frames decoding stopped because there are too many; undefined when all were decoded. */
  get stoppedAt(): number | undefined {
    return this.#full || this.#isLeft ? this.#pass.analysis.observed : undefined;
  }

  /** Reads what was written since, and prints it; what a busy node goes on writing is left for the next time. `milliseconds`: for so long at most. */
  async read(milliseconds = READ_MS): Promise<void> {
    const end = performance.now() + milliseconds;
    while ((await this.#step()) && performance.now() < end);
    await this.#print(this.#count - RECENT);
  }

  /** False when there is no more. */
  async #step(): Promise<boolean> {
    this.#full ||= this.#pass.analysis.reader.frames.length >= DECODED_FRAMES || isMemoryFull();
    if (this.#full) return false;
    const more = this.#pass.step(this.#options.stepFrames ?? STEP_FRAMES);
    await this.#print(this.#count);
    if (more) await new Promise((heard) => setImmediate(heard));
    return more;
  }

  /** Reads the rest, judges what waited for more, and prints what that changed. Gives the number of findings of severity error. */
  async end(): Promise<number> {
    const end = performance.now() + LEFT_MS;
    while (!this.#isLeft && (await this.#step())) this.#isLeft = performance.now() >= end;
    if (!this.#full && !this.#isLeft) this.#pass.finish();
    const { analysis } = this.#pass;
    await this.#print(this.#count - LOOKED_AGAIN);
    let errors = 0;
    for (let n = 0; n < analysis.messageCount; n++)
      errors += analysis.findingsOf(n).filter(({ severity }) => severity === 'error').length;
    this.#disk.close();
    return errors;
  }

  async #print(from: number): Promise<void> {
    const { json, out } = this.#options;
    const { analysis } = this.#pass;
    for (let n = json ? Math.max(0, from) : this.#count; n < analysis.messageCount && !out.closed; n++) {
      if (json) {
        const line = JSON.stringify(messageLine(analysis, n));
        if (this.#printed.get(n) === line) continue;
        this.#printed.set(n, line);
        out.lines.line(line);
      } else this.#readable.message(n, out.lines);
      this.#printed.delete(n - LOOKED_AGAIN);
      this.#count = Math.max(this.#count, n + 1);
      await out.written();
    }
    await out.flush();
  }
}

/** Keys of a node on their way to what prints its messages, which is there only once the node is. */
export class LiveKeys {
  readonly #early: string[] = [];
  #live: Live | undefined;

  add(line: string): void {
    if (this.#live === undefined) this.#early.push(line);
    else this.#live.key(line);
  }

  to(live: Live): void {
    this.#live = live;
    for (const line of this.#early.splice(0)) live.key(line);
  }
}

/** A session takes kilobytes, and others begin as many as they like. */
function isMemoryFull(): boolean {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return used_heap_size > MEMORY_PART * heap_size_limit;
}
