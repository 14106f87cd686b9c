import { malformed, overLimit, type Problem, tooShort } from '../bytes/index.ts';
import type { Catalog, Indexer } from './catalog.ts';
import { Clock } from './clock.ts';
import { hasOptionsFlag, recordKind } from './frames.ts';
import { optionText, walkOptions } from './options.ts';
import { rawOptions } from './rawoptions.ts';

/** Block types of draft-ietf-opsawg-pcapng section 10.1. The section header's reads the same in both byte orders. */
export const blockType = Object.freeze({
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  obsoletePacket: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
  decryptionSecrets: 0x0a,
  /** Darwin Process Information Block, which tcpdump of macOS writes for the interface `pktap`; of no draft, Wireshark reads it. */
  darwinProcess: 0x8000_0001,
});
export const byteOrderMagic = 0x1a2b3c4d;

/** Blocks that hold a frame. */
const holdsPacket: ReadonlySet<number> = new Set([blockType.enhancedPacket, blockType.simplePacket, blockType.obsoletePacket]);

/** Systemd journal exports and custom blocks (draft-ietf-opsawg-pcapng, sections 4.8 and 4.9), which Wireshark lists among the packets. */
const numberedByWireshark: ReadonlySet<number> = new Set([0x09, 0x0bad, 0x4000_0bad]);

/** Bytes from the start of a packet block to the packet's bytes, by `recordKind`. */
export const packetDataOffset: readonly number[] = [0, 28, 12, 28];

/** Indexes a pcapng file: each section in its own byte order, with its own interfaces; frame numbers run through. */
export class PcapngIndexer implements Indexer {
  private readonly catalog: Catalog;
  private littleEndian = true;
  /** Clocks of the interfaces of this section, and the file-wide index of the first. */
  private clocks: Clock[] = [];
  private firstInterface = 0;
  private secretsTotal = 0;
  private namesTotal = 0;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  run(size: number, until: number): void {
    const { catalog } = this;
    while (!catalog.stopped && catalog.position < until && catalog.position < size) {
      if (!this.block(catalog.position, size)) break;
    }
  }

  /** Reads the block at `at` and moves past it; false when it is incomplete or nothing can be read past it. */
  private block(at: number, size: number): boolean {
    const { catalog } = this;
    const { window, limits } = catalog;
    const had = size - at >= 12 ? window.load(at, 12) : size - at;
    if (had < 12) {
      catalog.tail = tooShort('A block', 12, had, at);
      return false;
    }
    const base = at - window.start;
    const isSection = window.view.getUint32(base, false) === blockType.sectionHeader;
    if (isSection && !this.setByteOrder(at, window.view.getUint32(base + 8, false))) return false;
    const { littleEndian } = this;
    const type = window.view.getUint32(base, littleEndian);
    const length = window.view.getUint32(base + 4, littleEndian);
    if (length < 12 || length % 4 !== 0) {
      catalog.stop(malformed(`A block's length is a multiple of 4, at least 12, not ${length}`, at + 4));
      return false;
    }
    if (length > limits.blockSize) {
      catalog.stop(overLimit('blockSize', limits.blockSize, length, 'Length of a block', at + 4));
      return false;
    }
    if (at + length > size) {
      catalog.tail = tooShort('A block', length, size - at, at, '', 'block length');
      return false;
    }
    // A block that fits the window is loaded whole, so that one across its end is not read three times.
    const fits = length <= window.bytes.length;
    if (fits ? window.load(at, length) < length : window.load(at + length - 4, 4, 4) < 4) {
      catalog.tail = tooShort('A block', length, size - at, at, '', 'block length');
      return false;
    }
    const trailing = window.view.getUint32(at + length - 4 - window.start, littleEndian);
    if (trailing !== length) {
      // One of the two is wrong, and so is where the next block begins.
      catalog.stop(malformed(`A block of ${length} bytes ends by saying that it has ${trailing}`, at + length - 4));
      return false;
    }
    const problem = this.read(at, length, type);
    if (problem !== undefined) catalog.report(problem);
    if (problem !== undefined && holdsPacket.has(type)) catalog.unlisted++;
    if (catalog.stopped) return false;
    catalog.position = at + length;
    return true;
  }

