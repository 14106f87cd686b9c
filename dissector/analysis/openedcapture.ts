import { defaultLimits, type Tree } from '../bytes/index.ts';
import { foreignKeyLogTypes, keyLogSecretsType } from '../capture/index.ts';
import { type Conversation, type Finding, type KeyLogReport, KeyRing, type Protocol } from '../protocol/index.ts';
import { Analysis } from './analysis.ts';
import { readDecodeOptions, type WrittenDecodeOptions } from './decodeoptions.ts';
import { type Explanation, explanation } from './explanation.ts';
import { type MessageLine, messageLine } from './jsonline.ts';

const STEP_FRAMES = 65_536;

export interface OpenOptions extends Omit<WrittenDecodeOptions, 'limits'> {
  /** By name: `{ findings: 500000 }`. The others are `defaultLimits` and those that each protocol declares. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Texts of key logs. */
  readonly keys?: readonly string[];
  /** The protocols that are looked for, the first before the others where two are equally sure; without it the five. */
  readonly protocols?: readonly Protocol[];
}

/** A capture whose messages are known. Numbers of messages count from 0, those of frames from 1. */
export class OpenedCapture {
  /** Everything below this class, for whoever needs more of it. */
  readonly analysis: Analysis;
  readonly #problems: string[];

  constructor(reader: Analysis['reader'], options: OpenOptions & { readonly protocols: readonly Protocol[] }) {
    const { protocols, keys = [] } = options;
    const { choices, decodeAs, order, problems } = readDecodeOptions({ ...options, limits: {} }, protocols);
    const limits = { ...defaultLimits, ...options.limits };
    const ring = new KeyRing(
      protocols.flatMap((protocol) => protocol.keys),
      limits,
    );
    this.#problems = [...problems];
    keys.forEach((text, index) => void this.#problems.push(...ring.add(`keys ${index + 1}`, text).problems));
    this.analysis = new Analysis(reader, protocols, ring, { limits, choices, decodeAs, order });
    while (this.analysis.step(STEP_FRAMES));
    this.analysis.finish();
    this.#takeSecrets();
  }

  /** A sentence for each line of a key log, rule and choice that could not be used, and for each part of the file that could not be read. */
  get problems(): readonly string[] {
    const { reader, ring } = this.analysis;
    const tail = reader.tail === undefined ? [] : [reader.tail];
    return [...this.#problems, ...ring.capturedProblems, ...[...reader.problems, ...tail].map(({ text }) => text)];
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
    const before = ring.size;
    reader.secrets.forEach(({ type, bytes }, index) => {
      const isForeign = foreignKeyLogTypes.includes(type);
      if (!isForeign && type !== keyLogSecretsType) return;
      ring.addCaptured(`capture secrets block ${index + 1}`, new TextDecoder().decode(bytes), isForeign);
    });
    if (ring.size > before) this.analysis.rekey(false);
  }
}
