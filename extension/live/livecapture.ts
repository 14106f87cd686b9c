/** A capture while it is made: the program runs, whole records go to whoever takes them, until somebody or a stop condition ends it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { defaultLimits, type Limits } from '../../dissector/bytes/index.ts';
import { capturerOf, plainEnvironment, sshProgram } from './asking.ts';
import { captureArguments, checkSource, type LiveSource, remoteCapture, sshArguments } from './calls.ts';
import { programFolders } from './programs.ts';
import { RecordCutter } from './records.ts';
import { LiveRefusal, refusalOf } from './refusal.ts';

/** Bytes of standard error that are kept: its end says why. */
const STDERR_BYTES = 8_192;
/** A program that is asked to end and does not is ended. */
const GRACE_MS = 3_000;

/** What ends a capture by itself; the first that is reached. */
export interface Stops {
  readonly seconds?: number | undefined;
  readonly packets?: number | undefined;
  /** Bytes of the capture, heads of records included. */
  readonly bytes?: number | undefined;
}

/** What takes the capture. Each may throw a LiveRefusal, which ends it. */
export interface LiveSink {
  /** The head of the file, once, before any record. */
  begin(head: Uint8Array): void;
  /** Whole records. */
  write(records: readonly Uint8Array[]): void;
}

export interface LiveOptions {
  readonly source: LiveSource;
  readonly stops: Stops;
  readonly sinks: readonly LiveSink[];
  readonly limits?: Pick<Limits, 'frameSize'> | undefined;
  /** Ctrl+C on the terminal of this process is not to reach the program, which this process ends in order. */
  readonly fromTerminal?: boolean | undefined;
  /** Where programs are looked for. */
  readonly folders?: readonly string[] | undefined;
}

