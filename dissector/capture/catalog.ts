import { type Limits, overLimit, type Problem } from '../bytes/index.ts';
import { FrameTable } from './frames.ts';
import { OtherRecords } from './otherrecords.ts';
import type { RawOption } from './rawoptions.ts';
import type { Window } from './window.ts';

/** A Section Header Block of a pcapng file; a classic pcap file is one section. */
export interface CaptureSection {
  /** File offset of its header. */
  readonly offset: number;
  readonly littleEndian: boolean;
  readonly major: number;
  readonly minor: number;
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly application?: string;
  readonly comments: readonly string[];
  /** All options, as they were written. */
  readonly options?: readonly RawOption[];
}

/** A capture interface. A classic pcap file has exactly one. */
export interface CaptureInterface {
  /** Index in `sections`. */
  readonly section: number;
  /** LINKTYPE_ number. */
  readonly linkType: number;
  /** Bytes of a frame that the capture kept at most; 0 for no limit. */
  readonly snapLength: number;
  /** Ticks of a second as a power: `decimal` 6 is microseconds, `binary` 10 is 1/1024 second. */
  readonly resolution: { readonly base: 'decimal' | 'binary'; readonly exponent: number };
  /** Seconds added to each time of the interface. */
  readonly offsetSeconds: number;
  /** Bytes of frame check sequence at the end of each frame, where the file says so. */
  readonly checkSequenceLength?: number;
  readonly name?: string;
  readonly description?: string;
  /** All options, as they were written: capture filter, addresses, speed and more. */
  readonly options?: readonly RawOption[];
}

/** One tick of its clock in seconds: `1e-6`, `2^-10`. */
export function resolutionText({ resolution: { base, exponent } }: CaptureInterface): string {
  return base === 'decimal' ? `1e-${exponent}` : `2^-${exponent}`;
}

/** A Decryption Secrets Block (draft-ietf-opsawg-pcapng section 4.7). */
export interface CaptureSecrets {
  readonly type: number;
  readonly bytes: Uint8Array;
  /** File offset of the block. */
  readonly offset: number;
}

/** A process of which a block of the file tells, for the packets that name the block. */
export interface CaptureProcess {
  /** Index in `sections`: packets count the blocks of their section. */
  readonly section: number;
  /** Its number on the host that captured; undefined where the block is broken. */
  readonly id?: number;
  readonly name?: string;
}

/** Secrets type of this project's key log text. */
export const keyLogSecretsType = 0x50534b4c;

/**
 * Secrets types of other programs whose text is lines of a label and a value (draft-ietf-opsawg-pcapng, Decryption Secrets Block): the
 * WireGuard Key Log, "WGKL". Who has no protocol for their labels leaves them alone.
 */
export const foreignKeyLogTypes: readonly number[] = [0x57474b4c];

/** What indexing has found so far: shared by the reader and the indexer of its format. */
export class Catalog {
  readonly frames = new FrameTable();
  readonly sections: CaptureSection[] = [];
  readonly interfaces: CaptureInterface[] = [];
  readonly secrets: CaptureSecrets[] = [];
  /** Name Resolution Blocks, little-endian. */
  readonly names: Uint8Array[] = [];
  readonly processes: CaptureProcess[] = [];
  readonly otherRecords = new OtherRecords();
  /** By section: how many processes the sections before it have. */
  readonly firstProcess: number[] = [];
  readonly problems: Problem[] = [];
  /** By interface: packets that were dropped while it captured, where the file says so (interface statistics). */
  readonly dropped = new Map<number, bigint>();
  /** File offset of the next record. */
  position = 0;
  /** Why the record at `position` cannot be read yet: the file ends inside it. */
  tail: Problem | undefined;
  /** A problem that nothing after it can be read past. */
  stopped = false;
  /** Records of frames that could not be listed. */
  unlisted = 0;
  readonly limits: Limits;
  readonly window: Window;

  constructor(window: Window, limits: Limits) {
    this.window = window;
    this.limits = limits;
  }

  report(problem: Problem): void {
    const maximum = this.limits.fileProblems;
    if (this.problems.length < maximum) this.problems.push(problem);
    else if (this.problems.length === maximum) {
      this.problems.push(overLimit('fileProblems', maximum, maximum + 1, 'Problems of this file', problem.at));
    }
  }

  stop(problem: Problem): void {
    this.report(problem);
    this.stopped = true;
  }

  /** The process that a packet of a section names; undefined where there is no such block. */
  process(section: number, index: number): CaptureProcess | undefined {
    const found = this.processes[this.firstProcess[section]! + index];
    return found?.section === section ? found : undefined;
  }

  /** False, and stopped, when one more frame would pass the limit. */
  roomForFrame(at: number): boolean {
    const count = this.frames.length;
    if (count < this.limits.frames) return true;
    this.stop(overLimit('frames', this.limits.frames, count + 1, 'Frames of this file', at));
    return false;
  }
}

/** Reads a format: indexes from `catalog.position` to `until` at most (it finishes the record it is in) or to `size`. */
export interface Indexer {
  run(size: number, until: number): void;
}
