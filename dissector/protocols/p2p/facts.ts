import type { Check } from '../../bytes/index.ts';
import type { Place } from './choices.ts';
import type { PeerState } from './machine.ts';
import type { Tunnel } from './tunnels.ts';

/** What the first pass learns of a packet beyond its table row. */
export interface Facts {
  /** Where the packet lies in the encrypted part of its direction, and the ciphertext before it that opening needs. */
  sealed?: Place;
  /** The tunnel that the packet belongs to, opened or not. */
  belongsTo?: Tunnel;
  /** The tunnel whose bytes the packet carries, and where they lie in the tunnel's direction. */
  tunnel?: Place & { readonly tunnel: Tunnel };
  /** A part of the packet is for a key that none of the given is: what a TUNNEL_REQ wraps, a tunnel's bytes. */
  closed?: true;
  /** TUNNEL_CREATE and TUNNEL_CREATE_ACK: the packet itself, opened. */
  inner?: Uint8Array;
  /** The verdict on the signature of NLIST_RES or TUNNEL_CLOSE. */
  signature?: Check;
  answers?: number;
  answeredIn?: number;
  /** The state that the packet found, where the packets before it in the list do not tell. */
  found?: PeerState;
  /** Why nothing more can be said. */
  note?: string;
}
