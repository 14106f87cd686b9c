import { defaultLimits, type Limits, malformed, type Problem, tooShort } from '../bytes/index.ts';
import { type CaptureInterface, type CaptureSecrets, type CaptureSection, Catalog, type Indexer } from './catalog.ts';
import type { CaptureFile } from './file.ts';
import { type FrameTable, recordKind } from './frames.ts';
import { optionText, walkOptions } from './options.ts';
import { PcapIndexer, pcapHeaderSize, pcapVariant } from './pcap.ts';
import { blockType, PcapngIndexer, packetDataOffset } from './pcapng.ts';
import { Window } from './window.ts';

const indexWindow = 0x10_0000;
const frameWindow = 0x4_0000;
/** What is read for a frame far from the last one: a jump seldom wants its neighbours. */
const jumpSize = 0x4000;

/**
 * Recognizes a capture by its first bytes. No frame is indexed yet: call `step`. A problem of kind `incomplete` means
 * that the file is a capture as far as it goes, so a live reader tries again when it has grown.
 */
export function openCapture(
  file: CaptureFile,
  limits: Limits = defaultLimits,
): { readonly reader: CaptureReader } | { readonly problem: Problem } {
  const window = new Window(file, indexWindow);
  const size = file.size();
  const had = window.load(0, Math.min(size, pcapHeaderSize));
  if (had < 4) return { problem: tooShort('A capture file', pcapHeaderSize, had, 0) };
  const magic = window.view.getUint32(0, false);
  const catalog = new Catalog(window, limits);
  if (magic === blockType.sectionHeader) {
    if (had < 12) return { problem: tooShort("A section header's start", 12, had, 0) };
    return { reader: new CaptureReader(file, 'pcapng', catalog, new PcapngIndexer(catalog)) };
  }
  const variant = pcapVariant(magic);
  if (variant === undefined)
    return { problem: malformed('This is neither a pcap nor a pcapng file: its first bytes are unknown', 0) };
  if (had < pcapHeaderSize) return { problem: tooShort('The file header', pcapHeaderSize, had, 0) };
  const major = window.view.getUint16(4, variant.littleEndian);
  if (major !== 2) return { problem: malformed(`pcap version ${major} is not known, only 2`, 4) };
  return { reader: new CaptureReader(file, 'pcap', catalog, new PcapIndexer(catalog, variant)) };
}

/**
 * An open capture: an index of its frames that grows by `step`, and their bytes when asked for. Nothing here throws
 * because of what the file holds; an exception of `file` itself (a disk error) passes through.
 */
export class CaptureReader {
  readonly format: 'pcap' | 'pcapng';
  private readonly file: CaptureFile;
  private readonly catalog: Catalog;
  private readonly indexer: Indexer;
  private readonly frameWindow: Window;

  constructor(file: CaptureFile, format: 'pcap' | 'pcapng', catalog: Catalog, indexer: Indexer) {
    this.file = file;
    this.format = format;
    this.catalog = catalog;
    this.indexer = indexer;
    this.frameWindow = new Window(file, frameWindow);
  }

  get frames(): FrameTable {
    return this.catalog.frames;
  }

  /** Sections in file order: byte order, version, what wrote them. */
  get sections(): readonly CaptureSection[] {
    return this.catalog.sections;
  }

  /** Capture interfaces of all sections, in file order; FrameTable.interfaceIndex points here. */
  get interfaces(): readonly CaptureInterface[] {
    return this.catalog.interfaces;
  }

  /** Secrets blocks found so far, wherever they stand. */
  get secrets(): readonly CaptureSecrets[] {
    return this.catalog.secrets;
  }

  /** What was wrong, for good, with offsets in the file. An incomplete last record is in `tail` instead. */
  get problems(): readonly Problem[] {
    return this.catalog.problems;
  }

  /** Why the last record cannot be read yet; undefined when the index ends where the file does. */
  get tail(): Problem | undefined {
    return this.catalog.tail;
  }

  /** The file ends inside a record. Growth can mend it: call `step` again. */
  get truncated(): boolean {
    return this.catalog.tail !== undefined;
  }

  /** How many records of frames could not be read, and are no frames of the list: each is one of `problems`. */
  get unlisted(): number {
    return this.catalog.unlisted;
  }

  /** A problem made the rest of the file unreadable. */
  get stopped(): boolean {
    return this.catalog.stopped;
  }

  /** The file is shorter than what was indexed of it: bytes of frames that are listed are there no more. */
  get shrunk(): boolean {
    return this.file.size() < this.catalog.position;
  }

  /** File offset that indexing has reached: the start of the next record. */
  get position(): number {
    return this.catalog.position;
  }

  /**
   * Indexes about `maxBytes` of the file (it finishes the record it is in) and returns whether more is left. After it
   * returned false it may be called again when the file has grown.
   */
  step(maxBytes = Number.POSITIVE_INFINITY): boolean {
    const { catalog } = this;
    if (catalog.stopped) return false;
    catalog.tail = undefined;
    const size = this.file.size();
    this.indexer.run(size, catalog.position + Math.max(1, maxBytes));
    return !catalog.stopped && catalog.tail === undefined && catalog.position < size;
  }

  /**
   * The captured bytes of the frame with 0-based index `index`: a view that the next call overwrites. Shorter than
   * FrameTable.captured when the file has shrunk; empty when there is no such frame.
   */
  frameBytes(index: number): Uint8Array {
    const { frames } = this.catalog;
    if (!(index >= 0 && index < frames.length)) return new Uint8Array(0);
    const window = this.frameWindow;
    const at = frames.offset(index);
    const near = at >= window.start && at <= window.start + window.filled + jumpSize;
    const had = window.load(at, frames.captured(index), near ? frameWindow : jumpSize);
    const start = at - window.start;
    return window.bytes.subarray(start, start + had);
  }

  /** Comments of a frame (option 1 of its block), read from the file when asked for. */
  comments(index: number): string[] {
    const { frames, window, limits, interfaces, sections } = this.catalog;
    const found: string[] = [];
    if (!(index >= 0 && index < frames.length) || !frames.hasOptions(index)) return found;
    const kind = frames.recordKind(index);
    if (kind !== recordKind.enhanced && kind !== recordKind.obsolete) return found;
    const { littleEndian } = sections[interfaces[frames.interfaceIndex(index)].section];
    const at = frames.offset(index) - packetDataOffset[kind];
    if (window.load(at, 8) < 8) return found;
    const length = window.view.getUint32(at + 4 - window.start, littleEndian);
    const start = frames.offset(index) + ((frames.captured(index) + 3) & ~3);
    walkOptions(window, start, Math.min(at + length - 4, this.file.size()), littleEndian, (code, value, size) => {
      if (code === 1) found.push(optionText(window, value, size, limits.optionText));
      return found.length < limits.comments;
    });
    return found;
  }
}