/** How a capture ended. */
export interface LiveEnd {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that the system dropped before the program read them; undefined where the program did not say. */
  readonly dropped: number | undefined;
  /** The stop condition that was reached. */
  readonly reached: keyof Stops | undefined;
  /** Why it broke off; undefined where somebody or a stop condition ended it. */
  readonly refusal: LiveRefusal | undefined;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export class LiveCapture {
  /** Comes when the program has gone and all that it captured was taken. */
  readonly ended: Promise<LiveEnd>;
  /** Comes when the program captures; before that, a LiveRefusal says why it cannot. */
  readonly begun: Promise<void>;
  readonly #child: Child;
  readonly #options: LiveOptions;
  readonly #cutter: RecordCutter;
  readonly #isRemote: boolean;
  #begin: () => void = () => {};
  #packets = 0;
  #bytes = 0;
  #isStopping = false;
  #reached: keyof Stops | undefined;
  #refusal: LiveRefusal | undefined;
  #stderr = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #grace: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts the first program that may capture there, or tcpdump on another host over SSH, and comes once it captures. Throws a LiveRefusal.
   */
  static async start(options: LiveOptions): Promise<LiveCapture> {
    const { source, folders = programFolders() } = options;
    checkSource(source);
    const { host } = source;
    if (host !== undefined) {
      const { path } = sshProgram(folders);
      const args = sshArguments(host, remoteCapture(source), source.isSilent === true);
      return started(new LiveCapture(path, args, options));
    }
    const { name, path } = await capturerOf(source, folders);
    return started(new LiveCapture(path, captureArguments[name](source), options));
  }

  private constructor(path: string, args: readonly string[], options: LiveOptions) {
    this.#options = options;
    this.#isRemote = options.source.host !== undefined;
    this.#cutter = new RecordCutter(options.limits ?? defaultLimits);
    this.#child = spawn(path, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      // A group of its own has no terminal, on which SSH may have to ask for a password.
      detached: options.fromTerminal === true && process.platform !== 'win32' && !this.#isRemote,
      env: plainEnvironment(),
    });
    const { stdin, stdout, stderr } = this.#child;
    // A program that has gone reads no more.
    stdin.on('error', () => {});
    stdout.on('data', (bytes: Buffer) => this.#take(bytes));
    stderr.on('data', (bytes: Buffer) => {
      this.#stderr = (this.#stderr + bytes.toString()).slice(-STDERR_BYTES);
    });
    const asked = { program: this.#isRemote ? 'tcpdump' : path, interface: options.source.interface, host: options.source.host };
    this.ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#refusal ??= new LiveRefusal('other', `${path} cannot be started: ${error.message}.`);
      });
      this.#child.on('close', () => {
        clearTimeout(this.#timer);
        clearTimeout(this.#grace);
        if (!this.#isStopping) this.#refusal ??= refusalOf(this.#stderr, asked, this.#isRemote ? undefined : process.platform);
        const [packets, bytes, reached, refusal] = [this.#packets, this.#bytes, this.#reached, this.#refusal];
        resolve({ packets, bytes, reached, refusal, dropped: droppedIn(this.#stderr) });
      });
    });
    this.begun = new Promise((resolve, reject) => {
      this.#begin = resolve;
      void this.ended.then(({ refusal }) => (refusal === undefined ? resolve() : reject(refusal)));
    });
    // Whoever starts a capture waits for it; nobody else need.
    this.begun.catch(() => {});
  }

  get packets(): number {
    return this.#packets;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Ends the capture, and comes when all that was captured has been taken. */
  stop(): Promise<LiveEnd> {
    this.#end();
    return this.ended;
  }

  /** The pipe waits while a reader is behind, and then the system counts what it drops. */
  pause(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  #end(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#child.stdout.resume();
    // On another host the end of standard input ends it.
    if (this.#isRemote) this.#child.stdin.end();
    else this.#child.kill('SIGTERM');
    this.#grace = setTimeout(() => this.#child.kill('SIGKILL'), GRACE_MS);
  }

  #take(bytes: Buffer): void {
    // Behind a stop condition nothing counts.
    if (this.#reached !== undefined || this.#refusal !== undefined) return;
    try {
      const { head, records } = this.#cutter.take(bytes);
      const { sinks, stops } = this.#options;
      if (head !== undefined) {
        for (const sink of sinks) sink.begin(head);
        this.#bytes += head.length;
        if (stops.seconds !== undefined) this.#timer = setTimeout(() => this.#reach('seconds'), stops.seconds * 1000);
        this.#begin();
      }
      const taken = this.#within(records);
      if (taken.length > 0) for (const sink of sinks) sink.write(taken);
    } catch (error) {
      if (!(error instanceof LiveRefusal)) throw error;
      this.#refusal ??= error;
      this.#end();
    }
  }

  #reach(condition: keyof Stops): void {
    if (!this.#isStopping) this.#reached = condition;
    this.#end();
  }

  /** Those that the stop conditions leave room for. */
  #within(records: readonly Uint8Array[]): readonly Uint8Array[] {
    const { packets = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY } = this.#options.stops;
    const taken: Uint8Array[] = [];
    for (const record of records) {
      if (this.#bytes + record.length > bytes) {
        this.#reach('bytes');
        break;
      }
      taken.push(record);
      this.#packets++;
      this.#bytes += record.length;
      if (this.#packets >= packets) {
        this.#reach('packets');
        break;
      }
    }
    return taken;
  }
}

async function started(capture: LiveCapture): Promise<LiveCapture> {
  await capture.begun;
  return capture;
}

/** `2 packets dropped by kernel` of tcpdump; `received/dropped on interface 'lo': 10/2` of dumpcap. */
function droppedIn(stderr: string): number | undefined {
  const [, tcpdump, dumpcap] = /(\d+) packets? dropped by kernel|dropped on interface .*?: \d+\/(\d+)/.exec(stderr) ?? [];
  const told = tcpdump ?? dumpcap;
  return told === undefined ? undefined : Number(told);
}

/** `12 packets captured on lo.`, and what the system dropped. */
export function endSentence(name: string, { packets, dropped }: Pick<LiveEnd, 'packets' | 'dropped'>): string {
  const lost = dropped === undefined || dropped === 0 ? '' : ` The system dropped ${dropped} more before they were read.`;
  return `${packets} ${packets === 1 ? 'packet' : 'packets'} captured on ${name}.${lost}`;
}
