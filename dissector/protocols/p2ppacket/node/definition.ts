/** How p2ppacket is spoken: a node with an Ed25519 key, over UDP. */
import { createSeedIdentity, type NodeDefinition, readSeedIdentity } from '../../../protocol/index.ts';
import { P2ppacketPeer } from './node.ts';

export const peer: NodeDefinition = {
  transports: ['udp'],
  roles: [
    { id: 'initiator', doc: 'says hello on every link; without a role, on those that it dialled' },
    { id: 'responder', doc: 'waits for a hello; it introduces its peers to each other when one asks' },
  ],
  signatures: { hello: ['signature'] },
  nonces: {},
  sealed: ['data'],
  delivers: ['data'],
  recognition: 'A hello carries the Ed25519 key of its sender, and is signed with it.',
  createIdentity: async (random) => createSeedIdentity(random),
  start(context, identity, role) {
    const key = readSeedIdentity('p2ppacket', identity);
    return typeof key === 'string' ? key : new P2ppacketPeer(context, key, role);
  },
};
