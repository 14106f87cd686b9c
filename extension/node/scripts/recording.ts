/** What the nodes of a script sent and received, as one capture. */

/** A pcapng block of one node's recording. */
export interface Block {
  readonly bytes: Uint8Array;
  /** Grows over all nodes of a process, in the order in which things happened. */
  readonly order: number;
  /** Both ends of the link that it belongs to, the same from either side; undefined for what belongs to the capture. */
  readonly link: string | undefined;
}

const SECTION_HEADER = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION = 1;

/**
 * The recordings of several nodes as one: two of them that talked to each other saw the same, so each link is taken from the node that
 * comes first. Undefined where nothing was sent or received. It holds the keys of all.
 */
export function joinedRecording(nodes: readonly (readonly Block[])[]): Uint8Array<ArrayBuffer> | undefined {
  const heads = nodes[0]?.filter(({ bytes }) => isHead(bytes)) ?? [];
  const owner = new Map<string, number>();
  const body = nodes.flatMap((blocks, node) =>
    blocks.filter(({ bytes, link }) => {
      if (isHead(bytes)) return false;
      if (link === undefined) return true;
      if (!owner.has(link)) owner.set(link, node);
      return owner.get(link) === node;
    }),
  );
  if (owner.size === 0) return undefined;
  // Keys come before what they open: whoever reads on finds them there.
  const keys = body.filter(({ link }) => link === undefined);
  const frames = body.filter(({ link }) => link !== undefined).sort((a, b) => a.order - b.order);
  return Uint8Array.from(Buffer.concat([...heads, ...keys, ...frames].map(({ bytes }) => bytes)));
}

/** A section header or an interface: the recorder writes both little-endian. */
function isHead(bytes: Uint8Array): boolean {
  const type = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  return type === SECTION_HEADER || type === INTERFACE_DESCRIPTION;
}
