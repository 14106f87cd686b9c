/**
 * Opening a capture the way the command line and the dissection worker both do: unpacked where it is compressed, with the
 * secrets that it carries, ready for the first pass.
 */

import { Analysis, type AnalysisOptions } from '../../dissector/analysis/index.ts';
import type { Limits, Problem } from '../../dissector/bytes/index.ts';
import {
  type CaptureFile,
  type CaptureReader,
  type Compression,
  canUnpack,
  compressionOf,
  openCapture,
  otherCompression,
  unpack,
} from '../../dissector/capture/index.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { decompressors } from './decompressors.ts';
import { UnreadableCapture } from './failures.ts';
import { GrowingFile } from './growingfile.ts';
import type { CaptureKeys } from './keys.ts';

/** Indexed before the first message is observed: secrets that stand there are known from the start. */
const INDEX_BYTES = 4 << 20;
const MAX_PROBLEMS_TOLD = 20;
const MAX_DROPS_TOLD = 5;

export interface OpenFile {
  readonly reader: CaptureReader;
  /** `pcap`, `pcapng`, `pcapng (gzip)`. */
  readonly format: string;
  /** Its bytes, where it was unpacked: they stay, whatever becomes of the file. */
  readonly unpacked?: GrowingFile;
  /** Bytes of the file as it lies there, and of what it unpacks to. */
  readonly size: number;
  readonly unpackedSize: number;
  /** Why unpacking ended early. */
  readonly unpackProblem: Problem | undefined;
  /** Of merged captures: what they are, each with its name. */
  readonly parts?: readonly { readonly name: string; readonly file: OpenFile }[];
}

/** Several open captures as one. */
export function merged(parts: NonNullable<OpenFile['parts']>, reader: CaptureReader): OpenFile {
  const sum = (of: (file: OpenFile) => number): number => parts.reduce((all, { file }) => all + of(file), 0);
  return {
    ...{ reader, parts, format: `merged: ${parts.map(({ file }) => file.format).join(', ')}` },
    ...{ size: sum(({ size }) => size), unpackedSize: sum(({ unpackedSize }) => unpackedSize) },
    unpackProblem: parts.find(({ file }) => file.unpackProblem !== undefined)?.file.unpackProblem,
  };
}

/** Of a compressed file: the part of it that was read, 0 to 1, and what has come out so far. What it throws comes through. */
export type Unpacking = (part: number, bytes: number) => void;

/** `limits`: of its frames and blocks, and of what it unpacks to. */
export async function openFile(file: CaptureFile, limits: Limits, unpacking: Unpacking = () => {}): Promise<OpenFile> {
  const size = file.size();
  const compression = compressionOf(file);
  if (compression === undefined) return { ...readerOf(file, limits), size, unpackedSize: size, unpackProblem: undefined };
  if (!canUnpack(compression, decompressors)) throw new UnreadableCapture(notHere(compression));
  const unpacked = new GrowingFile();
  try {
    const { size: unpackedSize, problem } = await unpack(file, compression, decompressors, limits, (bytes, fed) => {
      unpacking(fed / size, unpacked.size());
      return unpacked.append(bytes);
    });
    if (unpackedSize === 0) throw new UnreadableCapture(`${problem?.text ?? 'The compressed file is empty'}.`);
    const { reader, format } = readerOf(unpacked, limits);
    return { reader, format: `${format} (${compression})`, unpacked, size, unpackedSize, unpackProblem: problem };
  } catch (error) {
    unpacked.close();
    throw error;
  }
}

/** Only Zstandard is not everywhere: Node has it since 22.15, browsers have not. */
function notHere(compression: Compression): string {
  return `The file is compressed with ${compression}, which Peerscope reads with Node 22.15 or later. Unpack it first: zstd -d.`;
}

function readerOf(file: CaptureFile, limits: Limits): { reader: CaptureReader; format: string } {
  const opened = openCapture(file, limits);
  if ('problem' in opened) throw new UnreadableCapture(otherCompression(file) ?? sentence(opened.problem.text));
  return { reader: opened.reader, format: opened.reader.format };
}

