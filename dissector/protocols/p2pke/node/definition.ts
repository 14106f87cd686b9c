/** How p2pke is spoken: a node with a long-term key, over datagrams. */
import type { NodeDefinition } from '../../../protocol/index.ts';
import { P2pkePeer } from './channels.ts';
import { createIdentity, identityKinds, readIdentity } from './identity.ts';

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
  delivers: ['data', 'closing'],
  recognition: 'Each side checks the long-term key (key_x509) that the other one signs its claims with.',
  identityKinds,
  createIdentity,
  start(context, identity, role) {
    const key = readIdentity(identity, context.limits);
    return typeof key === 'string' ? key : new P2pkePeer(context, key, role);
  },
};
