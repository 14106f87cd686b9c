/** How botd is spoken: a node with a long-term key of secp256k1, over TCP. */
import { sha256 } from '@noble/hashes/sha2.js';
import { fromHex, toHex } from '../../../bytes/index.ts';
import { secp256k1 } from '../../../crypto/index.ts';
import type { NodeDefinition } from '../../../protocol/index.ts';
import { BotdPeer, type LongTerm } from './connections.ts';

/**
 * An Init names the key of the node that it is for, so a node has to know it before it dials. Nodes without an identity of
 * their own share this key, which protects nothing: two of them can talk, and a test can name it.
 */
const sharedPrivate = toHex(sha256(new TextEncoder().encode('Peerscope, a test node of botd')));

export const peer: NodeDefinition = {
  transports: ['tcp'],
  port: 9945,
  roles: [
    { id: 'opener', doc: 'sends the Init on every connection; without a role, on those that it dialled' },
    { id: 'answerer', doc: 'waits for an Init and answers it with an Ack' },
  ],
  signatures: { Init: ['signature'], Ack: ['signature'] },
  nonces: {},
  sealed: ['Ping', 'Pong', 'protobuf'],
  delivers: ['protobuf'],
  recognition:
    'An Init names the long-term key of its recipient (recipient_pubkey), and Init and Ack are signed with the long-term keys of their senders.',
  createIdentity: async () => JSON.stringify({ secp256k1_private: sharedPrivate }),
  start(context, identity, role) {
    const read = readIdentity(identity);
    return typeof read === 'string' ? read : new BotdPeer(context, read, role);
  },
};

function readIdentity(text: string): LongTerm | string {
  const form = 'An identity of botd is {"secp256k1_private": "64 hex digits", "recipient_pubkey": "a point, where it dials"}.';
  try {
    const { secp256k1_private: secretText, recipient_pubkey: recipientText } = JSON.parse(text) as Record<string, unknown>;
    const secret = typeof secretText === 'string' ? fromHex(secretText) : undefined;
    const publicKey = secret === undefined ? undefined : secp256k1.publicOf(secret);
    const recipient = typeof recipientText === 'string' ? fromHex(recipientText) : publicKey;
    if (secret === undefined || publicKey === undefined || recipient === undefined) return form;
    return secp256k1.readPoint(recipient) === undefined ? form : { secret, publicKey, recipient };
  } catch {
    return form;
  }
}
