/** The two frames of botd's stream: clear with a checksum, and encrypted. */
import { createHash } from 'node:crypto';

const LENGTH = 4;
const CHECKSUM = 4;

export function clearFrame(payload: Buffer): Buffer {
  return Buffer.concat([lengthOf(payload), checksumOf(payload), payload]);
}

export function encryptedFrame(sealed: Buffer): Buffer {
  return Buffer.concat([lengthOf(sealed), sealed]);
}

/** The bytes of a stream, of which frames are taken as they are complete. */
export class FrameReader {
  #bytes = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
  }

  /** A payload whose checksum is right; throws if it is not. */
  clear(): Buffer | undefined {
    const frame = this.#take(CHECKSUM);
    if (frame === undefined) return undefined;
    const payload = frame.subarray(CHECKSUM);
    if (!frame.subarray(0, CHECKSUM).equals(checksumOf(payload))) throw new Error('The checksum is wrong.');
    return payload;
  }

  encrypted(): Buffer | undefined {
    return this.#take(0);
  }

  #take(besides: number): Buffer | undefined {
    if (this.#bytes.length < LENGTH) return undefined;
    const end = LENGTH + besides + this.#bytes.readUInt32BE();
    if (this.#bytes.length < end) return undefined;
    const frame = this.#bytes.subarray(LENGTH, end);
    this.#bytes = this.#bytes.subarray(end);
    return frame;
  }
}

function lengthOf(bytes: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(bytes.length);
  return length;
}

function checksumOf(payload: Buffer): Buffer {
  return createHash('sha256').update(payload).digest().subarray(0, CHECKSUM);
}
