/** CONNECT: a path between two nodes with the help of a third, as any of the three. */
import type { FieldValues } from '../../../codec/index.ts';
import type { Address } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { member, textOf } from '../parse.ts';
import { readSocket } from '../sockets.ts';
import type { PeerLink } from './link.ts';
import type { NodeParts } from './parts.ts';
import { type Id, idIn, type Said, textIn } from './read.ts';
import type { PeerRouting } from './routing.ts';

/** What S remembers between steps 2 and 4. */
interface Path {
  readonly a: PeerLink;
  readonly b: PeerLink;
  /** A's socket. */
  readonly origin: Address;
}

/** Paths that this node has asked for, and that it helps to open. */
const MOST_PATHS = 64;

export class PeerPaths {
  readonly #parts: NodeParts;
  readonly #routing: PeerRouting;
  /** By the server's link, B's address and this node's port. */
  readonly #asked = new BoundedMap<string, true>(MOST_PATHS);
  /** By B's link and A's socket. */
  readonly #helped = new BoundedMap<string, Path>(MOST_PATHS);

  constructor(parts: NodeParts, routing: PeerRouting) {
    this.#parts = parts;
    this.#routing = routing;
  }

  /** Step 1, to the node that is named by `dst` or `dst_node_id`, or the first one that is known and no neighbour. */
  fill({ link }: PeerLink, given: FieldValues): FieldValues {
    const target = given.dst === undefined ? this.#routing.find(given.dst_node_id) : undefined;
    if (given.dst === undefined && target === undefined)
      throw new Error('CONNECT needs dst, or the dst_node_id of a node that a ROUTING has listed.');
    return {
      ...(target === undefined ? {} : { dst: target.ip }),
      ...(given.dst === undefined ? {} : { dst: given.dst }),
      src: String(link.local.port),
      src_node_id: this.#parts.node.value,
      ...(target === undefined ? {} : { dst_node_id: target.node.value }),
      ...given,
    };
  }

  sent({ link }: PeerLink, said: Said): void {
    const [dst, src] = socketsOf(said);
    if (dst?.ip !== undefined && src?.port !== undefined) this.#asked.set(`${link.id} ${dst.ip} ${src.port}`, true);
  }

  received(peer: PeerLink, said: Said): void {
    const [dst, src] = socketsOf(said);
    const { id, local } = peer.link;
    const helped = dst?.full && this.#helped.get(pathKey(peer, dst.full));
    const isAnswer =
      dst?.full !== undefined && src?.full?.port === local.port && this.#asked.get(`${id} ${dst.full.ip} ${local.port}`);
    if (isAnswer) this.#reach(peer, dst.full!);
    else if (helped !== undefined && src?.port !== undefined) this.#answered(helped, src.port);
    else if (dst?.ip !== undefined && src?.port !== undefined) this.#help(peer, said, dst.ip, src.port);
    else if (dst?.full !== undefined && src?.ip !== undefined) this.#asks(peer, said, dst.full);
    else this.#parts.context.tell(id, 'A CONNECT is none of the steps in which this node has a part.', true);
  }

  /** S, steps 1 and 2: A's address is applied, and the two are swapped. */
  #help(a: PeerLink, said: Said, ip: string, port: number): void {
    const { context, serves, neighbours } = this.#parts;
    const wanted = idIn(said, 'dst_node_id');
    const b = neighbours().find(
      (one) => one !== a && (wanted === undefined ? one.link.remote.ip === ip : one.node?.key === wanted.key),
    );
    if (!serves() || b === undefined)
      return void context.tell(a.link.id, 'A CONNECT asks for a path to a node that this one does not help to reach.', true);
    const origin = { ip: a.link.remote.ip, port };
    this.#helped.set(pathKey(b, origin), { a, b, origin });
    const src = textIn(said, 'dst')!;
    context.send(b.link.id, 'CONNECT', { msg_data: { dst: written(origin), src, ...idsOf(b.node, a.node) } });
  }

  /** B, steps 2 and 3: its port goes back to S, and it tries to reach A. The socket that it has is open already. */
  #asks(peer: PeerLink, said: Said, origin: Address): void {
    const { link } = peer;
    const ids = idsOf(this.#parts.node, idIn(said, 'dst_node_id'));
    const msg_data = { dst: textIn(said, 'dst')!, src: String(link.local.port), ...ids };
    if (this.#reach(peer, origin)) this.#parts.context.send(link.id, 'CONNECT', { msg_data });
  }

  /** S, steps 3 and 4. */
  #answered({ a, b, origin }: Path, port: number): void {
    const dst = written({ ip: b.link.remote.ip, port });
    const msg_data = { dst, src: written(origin), ...idsOf(a.node, b.node) };
    this.#parts.context.send(a.link.id, 'CONNECT', { msg_data });
  }

  #reach({ link }: PeerLink, remote: Address): boolean {
    const { context, find } = this.#parts;
    const id = context.reach(remote);
    if (id === undefined) context.tell(link.id, `${written(remote)} cannot be reached.`, true);
    else if (find(id)?.hasGreeted === false) context.send(id, 'HELLO');
    return id !== undefined;
  }
}

function socketsOf({ data }: Said) {
  return ['dst', 'src'].map((name) => {
    const text = textOf(member(data, name)?.value);
    return text === undefined ? undefined : readSocket(text);
  });
}

/** Real nodes name the nodes besides: `src` first. */
function idsOf(src: Id | undefined, dst: Id | undefined): FieldValues {
  return {
    ...(src === undefined ? {} : { src_node_id: src.value }),
    ...(dst === undefined ? {} : { dst_node_id: dst.value }),
  };
}

function pathKey({ link }: PeerLink, { ip, port }: Address): string {
  return `${link.id} ${ip} ${port}`;
}

/** IPv6 without brackets, as real servers write it. */
function written({ ip, port }: Address): string {
  return `${ip}:${port}`;
}
