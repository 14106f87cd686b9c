/** What the capture says of itself: its files and their digests, interfaces, times, what was lost, comments and secrets. */
import { timeSpan } from '../../../dissector/analysis/index.ts';
import {
  type CaptureInterface,
  type CaptureReader,
  type CaptureSecrets,
  foreignKeyLogTypes,
  keyLogSecretsType,
  resolutionText,
} from '../../../dissector/capture/index.ts';
import { linkType } from '../../../dissector/link/index.ts';
import type { Answers, Opened } from '../answer.ts';
import type { Capture, CaptureSource } from '../capture.ts';
import { FileDigest } from '../filedigest.ts';

export interface InterfaceView {
  readonly name: string;
  readonly description: string;
  /** LINKTYPE_ number, and what it is where that is known. */
  readonly link: string;
  /** Bytes that the capture kept of a frame at most; 0 for no limit. */
  readonly snapLength: number;
  /** One tick of its clock, in seconds. */
  readonly resolution: string;
  /** Capture filter; empty where the file names none. */
  readonly filter: string;
  readonly frames: number;
  /** Packets that were dropped while it captured, in decimal; absent where the file does not say. */
  readonly dropped?: string;
}

export interface SectionView {
  readonly hardware: string;
  readonly operatingSystem: string;
  readonly application: string;
  readonly comments: readonly string[];
}

export interface FileView {
  readonly name: string;
  /** 0 until it is read. */
  readonly bytes: number;
  /** SHA-256 in hexadecimal, of the file as it lies there; absent until it is computed. */
  readonly digest?: string;
}

export interface FrameComment {
  readonly frame: number;
  readonly text: string;
}

export interface CaptureProperties {
  readonly format: string;
  readonly frames: number;
  /** Bytes of all frames on the wire. */
  readonly wireBytes: number;
  /** Seconds since 1970 and nanoseconds; absent where no frame has a time. */
  readonly first?: Instant;
  readonly last?: Instant;
  readonly sections: readonly SectionView[];
  readonly interfaces: readonly InterfaceView[];
  /** Blocks of secrets by kind. */
  readonly secrets: readonly { readonly kind: string; readonly blocks: number }[];
  readonly files: readonly FileView[];
  /** Comments of the file on its frames. */
  readonly comments: readonly FrameComment[];
  /** There are more sections, interfaces or comments than are listed. */
  readonly more: boolean;
  /** How much of the digests and comments was read, from 0 to 1. */
  readonly progress: number;
  readonly done: boolean;
}

interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

export type PropertiesQuestions = {
  /** Asked again until it is `done`. */
  look: { params: Record<never, never>; result: CaptureProperties };
};

const MOMENT_MS = 30;
const MOST_COMMENTS = 1_000;
const MOST_LISTED = 100;
/** Frames between two looks at the clock. */
const STRIDE = 256;
const INTERFACE_FILTER = 11;

export function answers({ capture }: Opened): Answers<PropertiesQuestions> {
  const properties = new Properties(capture);
  return { look: { read: () => ({}), answer: () => properties.look() } };
}

/** What is told at once. */
type About = Omit<CaptureProperties, 'files' | 'comments' | 'more' | 'progress' | 'done'>;

class Properties {
  readonly #capture: Capture;
  /** The state of the capture that is told of: generation and frames. */
  #of = '';
  #about: About | undefined;
  #digests: { readonly source: CaptureSource; readonly digest: FileDigest }[] = [];
  #comments: FrameComment[] = [];
  /** Frames that were looked through for comments. */
  #looked = 0;

  constructor(capture: Capture) {
    this.#capture = capture;
  }