/** The file ends inside a record or inside its compressed data. */
export function isCutShort({ reader, unpackProblem }: OpenFile): boolean {
  return reader.truncated || unpackProblem?.kind === 'incomplete';
}

/** What is to be said about the file as a whole, a sentence each. */
export function notices(file: OpenFile): string[] {
  if (file.parts !== undefined)
    return file.parts.flatMap(({ name, file: part }) => notices(part).map((text) => `${name}: ${text}`));
  const { reader, unpackProblem } = file;
  const problems = [...reader.problems];
  const told = problems.slice(0, MAX_PROBLEMS_TOLD).map(({ text, at }) => `At byte ${at}: ${sentence(text)}`);
  told.push(...droppedText(reader));
  if (problems.length > told.length) told.push(`${problems.length - told.length} more problems of the file are not listed.`);
  if (unpackProblem !== undefined) told.push(sentence(unpackProblem.text));
  if (reader.tail !== undefined) told.push(`The capture is cut short at byte ${reader.position}: ${sentence(reader.tail.text)}`);
  return told;
}

/** Packets that the capture itself lost: what is missing in it need not be missing on the wire. */
function droppedText({ dropped, interfaces }: CaptureReader): string[] {
  const all = [...dropped];
  const told = all.slice(0, MAX_DROPS_TOLD).map(([index, count]) => {
    const { name = `interface ${index}` } = interfaces[index]!;
    return `${count === 1n ? '1 packet was' : `${count} packets were`} dropped on ${name} (interface statistics).`;
  });
  return all.length > told.length ? [...told, `${all.length - told.length} more interfaces dropped packets.`] : told;
}

/** One capture with its keys through its first pass. */
export class Pass {
  readonly file: OpenFile;
  readonly keys: CaptureKeys;
  readonly analysis: Analysis;
  /** More may come after the end. */
  readonly #follows: boolean;
  #done = false;
  #ending = false;
  #lateSecrets = false;

  constructor(file: OpenFile, keys: CaptureKeys, protocols: readonly Protocol[], options: AnalysisOptions = {}, follows = false) {
    this.#follows = follows;
    this.file = file;
    this.keys = keys;
    keys.use(file.reader);
    file.reader.step(INDEX_BYTES);
    keys.takeSecrets();
    this.analysis = new Analysis(file.reader, protocols, keys.ring, options);
  }

  get done(): boolean {
    return this.#done;
  }

  /** It does not end where the file ends now. */
  get follows(): boolean {
    return this.#follows && !this.#done;
  }

  /** The end of the file was met, and what comes behind it later belongs to another pass. */
  get ending(): boolean {
    return this.#ending;
  }

  /** Observes further frames; false when there are no more, and then the pass has ended unless it follows a growing file. */
  step(maxFrames: number): boolean {
    if (this.#ending) return this.#end();
    const { reader } = this.file;
    // Secrets are taken before the frames behind them are observed: in a capture that grows nobody comes back to these for a while.
    if (this.analysis.observed >= reader.frames.length) reader.step(INDEX_BYTES);
    if (this.keys.takeSecrets()) this.#lateSecrets = true;
    return this.#observe(maxFrames);
  }

  #observe(maxFrames: number): boolean {
    const more = this.analysis.step(maxFrames);
    if (this.keys.takeSecrets()) this.#lateSecrets = true;
    return more || (!this.#follows && this.#end());
  }

  /** Secrets came behind frames, and some of those may be open with them. */
  get hasLateSecrets(): boolean {
    return this.#lateSecrets && this.analysis.counts.encrypted > 0;
  }

  /** Nothing more comes: what waits for more is judged now. */
  finish(): void {
    while (this.#end());
  }

  /** A part of what there is to do at the end; true while more is left. */
  #end(): boolean {
    if (this.#done) return false;
    this.#ending = true;
    // Once for all that came late: a capture can carry a thousand secrets blocks.
    if (this.#lateSecrets && this.analysis.rekeyPart(false)) return true;
    this.#lateSecrets = false;
    this.#done = !this.analysis.finishPart();
    return !this.#done;
  }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
