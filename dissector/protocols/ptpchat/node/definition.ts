/** How ptpchat is spoken: a node with an id, an RSA key and a certificate, over UDP or TCP. */
import type { NodeDefinition } from '../../../protocol/index.ts';
import { port } from '../recognise.ts';
import { createIdentity, readIdentity } from './identity.ts';
import { PtpchatPeer } from './node.ts';

export const peer: NodeDefinition = {
  transports: ['udp', 'tcp'],
  port,
  roles: [
    {
      id: 'server',
      doc: 'keeps an open channel, lists nodes and passes on what is for others; without a role, one that dialled none',
    },
    { id: 'client', doc: 'talks to others by what a server tells it' },
  ],
  signatures: { MESSAGE: ['msg_data', 'message'] },
  nonces: {},
  sealed: ['KEY', 'MESSAGE'],
  delivers: ['JOIN', 'LEAVE', 'MESSAGE'],
  recognition: 'Each side knows the other one by its node_id and its certificate, which a MESSAGE is signed with.',
  createIdentity,
  start(context, text, role) {
    const identity = readIdentity(text);
    return typeof identity === 'string' ? identity : new PtpchatPeer(context, identity, role);
  },
};
