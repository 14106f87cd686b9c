/** What becomes of a capture file while it is open: it grows, it is replaced, it goes away. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** The beginning of a file tells it from another one that was written in its place. */
const HEAD_BYTES = 64;

export type Change = 'none' | 'grown' | 'replaced' | 'gone';

export class Growth {
  readonly #path: string;
  #inode = 0;
  #size = 0;
  #head: Uint8Array = new Uint8Array(0);

  constructor(path: string) {
    this.#path = path;
    this.look();
  }

  /** What happened since the last look. */
  look(): Change {
    const before = { inode: this.#inode, size: this.#size, head: this.#head };
    try {
      const { ino, size } = statSync(this.#path);
      if (ino === before.inode && size === before.size) return 'none';
      const head = headOf(this.#path);
      this.#inode = ino;
      this.#size = size;
      this.#head = head;
      const isSame = ino === before.inode && size > before.size && before.head.every((byte, at) => head[at] === byte);
      return isSame && before.head.length > 0 ? 'grown' : 'replaced';
    } catch {
      if (before.inode === -1) return 'none';
      this.#inode = -1;
      return 'gone';
    }
  }
}

function headOf(path: string): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    return head.subarray(0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}
