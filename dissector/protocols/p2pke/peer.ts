/** How p2pke is spoken: a node with an Ed25519 key, over datagrams. */
import { fromHex, toHex } from '../../bytes/index.ts';
import { ed25519Key } from '../../crypto/index.ts';
import type { PeerKind } from '../../session/index.ts';
import { P2pkePeer } from './peerchannels.ts';

/** Bytes of an Ed25519 seed. */
const SEED = 32;
const claimSignature = ['payload', 'auth_claim', 'sig'];

export const peer: PeerKind = {
  transports: ['udp'],
  roles: [
    { id: 'initiator', doc: 'begins a session on every link; without a role, on those that it dialled' },
    { id: 'responder', doc: 'waits for an InitHello' },
  ],
  signatures: { InitHello: claimSignature, RespHello: claimSignature, InitDone: claimSignature },
  nonces: { data: ['counter'] },
  sealed: ['RespHello', 'InitDone', 'data', 'closing'],
  createIdentity: async (random) => JSON.stringify({ ed25519_seed: toHex(random(SEED)) }),
  start(desk, identity, role) {
    const seed = seedOf(identity);
    return seed === undefined
      ? 'An identity of p2pke is {"ed25519_seed": "64 hex digits"}.'
      : new P2pkePeer(desk, ed25519Key(seed), role);
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
