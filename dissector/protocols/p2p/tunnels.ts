import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type Check, equalBytes, type Field, type Piece, slicePieces } from '../../bytes/index.ts';
import {
  type PublicKey,
  type RsaPrivateKey,
  readPublicKey,
  rsaDecrypt,
  streamCiphers,
  unpadOaep,
  verificationCost,
  verifyPss,
} from '../../crypto/index.ts';
import type { Bench, Direction } from '../../session/index.ts';
import type { Place } from './facts.ts';
import { costOf, type Groups } from './groups.ts';
import { valueIn } from './handshake.ts';
import { rsaLabel } from './keys.ts';
import { tunnelCreate, tunnelCreateAck } from './messages.ts';

const cipher = streamCiphers[0]!;
const keyLength = 32;
const ivLength = 16;
const empty = new Uint8Array(0);

/** The first bytes of a tunnel's direction, opened, and where they were captured. */
interface Head {
  readonly bytes: Uint8Array;
  readonly pieces: readonly Piece[];
}

const noHead: Head = { bytes: empty, pieces: [] };

/** What a TUNNEL_REQ holds for the target's RSA key: the key proves itself on `test`, whose plaintext has the SHA-256 `hash`. */
export interface Wrapped {
  readonly hash: Uint8Array;
  readonly test: Uint8Array;
  /** AES key (32 bytes) and iv (16 bytes). */
  readonly shared: Uint8Array;
}

/** RSA-OAEP with SHA-256 and MGF1-SHA-1; undefined where the key does not fit or the padding does not hold. */
export function openOaep(key: RsaPrivateKey, wrapped: Uint8Array): Uint8Array | undefined {
  const padded = wrapped.length === key.size ? rsaDecrypt(key, wrapped) : undefined;
  return padded === undefined ? undefined : unpadOaep(padded, 'SHA-256', 'SHA-1');
}

export function provesTarget(opened: Uint8Array | undefined, { hash }: Wrapped): boolean {
  return opened !== undefined && equalBytes(sha256(opened), hash);
}

export function isTunnelKey(opened: Uint8Array | undefined): opened is Uint8Array {
  return opened?.length === keyLength + ivLength;
}

/** What the target's RSA key made of a TUNNEL_REQ. */
export interface Unwrapped {
  readonly target: RsaPrivateKey;
  readonly test: Uint8Array;
  /** AES key (32 bytes) and iv (16 bytes). */
  readonly shared: Uint8Array;
}

/** One tunnel of a connection: AES-256-CFB8 under a key that the target's RSA key unwraps, each direction with its own state. */
export class Tunnel {
  readonly requester: Direction;
  readonly frame: number;
  readonly signer: PublicKey | string;
  /** Undefined where the TUNNEL_REQ is not whole. */
  readonly wrapped: Wrapped | undefined;
  /** Not every RSA key of the ring was tried on it. */
  isUntried = false;
  readonly unwrapped: Unwrapped | undefined;
  readonly #offsets: [number, number] = [0, 0];
  readonly #leads: [Uint8Array, Uint8Array] = [empty, empty];
  /** The first packet of each direction while it is not whole: undefined once it was read. */
  readonly #heads: [Head | undefined, Head | undefined] = [noHead, noHead];

  constructor(request: Pick<Tunnel, 'requester' | 'frame' | 'signer' | 'wrapped'>, unwrapped: Unwrapped | undefined) {
    this.requester = request.requester;
    this.frame = request.frame;
    this.signer = request.signer;
    this.wrapped = request.wrapped;
    this.unwrapped = unwrapped;
  }

  /** AES key and iv, once they are unwrapped. */
  get secret(): { readonly key: Uint8Array; readonly iv: Uint8Array } | undefined {
    const shared = this.unwrapped?.shared;
    return shared && { key: shared.subarray(0, keyLength), iv: shared.subarray(keyLength) };
  }

  /** The plaintext of bytes at a place of the tunnel; undefined without a key. */
  open({ offset, lead }: Place, bytes: Uint8Array): Uint8Array | undefined {
    const { secret } = this;
    return secret === undefined ? undefined : cipher.open(secret.key, secret.iv, lead, offset, bytes);
  }

