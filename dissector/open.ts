import { defaultLimits, type Limits, type Problem, type Tree } from './bytes/index.ts';
import { keyLogSecretsType, memoryFile, openCapture } from './capture/index.ts';
import { type Explanation, explanation } from './explanation.ts';
import { type MessageLine, messageLine } from './line.ts';
import { protocols as known } from './protocols/index.ts';
import { Analysis, type Conversation, type Finding, type KeyLogReport, KeyRing, type Protocol } from './session/index.ts';
import { readWishes, type WrittenWishes } from './wishes.ts';

const STEP_FRAMES = 65_536;

export interface OpenOptions extends WrittenWishes {
  /** Texts of key logs. */
  readonly keys?: readonly string[];
  /** The protocols that are looked for, the first before the others where two are equally sure; without it the five. */
  readonly protocols?: readonly Protocol[];
  readonly limits?: Limits;
}

/**
 * Reads a pcap or pcapng file that lies in memory (not compressed) and observes it to its end. Bytes that are no capture
 * give a Problem; a capture that is cut short is read as far as it goes.
 */
export function openBytes(bytes: Uint8Array, options: OpenOptions = {}): OpenedCapture | { readonly problem: Problem } {
  const { limits = defaultLimits } = options;
  const opened = openCapture(memoryFile(bytes), limits);
  return 'problem' in opened ? opened : new OpenedCapture(opened.reader, options, limits);
}

/** A capture whose messages are known. Numbers of messages count from 0, those of frames from 1. */
export class OpenedCapture {
  /** Everything below this class, for whoever needs more of it. */
  readonly analysis: Analysis;
  readonly #problems: string[];

  constructor(reader: Analysis['reader'], options: OpenOptions, limits: Limits) {
    const { protocols = known, keys = [] } = options;
    const ring = new KeyRing(protocols.flatMap((protocol) => protocol.keys));
    const { choices, decodeAs, problems } = readWishes(options, protocols);
    this.#problems = [...problems];
    keys.forEach((text, index) => void this.#problems.push(...ring.add(`keys ${index + 1}`, text).problems));
    this.analysis = new Analysis(reader, protocols, ring, { limits, choices, decodeAs });
    while (this.analysis.step(STEP_FRAMES));
    this.analysis.finish();
    this.#takeSecrets();
  }

  /** A sentence for each line of a key log, rule and choice that could not be used, and for each part of the file that could not be read. */
  get problems(): readonly string[] {
    const { reader } = this.analysis;
    const tail = reader.tail === undefined ? [] : [reader.tail];
    return [...this.#problems, ...[...reader.problems, ...tail].map(({ text }) => text)];
  }

  get frameCount(): number {
    return this.analysis.reader.frames.length;
  }

  get messageCount(): number {
    return this.analysis.messageCount;
  }

  get conversations(): readonly Conversation[] {
    return this.analysis.conversations;
  }

  /** Gives a further key log: messages that it opens are open from now on. A bad line is reported and the rest is used. */
  giveKeys(text: string, name = 'keys'): KeyLogReport {
    const report = this.analysis.ring.add(name, text);
    if (report.added > 0) this.analysis.rekey();
    return report;
  }

  /** The messages in the order in which they complete, as `decode --json` prints them; `bytes` adds what they hold after decryption. */
  *messages({ bytes = false }: { readonly bytes?: boolean } = {}): IterableIterator<MessageLine> {
    for (let n = 0; n < this.messageCount; n++) yield messageLine(this.analysis, n, bytes);
  }

  /** The decode tree of a message: layers from the frame inwards, and the Sources that their ranges point into. */
  tree(n: number): Tree {
    return this.analysis.dissect(this.#existing(n)).tree;
  }

  /** What the specifications would say, with the frame of the message that carries it. */
  *findings(): IterableIterator<Finding & { readonly n: number; readonly frame: number }> {
    for (let n = 0; n < this.messageCount; n++) {
      const { frame, findings } = this.analysis.message(n);
      for (const finding of findings) yield { n, frame, ...finding };
    }
  }

  /** Why a message is not decrypted, or how it was. */
  explain(n: number): Explanation {
    return explanation(this.analysis, this.#existing(n));
  }

  #existing(n: number): number {
    if (Number.isInteger(n) && n >= 0 && n < this.messageCount) return n;
    throw new RangeError(`There is no message ${n}: the capture has ${this.messageCount}.`);
  }

  /** Keys that the capture carries itself. */
  #takeSecrets(): void {
    const { reader, ring } = this.analysis;
    let added = 0;
    reader.secrets.forEach(({ type, bytes }, index) => {
      if (type !== keyLogSecretsType) return;
      const report = ring.add(`capture secrets block ${index + 1}`, new TextDecoder().decode(bytes));
      this.#problems.push(...report.problems);
      added += report.added;
    });
    if (added > 0) this.analysis.rekey();
  }
}
