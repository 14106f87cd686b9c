import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Limits } from '../../dissector/bytes/index.ts';
import type { KeyRing } from '../../dissector/protocol/index.ts';
import { reasonOf } from '../capture/reason.ts';

/** One key log that other programs may still write. */
interface Followed {
  readonly path: string;
  /** Bytes that were read, up to the end of a line, and lines in them. */
  read: number;
  /** Its size at the look before: what stands without an end of line and does not grow is a line, too. */
  size: number;
  lines: number;
  /** What was told last of why it cannot be read. */
  told: string | undefined;
}

/**
 * Key logs that grow while a relay runs: programs write the keys of a session when they have them, which is in the middle of its
 * handshake. One that is not there yet is read once it is.
 */
export class FollowedKeys {
  readonly #logs: readonly Followed[];
  readonly #limits: Limits;
  readonly #tell: (sentence: string) => void;

  constructor(paths: readonly string[], limits: Limits, tell: (sentence: string) => void) {
    this.#logs = paths.map((path) => ({ path, read: 0, size: 0, lines: 0, told: undefined }));
    this.#limits = limits;
    this.#tell = tell;
  }

  /** Adds what was written since to each ring; true when that gave keys that were not there before. */
  read(rings: readonly KeyRing[]): boolean {
    let isMore = false;
    for (const log of this.#logs) {
      const text = this.#next(log);
      if (text === '') continue;
      // Empty lines in the place of those before: what is told names the right one.
      const placed = '\n'.repeat(log.lines) + text;
      log.lines += text.split('\n').length - 1;
      rings.forEach((ring, at) => {
        const { added, problems } = ring.add(log.path, placed);
        isMore ||= added > 0;
        if (at === 0) problems.forEach((problem) => void this.#tell(problem));
      });
    }
    return isMore;
  }

  /** The whole lines that were written since. */
  #next(log: Followed): string {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(log.path, 'r');
      const { size } = fstatSync(descriptor);
      if (size < log.read) log.read = log.lines = log.size = 0;
      if (size > this.#limits.keyLogSize)
        return this.#cannot(log, `It is over the limit keyLogSize of ${this.#limits.keyLogSize} bytes.`);
      if (size === log.read) return '';
      const bytes = Buffer.alloc(size - log.read);
      const had = readSync(descriptor, bytes, 0, bytes.length, log.read);
      const end = size === log.size ? had : bytes.subarray(0, had).lastIndexOf(0x0a) + 1;
      log.size = size;
      log.read += end;
      return bytes.toString('utf8', 0, end);
    } catch (error) {
      return this.#cannot(log, reasonOf(error));
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  #cannot(log: Followed, why: string): string {
    if (log.told !== why) this.#tell(`The key log ${log.path} is read once it can be. ${why}`);
    log.told = why;
    return '';
  }
}
