import { defaultLimits, type Limits, malformed, type Problem, tooShort } from '../bytes/index.ts';
import type { CaptureReader } from './capturereader.ts';
import { type CaptureInterface, type CaptureSecrets, type CaptureSection, Catalog, type Indexer } from './catalog.ts';
import type { CaptureFile } from './file.ts';
import { type FrameTable, recordKind } from './frames.ts';
import { optionText, walkOptions } from './options.ts';
import { oldVersion, PcapIndexer, pcapHeaderSize, pcapVariant } from './pcap.ts';
import { blockType, PcapngIndexer, packetDataOffset } from './pcapng.ts';
import { type PacketFacts, packetFacts, type RawOption, rawOptions } from './rawoptions.ts';
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
    return { reader: new FileReader(file, 'pcapng', catalog, new PcapngIndexer(catalog)) };
  }
  const variant = pcapVariant(magic);
  if (variant === undefined)
    return { problem: malformed('This is neither a pcap nor a pcapng file: its first bytes are unknown', 0) };
  if (had < pcapHeaderSize) return { problem: tooShort('The file header', pcapHeaderSize, had, 0) };
  const major = window.view.getUint16(4, variant.littleEndian);
  if (major !== 2 && major !== oldVersion) return { problem: malformed(`pcap version ${major} is not known, only 2`, 4) };
  return { reader: new FileReader(file, 'pcap', catalog, new PcapIndexer(catalog, variant)) };
}

/** A capture in one file. */
class FileReader implements CaptureReader {
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

  get sections(): readonly CaptureSection[] {
    return this.catalog.sections;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.catalog.interfaces;
  }

  get secrets(): readonly CaptureSecrets[] {
    return this.catalog.secrets;
  }

  get names(): readonly Uint8Array[] {
    return this.catalog.names;
  }

  get dropped(): ReadonlyMap<number, bigint> {
    return this.catalog.dropped;
  }

  get problems(): readonly Problem[] {
    return this.catalog.problems;
  }

  get tail(): Problem | undefined {
    return this.catalog.tail;
  }

  get truncated(): boolean {
    return this.catalog.tail !== undefined;
  }

  get unlisted(): number {
    return this.catalog.unlisted;
  }

  get stopped(): boolean {
    return this.catalog.stopped;
  }

  get shrunk(): boolean {
    return this.file.size() < this.catalog.position;
  }

  get position(): number {
    return this.catalog.position;
  }

  step(maxBytes = Number.POSITIVE_INFINITY): boolean {
    const { catalog } = this;
    if (catalog.stopped) return false;
    catalog.tail = undefined;
    const size = this.file.size();
    this.indexer.run(size, catalog.position + Math.max(1, maxBytes));
    return !catalog.stopped && catalog.tail === undefined && catalog.position < size;
  }

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

  comments(index: number): string[] {
    const found: string[] = [];
    const { window, limits } = this.catalog;
    const place = this.optionsOf(index);
    if (place === undefined) return found;
    walkOptions(window, place.start, place.end, place.littleEndian, (code, value, size) => {
      if (code === 1) found.push(optionText(window, value, size, limits.optionText));
      return found.length < limits.comments;
    });
    return found;
  }

  options(index: number): RawOption[] {
    const place = this.optionsOf(index);
    if (place === undefined) return [];
    return rawOptions(this.catalog.window, place.start, place.end, place.littleEndian, 'packet', this.catalog.limits);
  }

  facts(index: number): PacketFacts {
    const { catalog } = this;
    const named = (at: number) => catalog.process(catalog.interfaces[catalog.frames.interfaceIndex(index)]!.section, at);
    return packetFacts(this.options(index), named);
  }

  wiresharkNumber(index: number): number {
    return index + 1 + this.catalog.otherRecords.before(index);
  }

  private optionsOf(index: number): { start: number; end: number; littleEndian: boolean } | undefined {
    const { frames, window, interfaces, sections } = this.catalog;
    if (!(index >= 0 && index < frames.length) || !frames.hasOptions(index)) return undefined;
    const kind = frames.recordKind(index);
    if (kind !== recordKind.enhanced && kind !== recordKind.obsolete) return undefined;
    const { littleEndian } = sections[interfaces[frames.interfaceIndex(index)].section];
    const at = frames.offset(index) - packetDataOffset[kind];
    if (window.load(at, 8) < 8) return undefined;
    const length = window.view.getUint32(at + 4 - window.start, littleEndian);
    const start = frames.offset(index) + ((frames.captured(index) + 3) & ~3);
    return { start, end: Math.min(at + length - 4, this.file.size()), littleEndian };
  }
}
