/** What the nodes of a script sent and received, as one capture. */

/** A pcapng block of one node's recording. */
export interface Block {
  readonly bytes: Uint8Array;
  /** Both ends of the link that it belongs to, as text with a space between, the same from either side; undefined for what belongs to the capture. */
  readonly link: string | undefined;
}

/** Bytes of a recording that are kept in memory: of one node for a script to look at, and of all for whoever asks for the whole. */
export const MOST_KEPT = 0x0100_0000;

const SECTION_HEADER = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION = 1;

/**
 * The recordings of several nodes as one, while they run: two of them that talk to each other see the same, so each link is taken from the
 * one that listens, or else from the node that recorded it first. It holds the keys of all.
 */
export class JoinedRecording {
  readonly #heads: Uint8Array[] = [];
  readonly #keys: Uint8Array[] = [];
  readonly #frames: Uint8Array[] = [];
  /** By link, the node that it is taken from. */
  readonly #owners = new Map<string, string>();
  /** By address, as text. */
  readonly #listeners = new Map<string, string>();
  readonly #added: ((bytes: Uint8Array, isFrame: boolean) => void) | undefined;
  #first: string | undefined;
  #size = 0;

  /** `added` is called with each block of the joined recording as it comes, however many there are; a section header is the first. */
  constructor(added?: (bytes: Uint8Array, isFrame: boolean) => void) {
    this.#added = added;
  }

  /** Links to this address are taken from this node. */
  listens(node: string, address: string): void {
    this.#listeners.set(address, node);
  }

  /** The next block of a node's recording. */
  take(node: string, { bytes, link }: Block): void {
    this.#first ??= node;
    const part = this.#partOf(node, bytes, link);
    if (part === undefined) return;
    if (this.#size <= MOST_KEPT) part.push(bytes);
    this.#size += bytes.length;
    this.#added?.(bytes, part === this.#frames);
  }

  /** All by now, as far as it is kept; undefined where nothing was sent or received. */
  get bytes(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#frames.length === 0) return undefined;
    // Keys come before what they open: whoever reads on finds them there.
    return Uint8Array.from(Buffer.concat([...this.#heads, ...this.#keys, ...this.#frames]));
  }

  /** Undefined for what is there already. */
  #partOf(node: string, bytes: Uint8Array, link: string | undefined): Uint8Array[] | undefined {
    if (isHead(bytes)) return node === this.#first ? this.#heads : undefined;
    if (link === undefined) return this.#keys;
    if (!this.#owners.has(link)) {
      const [listener = node] = link.split(' ').flatMap((end) => this.#listeners.get(end) ?? []);
      this.#owners.set(link, listener);
    }
    return this.#owners.get(link) === node ? this.#frames : undefined;
  }
}

/** A section header or an interface: the recorder writes both little-endian. */
function isHead(bytes: Uint8Array): boolean {
  const type = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  return type === SECTION_HEADER || type === INTERFACE_DESCRIPTION;
}