  /** A problem returned is this block's own: the next one can be read. */
  private read(at: number, length: number, type: number): Problem | undefined {
    switch (type) {
      case blockType.enhancedPacket:
        return this.packet(at, length, recordKind.enhanced);
      case blockType.simplePacket:
        return this.simplePacket(at, length);
      case blockType.interfaceDescription:
        return this.interfaceDescription(at, length);
      case blockType.obsoletePacket:
        return this.packet(at, length, recordKind.obsolete);
      case blockType.decryptionSecrets:
        return this.secrets(at, length);
      case blockType.nameResolution:
        return this.names(at, length);
      case blockType.interfaceStatistics:
        return this.statistics(at, length);
      case blockType.darwinProcess:
        return this.process(at, length);
      case blockType.sectionHeader:
        return this.section(at, length);
      default:
        if (numberedByWireshark.has(type)) this.catalog.otherRecords.add(this.catalog.frames.length);
        return undefined;
    }
  }

  /** Interface (u32), time (2 × u32), options: packets that the interface (5) or the system (7) dropped, u64, since the capture began. */
  private statistics(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window } = catalog;
    if (length < 24) return malformed(`Interface statistics have at least 24 bytes, not ${length}`, at + 4);
    window.load(at, 12);
    const own = window.view.getUint32(at + 8 - window.start, littleEndian);
    if (own >= this.clocks.length)
      return malformed(`Statistics of interface ${own}, which this section does not describe`, at + 8);
    let dropped = 0n;
    walkOptions(window, at + 20, at + length - 4, littleEndian, (code, value, size) => {
      if ((code === 5 || code === 7) && size === 8 && window.load(value, 8) === 8)
        dropped += window.view.getBigUint64(value - window.start, littleEndian);
      return true;
    });
    // Each block counts from the beginning: the last one counts.
    if (dropped > 0n) catalog.dropped.set(this.firstInterface + own, dropped);
    return undefined;
  }

  private stop(problem: Problem): undefined {
    this.catalog.stop(problem);
  }

  private setByteOrder(at: number, magic: number): boolean {
    if (magic === byteOrderMagic) this.littleEndian = false;
    else if (magic === 0x4d3c2b1a) this.littleEndian = true;
    else {
      this.catalog.stop(malformed("A section's byte-order magic is neither 1a2b3c4d nor 4d3c2b1a", at + 8));
      return false;
    }
    return true;
  }

  /** Magic (u32), major and minor version (u16), section length (i64, not needed: blocks are walked), options. */
  private section(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    if (length < 28) return this.stop(malformed(`A section header has at least 28 bytes, not ${length}`, at + 4));
    window.load(at, 24);
    const major = window.view.getUint16(at + 12 - window.start, littleEndian);
    const minor = window.view.getUint16(at + 14 - window.start, littleEndian);
    if (major !== 1) return this.stop(malformed(`pcapng version ${major}.${minor} is not known, only 1.x`, at + 12));
    if (catalog.sections.length >= limits.sections) {
      return this.stop(overLimit('sections', limits.sections, limits.sections + 1, 'Sections of this file', at));
    }
    const comments: string[] = [];
    const texts: { hardware?: string; operatingSystem?: string; application?: string } = {};
    walkOptions(window, at + 24, at + length - 4, littleEndian, (code, value, size) => {
      const text = () => optionText(window, value, size, limits.optionText);
      if (code === 1 && comments.length < limits.comments) comments.push(text());
      else if (code === 2) texts.hardware = text();
      else if (code === 3) texts.operatingSystem = text();
      else if (code === 4) texts.application = text();
      return true;
    });
    const options = rawOptions(window, at + 24, at + length - 4, littleEndian, 'section', limits);
    catalog.sections.push({ offset: at, littleEndian, major, minor, comments, options, ...texts });
    this.clocks = [];
    this.firstInterface = catalog.interfaces.length;
    catalog.firstProcess.push(catalog.processes.length);
    return undefined;
  }

  /** Link type (u16), reserved (u16), snap length (u32), options: name 2, description 3, tsresol 9, fcslen 13, tsoffset 14. */
  private interfaceDescription(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    if (length < 20) return malformed(`An interface has at least 20 bytes, not ${length}`, at + 4);
    if (catalog.interfaces.length >= limits.interfaces) {
      const what = 'Interfaces of this file';
      return this.stop(overLimit('interfaces', limits.interfaces, limits.interfaces + 1, what, at));
    }
    window.load(at, 16);
    const linkType = window.view.getUint16(at + 8 - window.start, littleEndian);
    const snapLength = window.view.getUint32(at + 12 - window.start, littleEndian);
    let resolution = 6;
    let offset = 0n;
    const more: { name?: string; description?: string; checkSequenceLength?: number } = {};
    walkOptions(window, at + 16, at + length - 4, littleEndian, (code, value, size) => {
      if (code === 2) more.name = optionText(window, value, size, limits.optionText);
      else if (code === 3) more.description = optionText(window, value, size, limits.optionText);
      else if (code === 9 && size === 1 && window.load(value, 1) === 1) resolution = window.bytes[value - window.start];
      else if (code === 13 && size === 1 && window.load(value, 1) === 1) {
        more.checkSequenceLength = window.bytes[value - window.start];
      } else if (code === 14 && size === 8 && window.load(value, 8) === 8) {
        offset = window.view.getBigInt64(value - window.start, littleEndian);
      }
      return true;
    });
    catalog.interfaces.push({
      section: catalog.sections.length - 1,
      linkType,
      snapLength,
      resolution: { base: (resolution & 0x80) === 0 ? 'decimal' : 'binary', exponent: resolution & 0x7f },
      offsetSeconds: Number(offset),
      options: rawOptions(window, at + 16, at + length - 4, littleEndian, 'interface', limits),
      ...more,
    });
    catalog.frames.addInterface(linkType);
    this.clocks.push(new Clock(resolution, Number(offset)));
    return undefined;
  }

  /**
   * Enhanced Packet Block: interface (u32), time high, time low, captured, original (u32 each), bytes, options. The
   * obsolete Packet Block has interface (u16) and drops (u16) in its place.
   */
  private packet(at: number, length: number, kind: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    if (length < 32) return malformed(`A packet block has at least 32 bytes, not ${length}`, at + 4);
    window.load(at, 28);
    const base = at - window.start;
    const { view } = window;
    const local = kind === recordKind.enhanced ? view.getUint32(base + 8, littleEndian) : view.getUint16(base + 8, littleEndian);
    const captured = view.getUint32(base + 20, littleEndian);
    const clock = this.clocks[local];
    if (clock === undefined) {
      return malformed(`A packet names interface ${local}, the section has ${this.clocks.length}`, at + 8);
    }
    if (captured > length - 32) {
      return tooShort('A packet', captured, length - 32, at + 28, '', 'captured length');
    }
    if (captured > limits.frameSize) {
      return overLimit('frameSize', limits.frameSize, captured, 'Captured length of a frame', at + 20);
    }
    if (!catalog.roomForFrame(at)) return undefined;
    clock.set(view.getUint32(base + 12, littleEndian), view.getUint32(base + 16, littleEndian));
    const original = view.getUint32(base + 24, littleEndian);
    const flags = kind | (length - 32 > ((captured + 3) & ~3) ? hasOptionsFlag : 0);
    catalog.frames.add(at + 28, captured, original, clock.seconds, clock.nanos, this.firstInterface + local, flags);
    return undefined;
  }

  /** Simple Packet Block: original length (u32), bytes. No time; interface 0, whose snap length cuts the bytes. */
  private simplePacket(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    if (length < 16) return malformed(`A simple packet block has at least 16 bytes, not ${length}`, at + 4);
    if (this.clocks.length === 0) {
      return malformed('A simple packet names interface 0, the section has none', at);
    }
    window.load(at, 12);
    const original = window.view.getUint32(at + 8 - window.start, littleEndian);
    const { snapLength } = catalog.interfaces[this.firstInterface];
    const captured = Math.min(original, length - 16, snapLength === 0 ? original : snapLength);
    if (captured > limits.frameSize) {
      return overLimit('frameSize', limits.frameSize, captured, 'Captured length of a frame', at + 8);
    }
    if (!catalog.roomForFrame(at)) return undefined;
    catalog.frames.add(at + 12, captured, original, Number.NaN, 0, this.firstInterface, recordKind.simple);
    return undefined;
  }

  /** Name Resolution Block: records of type (u16), length (u16) and value padded to 32 bits, up to one of type 0; options. */
  private names(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    const total = this.namesTotal + length;
    if (total > limits.namesSize) return overLimit('namesSize', limits.namesSize, total, 'Bytes of name resolution', at);
    this.namesTotal = total;
    const had = window.load(at, length);
    const bytes = window.bytes.slice(at - window.start, at - window.start + had);
    const view = new DataView(bytes.buffer);
    const [type, size] = [view.getUint32(0, littleEndian), view.getUint32(4, littleEndian)];
    view.setUint32(0, type, true);
    view.setUint32(4, size, true);
    view.setUint32(length - 4, size, true);
    // Records and options have the same form: a code, a length, a value without a byte order.
    for (let i = 8; i + 4 <= length - 4; ) {
      const [code, inside] = [view.getUint16(i, littleEndian), view.getUint16(i + 2, littleEndian)];
      view.setUint16(i, code, true);
      view.setUint16(i + 2, inside, true);
      i += 4 + ((inside + 3) & ~3);
    }
    catalog.names.push(bytes);
    return undefined;
  }

  /** Process (u32), options: name 2. A broken one takes its place all the same: packets count them. */
  private process(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    const count = catalog.processes.length + 1;
    if (count > limits.processes) return overLimit('processes', limits.processes, count, 'Processes of this file', at);
    const section = catalog.sections.length - 1;
    if (length < 16) {
      catalog.processes.push({ section });
      return malformed(`A process has at least 16 bytes, not ${length}`, at + 4);
    }
    window.load(at, 12);
    const id = window.view.getUint32(at + 8 - window.start, littleEndian);
    let name: string | undefined;
    walkOptions(window, at + 12, at + length - 4, littleEndian, (code, value, size) => {
      if (code === 2) name = optionText(window, value, size, limits.optionText);
      return name === undefined;
    });
    catalog.processes.push({ section, id, ...(name === undefined ? {} : { name }) });
    return undefined;
  }

  /** Decryption Secrets Block: type (u32), length (u32), bytes, options. */
  private secrets(at: number, length: number): Problem | undefined {
    const { catalog, littleEndian } = this;
    const { window, limits } = catalog;
    if (length < 20) return malformed(`A secrets block has at least 20 bytes, not ${length}`, at + 4);
    window.load(at, 16);
    const type = window.view.getUint32(at + 8 - window.start, littleEndian);
    const size = window.view.getUint32(at + 12 - window.start, littleEndian);
    if (size > length - 20) {
      return tooShort('Secrets', size, length - 20, at + 16, '', 'secrets length');
    }
    if (catalog.secrets.length >= limits.secretsBlocks) {
      const what = 'Secrets blocks of this file';
      return overLimit('secretsBlocks', limits.secretsBlocks, limits.secretsBlocks + 1, what, at);
    }
    const total = this.secretsTotal + size;
    if (total > limits.secretsSize) {
      return overLimit('secretsSize', limits.secretsSize, total, 'Bytes of secrets', at);
    }
    this.secretsTotal = total;
    const had = window.load(at + 16, size);
    const start = at + 16 - window.start;
    catalog.secrets.push({ type, bytes: window.bytes.slice(start, start + had), offset: at });
    return undefined;
  }
}
