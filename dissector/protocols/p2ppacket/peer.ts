/** How p2ppacket is spoken: a node with an Ed25519 key, over UDP. */
import { createSeedIdentity, type PeerKind, readSeedIdentity } from '../../session/index.ts';
import { P2ppacketPeer } from './peernode.ts';

export const peer: PeerKind = {
  transports: ['udp'],
  roles: [
    { id: 'initiator', doc: 'says hello on every link; without a role, on those that it dialled' },
    { id: 'responder', doc: 'waits for a hello; it introduces its peers to each other when one asks' },
  ],
  signatures: { hello: ['signature'] },
  nonces: {},
  sealed: ['data'],
  createIdentity: async (random) => createSeedIdentity(random),
  start(desk, identity, role) {
    const key = readSeedIdentity('p2ppacket', identity);
    return typeof key === 'string' ? key : new P2ppacketPeer(desk, key, role);
  },
};
