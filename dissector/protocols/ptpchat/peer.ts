/** How ptpchat is spoken: a node with an id, over UDP or TCP. */
import type { PeerKind } from '../../session/index.ts';
import { PtpchatPeer } from './peernode.ts';
import { uuid } from './peerparts.ts';
import { port } from './recognise.ts';

export const peer: PeerKind = {
  transports: ['udp', 'tcp'],
  port,
  roles: [
    {
      id: 'server',
      doc: 'keeps an open channel, lists nodes and passes on what is for others; without a role, one that dialled none',
    },
    { id: 'client', doc: 'talks to others by what a server tells it' },
  ],
  signatures: {},
  nonces: {},
  sealed: [],
  createIdentity: async (random) => JSON.stringify({ node_id: uuid(random) }),
  start(desk, identity, role) {
    const node = nodeOf(identity);
    return node === undefined ? 'An identity of ptpchat is {"node_id": "text"}.' : new PtpchatPeer(desk, node, role);
  },
};

/** Ids longer than this are refused: every message carries one. */
const LONGEST_ID = 256;

function nodeOf(identity: string): string | undefined {
  try {
    const { node_id: text } = JSON.parse(identity) as { node_id?: unknown };
    return typeof text === 'string' && text.length > 0 && text.length <= LONGEST_ID ? text : undefined;
  } catch {
    return undefined;
  }
}
