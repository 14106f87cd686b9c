import type { Problem } from '../bytes/index.ts';
import type { CaptureInterface, CaptureSecrets, CaptureSection } from './catalog.ts';
import type { FrameTable } from './frames.ts';
import type { PacketFacts, RawOption } from './rawoptions.ts';

/** Where a frame of merged captures comes from. */
export interface FrameOrigin {
  /** Name of its file. */
  readonly file: string;
  /** Its 0-based index there. */
  readonly index: number;
}

/** When frames (0-based) were captured: whole seconds since 1970, NaN for a frame without a time, and nanoseconds to add. */
export interface FrameClock {
  hasTime(index: number): boolean;
  seconds(index: number): number;
  nanos(index: number): number;
}

/**
 * An open capture: an index of its frames that grows by `step`, and their bytes when asked for. Nothing here throws
 * because of what a file holds; an exception of the file itself (a disk error) passes through.
 */
export interface CaptureReader {
  readonly format: 'pcap' | 'pcapng';
  readonly frames: FrameTable;
  /** Sections in file order: byte order, version, what wrote them. */
  readonly sections: readonly CaptureSection[];
  /** Capture interfaces of all sections, in file order; FrameTable.interfaceIndex points here. */
  readonly interfaces: readonly CaptureInterface[];
  /** Secrets blocks found so far, wherever they stand; the list grows at its end. */
  readonly secrets: readonly CaptureSecrets[];
  /** Name Resolution Blocks found so far, as little-endian blocks. */
  readonly names: readonly Uint8Array[];
  /** By interface: packets that were dropped while it captured, where the file says so (interface statistics). */
  readonly dropped: ReadonlyMap<number, bigint>;
  /** What was wrong, for good, with offsets in the file. An incomplete last record is in `tail` instead. */
  readonly problems: readonly Problem[];
  /** Why the last record cannot be read yet; undefined when the index ends where the file does. */
  readonly tail: Problem | undefined;
  /** The file ends inside a record. Growth can mend it: call `step` again. */
  readonly truncated: boolean;
  /** How many records of frames could not be read, and are no frames of the list: each is one of `problems`. */
  readonly unlisted: number;
  /** A problem made the rest of the file unreadable. */
  readonly stopped: boolean;
  /** The file is shorter than what was indexed of it: bytes of frames that are listed are there no more. */
  readonly shrunk: boolean;
  /** File offset that indexing has reached: the start of the next record. */
  readonly position: number;
  /**
   * Indexes about `maxBytes` of the file (it finishes the record it is in) and returns whether more is left. After it
   * returned false it may be called again when the file has grown.
   */
  step(maxBytes?: number): boolean;
  /**
   * The captured bytes of the frame with 0-based index `index`: a view that the next call overwrites. Shorter than
   * FrameTable.captured when the file has shrunk; empty when there is no such frame.
   */
  frameBytes(index: number): Uint8Array;
  /** Comments of a frame (option 1 of its block), read from the file when asked for. */
  comments(index: number): string[];
  /** All options of a frame's block, as they were written: read from the file when asked for. */
  options(index: number): RawOption[];
  /** What the options of a frame's block say: direction, drops, process. */
  facts(index: number): PacketFacts;
  /** The number, from 1, that Wireshark gives to a frame (0-based) of this file: it counts blocks, too, that hold no packet. */
  wiresharkNumber(index: number): number;
  /** Of merged captures: the times of their frames by one clock, by which they are in order; `frames` has those of each file. */
  readonly clock?: FrameClock;
  /** Of merged captures: where a frame (0-based) comes from. */
  origin?(index: number): FrameOrigin;
}
