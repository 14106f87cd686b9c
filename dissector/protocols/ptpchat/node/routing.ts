/** Which nodes there are: the list that a node gives its neighbours, and what their lists have told it. */
import type { Encodable, FieldValues } from '../../../codec/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { idKey } from '../digest.ts';
import { member, textOf } from '../parse.ts';
import { readFull } from '../sockets.ts';
import type { NodeParts } from './parts.ts';
import { type Id, idIn, type Said } from './read.ts';

/** Nodes in one list, and nodes that are remembered from those of others. */
const MOST_LISTED = 64;
const MOST_KNOWN = 256;

export class PeerRouting {
  readonly #parts: NodeParts;
  /** What ROUTING has said, by node. */
  readonly #known = new BoundedMap<string, { readonly node: Id; readonly ip: string }>(MOST_KNOWN);

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  /** All neighbours whose ids are known, as real servers list them: the one that gets the list among them. */
  fill(given: FieldValues): FieldValues {
    const nodes = this.#parts
      .neighbours()
      .flatMap(({ node, link: { remote } }) =>
        node === undefined ? [] : [{ node_id: node.value, address: `${remote.ip}:${remote.port}` }],
      );
    return { node_id: this.#parts.node.value, nodes: nodes.slice(0, MOST_LISTED), ...given };
  }

  /** A node by its id; without one the first that is no neighbour. */
  find(id: Encodable | undefined): { readonly node: Id; readonly ip: string } | undefined {
    const near = new Set(this.#parts.neighbours().map(({ node }) => node?.key));
    if (id !== undefined) return this.#known.get(idKey(String(id)));
    return [...this.#known.values()].find(({ node }) => !near.has(node.key));
  }

  received(said: Said): void {
    for (const item of (member(said.data, 'nodes')?.value.items ?? []).slice(0, MOST_LISTED)) {
      const node = idIn({ ...said, data: item }, 'node_id');
      const address = readFull(textOf(member(item, 'address')?.value) ?? '');
      if (node !== undefined && address !== undefined && node.key !== this.#parts.node.key)
        this.#known.set(node.key, { node, ip: address.ip });
    }
  }
}
