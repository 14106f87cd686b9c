/** How p2ppacket is spoken: a node with an Ed25519 key, over UDP. */
import { fromHex, toHex } from '../../bytes/index.ts';
import { ed25519Key } from '../../crypto/index.ts';
import type { PeerKind } from '../../session/index.ts';
import { P2ppacketPeer } from './peernode.ts';

/** Bytes of an Ed25519 seed. */
const SEED = 32;

export const peer: PeerKind = {
  transports: ['udp'],
  roles: [
    { id: 'initiator', doc: 'says hello on every link; without a role, on those that it dialled' },
    { id: 'responder', doc: 'waits for a hello; it introduces its peers to each other when one asks' },
  ],
  signatures: { hello: ['signature'] },
  nonces: {},
  sealed: ['data'],
  createIdentity: async (random) => JSON.stringify({ ed25519_seed: toHex(random(SEED)) }),
  start(desk, identity, role) {
    const seed = seedOf(identity);
    return seed === undefined
      ? 'An identity of p2ppacket is {"ed25519_seed": "64 hex digits"}.'
      : new P2ppacketPeer(desk, ed25519Key(seed), role);
  },
};

function seedOf(identity: string): Uint8Array | undefined {
  try {
    const { ed25519_seed: text } = JSON.parse(identity) as { ed25519_seed?: unknown };
    const seed = typeof text === 'string' ? fromHex(text) : undefined;
    return seed?.length === SEED ? seed : undefined;
  } catch {
    return undefined;
  }
}
