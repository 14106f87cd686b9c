import { utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type BudgetName,
  type Check,
  equalBytes,
  type Field,
  operationsOf,
  type Piece,
  slicePieces,
  valueIn,
} from '../../bytes/index.ts';
import {
  type PublicKey,
  type RsaPrivateKey,
  readPublicKey,
  streamCiphers,
  verificationCost,
  verifyPss,
} from '../../crypto/index.ts';
import type { Direction, ObserverContext } from '../../protocol/index.ts';
import type { Place } from './choices.ts';
import { testOf, tunnelSecretOf } from './costly.ts';
import { rsaKind } from './keys.ts';
import type { TunnelSecret, TunnelTest } from './keyschedule.ts';
import { tunnelCreate, tunnelCreateAck } from './messages.ts';

const cipher = streamCiphers[0]!;
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

export function provesTarget(opened: TunnelTest | undefined, { hash }: Wrapped): opened is TunnelTest {
  return opened !== undefined && equalBytes(opened.hash, hash);
}

/** What the target's RSA key made of a TUNNEL_REQ. */
export interface Unwrapped extends TunnelTest, TunnelSecret {
  readonly target: RsaPrivateKey;
}

/** One tunnel of a connection: AES-256-CFB8 under a key that the target's RSA key unwraps, each direction with its own state. */
export class Tunnel {
  readonly requester: Direction;
  readonly frame: number;
  readonly signer: PublicKey | string;
  /** Undefined where the TUNNEL_REQ is not whole. */
  readonly wrapped: Wrapped | undefined;
  /** The limit that kept an RSA key of the ring from being tried on it. */
  untried: BudgetName | undefined;
  /** The ring holds the target's RSA key: `test_hash` proves it, also where `shared_key` is none that it unwraps. */
  isTargetKnown = false;
  readonly unwrapped: Unwrapped | undefined;
  readonly #offsets: [number, number] = [0, 0];
  readonly #leads: [Uint8Array, Uint8Array] = [empty, empty];
  /** The first packet of each direction while it is not whole: undefined once it was read. */
  readonly #heads: [Head | undefined, Head | undefined] = [noHead, noHead];
  /** The first packet of a direction was read. */
  readonly #isBegun: [boolean, boolean] = [false, false];

  constructor(request: Pick<Tunnel, 'requester' | 'frame' | 'signer' | 'wrapped'>, unwrapped: Unwrapped | undefined) {
    this.requester = request.requester;
    this.frame = request.frame;
    this.signer = request.signer;
    this.wrapped = request.wrapped;
    this.unwrapped = unwrapped;
  }

  /** AES key and iv, once they are unwrapped. */
  get secret(): TunnelSecret['keys'] {
    return this.unwrapped?.keys;
  }

  /** The plaintext of bytes at a place of the tunnel; undefined without a key. */
  open({ offset, lead }: Place, bytes: Uint8Array): Uint8Array | undefined {
    const { secret } = this;
    return secret === undefined ? undefined : cipher.open(secret.key, secret.iv, lead, offset, bytes);
  }

  /**
   * The next bytes of a direction: where they lie, the tunnel's first packet when they complete it, and from where on the opened bytes
   * lie behind that packet.
   */
  carry(
    direction: Direction,
    bytes: Uint8Array,
    pieces: readonly Piece[],
  ): { place: Place; opened: Uint8Array | undefined; first: Head | undefined; payload: number | undefined } {
    const place = { offset: this.#offsets[direction], lead: this.#leads[direction] };
    const opened = this.open(place, bytes);
    this.#offsets[direction] += bytes.length;
    const together = concat(place.lead, bytes);
    this.#leads[direction] = together.slice(Math.max(0, together.length - cipher.lead));
    const isBehind = this.#isBegun[direction];
    const first = opened === undefined ? undefined : this.#first(direction, opened, pieces);
    const behind = first === undefined ? undefined : bytes.length - first.rest;
    return { place, opened, first: first?.head, payload: isBehind ? 0 : behind };
  }

  /** The tunnel's first packet, and the bytes behind it. */
  #first(direction: Direction, opened: Uint8Array, pieces: readonly Piece[]): { head: Head; rest: number } | undefined {
    const before = this.#heads[direction];
    if (before === undefined) return undefined;
    const head = { bytes: concat(before.bytes, opened), pieces: [...before.pieces, ...pieces] };
    const packet = direction === this.requester ? tunnelCreate : tunnelCreateAck;
    const { end, problem } = packet.decode(head.bytes);
    const isNone = head.bytes.length > 0 && head.bytes[0] !== packet.type;
    const isWhole = !isNone && problem === undefined;
    this.#heads[direction] = isNone || isWhole ? undefined : head;
    if (!isWhole) return undefined;
    this.#isBegun[direction] = true;
    const whole = { bytes: head.bytes.slice(0, end), pieces: slicePieces(head.pieces, 0, end) };
    return { head: whole, rest: head.bytes.length - end };
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
  readonly #context: ObserverContext;
  readonly #tunnels = new Map<bigint, Tunnel>();

  constructor(context: ObserverContext) {
    this.#context = context;
  }

  find(field: Field): Tunnel | undefined {
    const id = valueIn(field, 'tunnel_id');
    return typeof id === 'bigint' ? this.#tunnels.get(id) : undefined;
  }

  request(field: Field, direction: Direction, frame: number): Tunnel | undefined {
    const id = valueIn(field, 'tunnel_id');
    if (typeof id !== 'bigint' || this.#tunnels.size >= this.#context.limits.sessions) return undefined;
    const der = valueIn(field, 'public_key');
    const signer = der instanceof Uint8Array ? readPublicKey(der) : 'TUNNEL_REQ has no public_key';
    const wrapped = wrappedIn(field);
    const { known, untried } = wrapped === undefined ? {} : this.#unwrap(wrapped);
    const unwrapped = known === 'no shared_key' ? undefined : known;
    const tunnel = new Tunnel({ requester: direction, frame, signer, wrapped }, unwrapped);
    tunnel.isTargetKnown = known !== undefined;
    tunnel.untried = untried;
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
    const verify = (): Check => verifyPss(signer, 'SHA-1', random, signature, this.#context.limits);
    return this.#context.verifications.check([key, random, signature], verificationCost(signer), verify);
  }

  /** The tunnel's key and iv, by the RSA key that test_hash proves. */
  #unwrap(wrapped: Wrapped): { known?: Unwrapped | 'no shared_key'; untried?: BudgetName } {
    const { keys, budget } = this.#context;
    let untried: BudgetName | undefined;
    for (const key of keys.all(rsaKind)) {
      const test = testOf(key, wrapped.test, budget);
      if (test === undefined) untried ??= operationsOf(key.origin);
      if (!provesTarget(test?.value, wrapped)) continue;
      const secret = tunnelSecretOf(key, wrapped.shared, budget)?.value;
      return { known: secret?.keys === undefined ? 'no shared_key' : { target: key.secret, ...test!.value!, ...secret } };
    }
    return untried === undefined ? {} : { untried };
  }
}

function wrappedIn(field: Field): Wrapped | undefined {
  const [hash, test, shared] = ['test_hash', 'test_encrypted', 'shared_key'].map((name) => valueIn(field, name));
  const isWhole = hash instanceof Uint8Array && test instanceof Uint8Array && shared instanceof Uint8Array;
  return isWhole ? { hash, test, shared } : undefined;
}
