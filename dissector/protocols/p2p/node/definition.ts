/** How p2p is spoken: Diffie-Hellman in one group, over TCP. */
import type { NodeDefinition } from '../../../protocol/index.ts';
import { type Group, P2pPeer } from './connections.ts';
import { delivered } from './delivered.ts';

/**
 * The 1536-bit group of RFC 3526 section 2: the largest of the well-known ones whose modulus fits HELLO, which has one byte for
 * its size.
 */
const modulus =
  'ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404ddef9519b3cd3a431b' +
  '302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7edee386bfb5a899fa5ae9f24117c4b1fe6' +
  '49286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f83655d23dca3ad961c62f356208552bb9ed529077096966d' +
  '670c354e4abc9804f1746c08ca237327ffffffffffffffff';

export const peer: NodeDefinition = {
  transports: ['tcp'],
  port: 5002,
  roles: [
    { id: 'outbound', doc: 'sends the HELLO on every connection; without a role, on those that it dialled' },
    { id: 'inbound', doc: 'waits for a HELLO, and sends the keepalives' },
  ],
  signatures: { TUNNEL_CLOSE: ['signature'] },
  nonces: {},
  sealed: [
    ...['FIN', 'FIN_ACK', 'DISCONNECT', 'KEEP_ALIVE', 'NLIST_REQ', 'NLIST_RES', 'PAIR_REQ', 'PAIR_RES', 'DATA'],
    ...['TUNNEL_REQ', 'TUNNEL_DATA', 'TUNNEL_CLOSE'],
  ],
  delivers: delivered,
  recognition: 'Nothing signs the Diffie-Hellman keys; the group of a HELLO (param_p, param_g) is that of its sender.',
  createIdentity: async () => JSON.stringify({ param_p: modulus, param_g: '2' }),
  start(context, identity, role) {
    const group = readGroup(identity);
    return typeof group === 'string' ? group : new P2pPeer(context, group, role);
  },
};

function readGroup(text: string): Group | string {
  const form = 'An identity of p2p is the group of its HELLO: {"param_p": "hex, at most 255 bytes", "param_g": "hex"}.';
  try {
    const { param_p, param_g } = JSON.parse(text) as Record<string, unknown>;
    const [p, g] = [param_p, param_g].map((hex) =>
      typeof hex === 'string' && /^[0-9a-fA-F]{1,510}$/.test(hex) ? BigInt(`0x${hex}`) : 0n,
    ) as [bigint, bigint];
    return p < 5n || g < 2n || g >= p ? form : { p, g };
  } catch {
    return form;
  }
}
