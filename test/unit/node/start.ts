/** Nodes with real sockets of this machine, and what they tell; all of them end with the test. */
import { randomBytes } from 'node:crypto';
import type { Protocol } from '../../../dissector/index.ts';
import { type Address, Choices } from '../../../dissector/protocol/index.ts';
import { type NodeEvent, nodeLimits } from '../../../dissector/testnode/index.ts';
import type { SectionEvents } from '../../../extension/node/scripts/section.ts';
import { SocketNode, type SocketNodeOptions } from '../../../extension/node/sockets/socketnode.ts';
import { endsWithTest } from '../endings.ts';

export interface Started {
  readonly socket: SocketNode;
  /** Without bytes, which belong to the socket. */
  readonly events: NodeEvent[];
}

type Wish = Partial<Omit<SocketNodeOptions, 'limits'>> & { readonly limits?: Readonly<Record<string, number>> };

export async function start(protocol: Protocol, wish: Wish = {}, dialled?: Address): Promise<Started> {
  const events: NodeEvent[] = [];
  const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
  const transport = wish.transport ?? protocol.peer!.transports[0]!;
  const listen = dialled === undefined ? { ip: '127.0.0.1', port: 0 } : undefined;
  const identity = wish.identity ?? (await protocol.peer!.createIdentity(random));
  const happened = (event: NodeEvent): void => {
    if (event.kind !== 'sent' && event.kind !== 'received') events.push(event);
  };
  const limits = { ...nodeLimits, ...wish.limits };
  const socket = await SocketNode.start(
    { protocol, choices: new Choices(), listen, happened, ...wish, transport, identity, limits },
    dialled,
  );
  endsWithTest(() => socket.stop());
  return { socket, events };
}

export function isReady({ socket: { node } }: Started, links = 1): boolean {
  return node.links.filter(({ id }) => node.status(id).ready).length === links;
}

export function told({ events }: Started): string[] {
  return events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
}

export function ends({ events }: Started): string[] {
  return events.flatMap((event) => (event.kind === 'closed' ? [`${event.why}${event.abrupt ? ' (abrupt)' : ''}`] : []));
}

/** Nobody listens to what sections tell. */
export const quiet: SectionEvents = { recording: () => {}, opened: () => {} };
