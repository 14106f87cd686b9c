/** The file of a capture on a disk, which is looked at many times a second as long as it is open. */
import type { Limits } from '../../dissector/bytes/index.ts';
import { type OpenFile, openFile } from '../capture/open.ts';
import type { Change, Growth } from './growth.ts';
import { type DiskCapture, openPath, watchPath } from './place.ts';

/** Between two looks at the file: what a live capture brings is in the list within 200 ms. */
const LOOK_MS = 100;

export class WatchedFile {
  readonly #path: string;
  readonly #growth: Pick<Growth, 'look'>;
  #disk: DiskCapture | undefined;
  #unpacked: OpenFile['unpacked'];
  /** What unpacks slowly is still being opened when the next look is due. */
  #isLooking = false;

  /** `looked` is called with what became of the file since the last look. */
  constructor(path: string, looked: (change: Change) => Promise<void>) {
    this.#path = path;
    this.#growth = watchPath(path);
    setInterval(() => void this.#look(looked), LOOK_MS);
  }

  /** Opens what lies there now, in the place of what was open before. Throws the system's error, or that it is no capture. */
  async open(limits: Limits): Promise<OpenFile> {
    const disk = openPath(this.#path);
    try {
      const file = await openFile(disk, limits);
      this.#disk?.close();
      this.#disk = disk;
      this.#unpacked?.close();
      this.#unpacked = file.unpacked;
      return file;
    } catch (error) {
      disk.close();
      throw error;
    }
  }

  async #look(looked: (change: Change) => Promise<void>): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      await looked(this.#growth.look());
    } finally {
      this.#isLooking = false;
    }
  }
}

/** What is to be said of a capture that was read anew. */
export function reopened(change: Change): string | undefined {
  switch (change) {
    case 'cut':
      return 'The file was cut short while it was open; this is what it still holds.';
    case 'rewritten':
      return 'The file was written anew while it was open; this is what it holds.';
    case 'replaced':
      return 'Another file took the place of the one that was open; this is what it holds.';
    default:
      // A compressed file is read anew when it has grown.
      return undefined;
  }
}

/** Why what lies there now is no capture; `reason` is a sentence. */
export function unreadable(change: Change, reason: string): string {
  switch (change) {
    case 'cut':
      return `The file was cut short while it was open. ${reason}`;
    case 'rewritten':
      return `The file was overwritten while it was open. ${reason}`;
    case 'grown':
      return `The file has grown, and cannot be read any more. ${reason}`;
    default:
      return `The file was replaced by something that cannot be read: ${reason}`;
  }
}
