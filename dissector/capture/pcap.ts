import { overLimit, tooShort } from '../bytes/index.ts';
import type { Catalog, Indexer } from './catalog.ts';
import { recordKind } from './frames.ts';

/** File header of libpcap's format: magic, version (u16, u16), thiszone, sigfigs, snaplen, link type; 24 bytes. */
export const pcapHeaderSize = 24;

interface PcapVariant {
  readonly littleEndian: boolean;
  /** Digits of the fraction of a second in a record header. */
  readonly digits: 6 | 9;
  /** Bytes of a record header. */
  readonly recordHeader: 16 | 24;
}

/** The variant that the first four bytes (read big-endian) announce, or undefined when it is no pcap file. */
export function pcapVariant(magic: number): PcapVariant | undefined {
  switch (magic) {
    case 0xa1b2c3d4:
      return { littleEndian: false, digits: 6, recordHeader: 16 };
    case 0xd4c3b2a1:
      return { littleEndian: true, digits: 6, recordHeader: 16 };
    case 0xa1b23c4d:
      return { littleEndian: false, digits: 9, recordHeader: 16 };
    case 0x4d3cb2a1:
      return { littleEndian: true, digits: 9, recordHeader: 16 };
    // Kuznetzov's patch of libpcap: eight more bytes a record (interface index, protocol, packet type).
    case 0xa1b2cd34:
      return { littleEndian: false, digits: 6, recordHeader: 24 };
    case 0x34cdb2a1:
      return { littleEndian: true, digits: 6, recordHeader: 24 };
    default:
      return undefined;
  }
}

/** A version of DG/UX, whose files are read as those before 2.3. */
export const oldVersion = 543;

/** Before version 2.3 the length on the wire stood before the captured one; writers of 2.3 did not agree. */
function lengthsSwapped(major: number, minor: number): 'always' | 'where it shows' | 'never' {
  if (major === oldVersion || minor < 3) return 'always';
  return minor === 3 ? 'where it shows' : 'never';
}

/**
 * Indexes a classic capture (draft-ietf-opsawg-pcap). Seconds are unsigned 32-bit, so times run from 1970 to 2106; a
 * fraction of a second or more carries into the seconds. `thiszone` is ignored, as every reader does.
 */
export class PcapIndexer implements Indexer {
  private readonly catalog: Catalog;
  private readonly variant: PcapVariant;
  private readonly swaps: 'always' | 'where it shows' | 'never';

  /** The file header's 24 bytes are known to be there. */
  constructor(catalog: Catalog, variant: PcapVariant) {
    this.catalog = catalog;
    this.variant = variant;
    const { littleEndian } = variant;
    const { window } = catalog;
    window.load(0, pcapHeaderSize);
    const base = -window.start;
    const [major, minor] = [window.view.getUint16(base + 4, littleEndian), window.view.getUint16(base + 6, littleEndian)];
    this.swaps = lengthsSwapped(major, minor);
    const word = window.view.getUint32(base + 20, littleEndian);
    // Above the 16 bits of the link type: bit 26 says that bits 28 to 31 hold the FCS length in 16-bit words.
    const linkType = word & 0xffff;
    const hasCheckSequence = (word & 0x0400_0000) !== 0;
    catalog.sections.push({
      offset: 0,
      littleEndian,
      major,
      minor,
      comments: [],
    });
    catalog.interfaces.push({
      section: 0,
      linkType,
      snapLength: window.view.getUint32(base + 16, littleEndian),
      resolution: { base: 'decimal', exponent: variant.digits },
      offsetSeconds: 0,
      ...(hasCheckSequence ? { checkSequenceLength: (word >>> 28) * 2 } : {}),
    });
    catalog.frames.addInterface(linkType);
    catalog.position = pcapHeaderSize;
  }

  run(size: number, until: number): void {
    const { catalog } = this;
    const { window, frames, limits } = catalog;
    const { littleEndian, digits, recordHeader } = this.variant;
    const perSecond = digits === 6 ? 1e6 : 1e9;
    const nanosPerTick = digits === 6 ? 1000 : 1;
    let at = catalog.position;
    while (at < until && at < size) {
      const had = size - at >= recordHeader ? window.load(at, recordHeader) : size - at;
      if (had < recordHeader) {
        catalog.tail = tooShort('A record header', recordHeader, had, at);
        break;
      }
      const base = at - window.start;
      const { view } = window;
      let captured = view.getUint32(base + 8, littleEndian);
      let original = view.getUint32(base + 12, littleEndian);
      if (this.swaps === 'always' || (this.swaps === 'where it shows' && captured > original))
        [captured, original] = [original, captured];
      if (captured > limits.frameSize) {
        catalog.stop(overLimit('frameSize', limits.frameSize, captured, 'Captured length of a frame', at + 8));
        break;
      }
      const data = at + recordHeader;
      if (data + captured > size) {
        catalog.tail = tooShort('A frame', captured, size - data, data, '', 'captured length');
        break;
      }
      if (!catalog.roomForFrame(at)) break;
      let seconds = view.getUint32(base, littleEndian);
      let ticks = view.getUint32(base + 4, littleEndian);
      if (ticks >= perSecond) {
        seconds += Math.floor(ticks / perSecond);
        ticks %= perSecond;
      }
      frames.add(data, captured, original, seconds, ticks * nanosPerTick, 0, recordKind.pcap);
      at = data + captured;
    }
    catalog.position = at;
  }
}
