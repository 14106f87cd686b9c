/** What a node that opens no tunnels and lists no nodes says where nobody has given it values. */
import type { FieldValues } from '../../../codec/index.ts';

const empty = new Uint8Array(0);
/** bzip2 of nothing: the reference implementation sends it for an empty node list. */
const emptyNodeList = Uint8Array.of(0x42, 0x5a, 0x68, 0x39, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0);
/** Bytes of random that a TUNNEL_CLOSE signs. */
const SIGNED = 16;

/** Values of the packets that the handshake does not need. */
export function defaultsOf(packet: string, random: (length: number) => Uint8Array): FieldValues {
  switch (packet) {
    case 'DISCONNECT':
      return { reason: 'bye' };
    case 'NLIST_RES':
      return { data: emptyNodeList };
    case 'TUNNEL_REQ': {
      const bytes = { public_key: empty, test_hash: new Uint8Array(32), test_encrypted: empty, shared_key: empty, data: empty };
      return { hops: 0, tunnel_id: 1n, ...bytes };
    }
    case 'TUNNEL_DATA':
      return { tunnel_id: 1n, data: empty };
    case 'TUNNEL_CLOSE':
      return { tunnel_id: 1n, random: random(SIGNED), signature: empty };
    default:
      return {};
  }
}