  look(): CaptureProperties {
    const { analysis, generation, done: isRead, live } = this.#capture;
    const { reader } = analysis;
    const of = `${generation} ${reader.frames.length}`;
    if (of !== this.#of || this.#about === undefined) this.#begin(of);
    const about = this.#about!;
    const end = performance.now() + MOMENT_MS;
    if (isRead) this.#lookThrough(reader, end);
    // What grows has no digest that it keeps.
    if (isRead && !live)
      for (const { digest } of this.#digests) if (digest.text === undefined && performance.now() < end) digest.step(end);
    const isDigested = live || this.#digests.every(({ digest }) => digest.text !== undefined);
    const { sections, interfaces, frames } = reader;
    return {
      ...about,
      files: this.#digests.map(({ source: { name }, digest: { size, text } }) => ({
        ...{ name, bytes: size },
        ...(text ? { digest: text } : {}),
      })),
      comments: this.#comments,
      more: this.#comments.length === MOST_COMMENTS || sections.length > MOST_LISTED || interfaces.length > MOST_LISTED,
      progress: this.#progress(frames.length),
      done: isRead && isDigested && this.#looked === frames.length,
    };
  }

  #begin(of: string): void {
    for (const { digest } of this.#digests) digest.close();
    this.#of = of;
    this.#about = about(this.#capture);
    this.#digests = this.#capture.sources
      .slice(0, MOST_LISTED)
      .map((source) => ({ source, digest: new FileDigest(source.open) }));
    this.#comments = [];
    this.#looked = 0;
  }

  #lookThrough(reader: CaptureReader, end: number): void {
    const { frames } = reader;
    while (this.#looked < frames.length && performance.now() < end) {
      const stop = Math.min(frames.length, this.#looked + STRIDE);
      for (; this.#looked < stop; this.#looked++) {
        if (!frames.hasOptions(this.#looked)) continue;
        const room = MOST_COMMENTS - this.#comments.length;
        for (const text of reader.comments(this.#looked).slice(0, room)) this.#comments.push({ frame: this.#looked + 1, text });
        if (this.#comments.length < MOST_COMMENTS) continue;
        this.#looked = frames.length;
        return;
      }
    }
  }

  #progress(frames: number): number {
    const parts = [frames === 0 ? 1 : this.#looked / frames];
    for (const { digest } of this.#digests) parts.push(digest.text !== undefined ? 1 : digest.at / Math.max(1, digest.size));
    return parts.reduce((sum, part) => sum + part, 0) / parts.length;
  }
}

function about({ analysis, format }: Capture): About {
  const { reader } = analysis;
  const { frames } = reader;
  const counts = new Map<number, number>();
  let wireBytes = 0;
  for (let index = 0; index < frames.length; index++) {
    wireBytes += frames.original(index);
    const which = frames.interfaceIndex(index);
    counts.set(which, (counts.get(which) ?? 0) + 1);
  }
  const span = timeSpan(reader);
  const instant = (index: number): Instant => ({ seconds: frames.seconds(index), nanos: frames.nanos(index) });
  return {
    ...{ format, frames: frames.length, wireBytes },
    ...(span === undefined ? {} : { first: instant(span.first), last: instant(span.last) }),
    sections: reader.sections
      .slice(0, MOST_LISTED)
      .map(({ hardware = '', operatingSystem = '', application = '', comments }) => ({
        ...{ hardware, operatingSystem, application, comments },
      })),
    interfaces: reader.interfaces
      .slice(0, MOST_LISTED)
      .map((one, index) => interfaceView(one, counts.get(index) ?? 0, reader.dropped.get(index))),
    secrets: secretsByKind(reader.secrets),
  };
}

const linkNames = new Map<number, string>(Object.entries(linkType).map(([name, number]) => [number, name]));

function interfaceView(one: CaptureInterface, frames: number, dropped: bigint | undefined): InterfaceView {
  const { name = '', description = '', snapLength, options = [] } = one;
  const known = linkNames.get(one.linkType);
  const filter = options.find(({ code }) => code === INTERFACE_FILTER)?.bytes;
  return {
    ...{ name, description, snapLength, frames },
    link: known === undefined ? String(one.linkType) : `${one.linkType} (${known})`,
    resolution: resolutionText(one),
    // The first byte is 0 for a text, and another for the code of a machine.
    filter: filter?.[0] === 0 ? new TextDecoder().decode(filter.subarray(1)) : '',
    ...(dropped === undefined ? {} : { dropped: String(dropped) }),
  };
}

/** Names of kinds of secrets (draft-ietf-opsawg-pcapng, Decryption Secrets Block). */
const secretsKinds: ReadonlyMap<number, string> = new Map([
  [keyLogSecretsType, 'Peerscope key log'],
  [0x544c534b, 'TLS key log'],
  [0x5353484b, 'SSH key log'],
  ...foreignKeyLogTypes.map((type): [number, string] => [type, 'WireGuard key log']),
]);

function secretsByKind(secrets: readonly CaptureSecrets[]): CaptureProperties['secrets'] {
  const blocks = new Map<number, number>();
  for (const { type } of secrets) blocks.set(type, (blocks.get(type) ?? 0) + 1);
  return [...blocks].map(([type, count]) => ({
    kind: secretsKinds.get(type) ?? `secrets of type 0x${type.toString(16).padStart(8, '0')}`,
    blocks: count,
  }));
}
