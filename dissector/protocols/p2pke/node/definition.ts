/** How p2pke is spoken: a node with an Ed25519 key, over datagrams. */
import { createSeedIdentity, type NodeDefinition, readSeedIdentity } from '../../../protocol/index.ts';
import { P2pkePeer } from './channels.ts';

const claimSignature = ['payload', 'auth_claim', 'sig'];

export const peer: NodeDefinition = {
  transports: ['udp'],
  roles: [
    { id: 'initiator', doc: 'begins a session on every link; without a role, on those that it dialled' },
    { id: 'responder', doc: 'waits for an InitHello' },
  ],
  signatures: { InitHello: claimSignature, RespHello: claimSignature, InitDone: claimSignature },
  nonces: { data: ['counter'] },
  sealed: ['RespHello', 'InitDone', 'data', 'closing'],
  createIdentity: async (random) => createSeedIdentity(random),
  start(context, identity, role) {
    const key = readSeedIdentity('p2pke', identity);
    return typeof key === 'string' ? key : new P2pkePeer(context, key, role);
  },
};