  /** The next bytes of a direction: where they lie, and the tunnel's first packet when they complete it. */
  carry(
    direction: Direction,
    bytes: Uint8Array,
    pieces: readonly Piece[],
  ): { place: Place; opened: Uint8Array | undefined; first: Head | undefined } {
    const place = { offset: this.#offsets[direction], lead: this.#leads[direction] };
    const opened = this.open(place, bytes);
    this.#offsets[direction] += bytes.length;
    const together = concat(place.lead, bytes);
    this.#leads[direction] = together.slice(Math.max(0, together.length - cipher.lead));
    return { place, opened, first: opened === undefined ? undefined : this.#first(direction, opened, pieces) };
  }

  #first(direction: Direction, opened: Uint8Array, pieces: readonly Piece[]): Head | undefined {
    const before = this.#heads[direction];
    if (before === undefined) return undefined;
    const head = { bytes: concat(before.bytes, opened), pieces: [...before.pieces, ...pieces] };
    const packet = direction === this.requester ? tunnelCreate : tunnelCreateAck;
    const { end, problem } = packet.decode(head.bytes);
    const isNone = head.bytes.length > 0 && head.bytes[0] !== packet.type;
    const isWhole = !isNone && problem === undefined;
    this.#heads[direction] = isNone || isWhole ? undefined : head;
    return isWhole ? { bytes: head.bytes.slice(0, end), pieces: slicePieces(head.pieces, 0, end) } : undefined;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** The tunnels of one connection by their ids. */
export class Tunnels {
  readonly #bench: Bench;
  readonly #groups: Groups;
  readonly #tunnels = new Map<bigint, Tunnel>();

  constructor(bench: Bench, groups: Groups) {
    this.#bench = bench;
    this.#groups = groups;
  }

  find(field: Field): Tunnel | undefined {
    const id = valueIn(field, 'tunnel_id');
    return typeof id === 'bigint' ? this.#tunnels.get(id) : undefined;
  }

  request(field: Field, direction: Direction, frame: number): Tunnel | undefined {
    const id = valueIn(field, 'tunnel_id');
    if (typeof id !== 'bigint' || this.#tunnels.size >= this.#bench.limits.sessions) return undefined;
    const der = valueIn(field, 'public_key');
    const signer = der instanceof Uint8Array ? readPublicKey(der) : 'TUNNEL_REQ has no public_key';
    const wrapped = wrappedIn(field);
    const unwrapped = wrapped === undefined ? undefined : this.#unwrap(wrapped);
    const tunnel = new Tunnel({ requester: direction, frame, signer, wrapped }, unwrapped);
    tunnel.isUntried = unwrapped === undefined && this.#groups.isSpent && this.#bench.keys.all(rsaLabel).length > 0;
    this.#tunnels.set(id, tunnel);
    return tunnel;
  }

  /** TUNNEL_CLOSE: RSA-PSS over `random` by TUNNEL_REQ's key. */
  verify(field: Field): Check {
    const tunnel = this.find(field);
    const random = valueIn(field, 'random');
    const signature = valueIn(field, 'signature');
    if (tunnel === undefined) return { state: 'unchecked', why: 'the TUNNEL_REQ with its key is not in the capture' };
    if (typeof tunnel.signer === 'string') return { state: 'unchecked', why: `TUNNEL_REQ: ${tunnel.signer}` };
    if (!(random instanceof Uint8Array) || !(signature instanceof Uint8Array))
      return { state: 'unchecked', why: 'the packet is not whole' };
    const { signer } = tunnel;
    const key = utf8ToBytes(signer.kind === 'RSA' ? `${signer.modulus} ${signer.exponent}` : signer.kind);
    const verify = (): Check => verifyPss(signer, 'SHA-1', random, signature);
    return this.#bench.verifications.check([key, random, signature], verificationCost(signer), verify);
  }

  /** The tunnel's key and iv, by the RSA key that test_hash proves. */
  #unwrap(wrapped: Wrapped): Unwrapped | undefined {
    for (const { secret } of this.#bench.keys.all(rsaLabel)) {
      const target = secret as RsaPrivateKey;
      const test = this.#oaep(target, wrapped.test);
      if (test === undefined || !provesTarget(test, wrapped)) continue;
      const shared = this.#oaep(target, wrapped.shared);
      if (isTunnelKey(shared)) return { target, test, shared };
    }
    return undefined;
  }

  /** A key that does not fit costs nothing. */
  #oaep(key: RsaPrivateKey, wrapped: Uint8Array): Uint8Array | undefined {
    if (wrapped.length !== key.size || !this.#groups.spend(costOf(key.size * 8))) return undefined;
    return openOaep(key, wrapped);
  }
}

function wrappedIn(field: Field): Wrapped | undefined {
  const [hash, test, shared] = ['test_hash', 'test_encrypted', 'shared_key'].map((name) => valueIn(field, name));
  const isWhole = hash instanceof Uint8Array && test instanceof Uint8Array && shared instanceof Uint8Array;
  return isWhole ? { hash, test, shared } : undefined;
}
