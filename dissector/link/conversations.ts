import { defaultLimits, type Limits, overLimit, type Problem } from '../bytes/index.ts';
import { endpointText } from './address.ts';
import { tcpFlag, transport } from './numbers.ts';
import type { PacketView } from './packet.ts';

/** A key: IP protocol, address length, two ports (u16), 2 spare bytes, two addresses of 16 bytes (4 used for IPv4). */
const keySize = 40;
const firstAddress = 8;
const secondAddress = 24;

/** State of a TCP conversation. */
const knowsIsn0 = 1;
const knowsIsn1 = 2;
const established = 4;
const closed = 8;
/** Direction 0 goes from the key's first endpoint to its second. */
const forward = 16;

/**
 * Numbers conversations: (UDP or TCP, two endpoints) → a 0-based id and a direction. An open-addressing hash over raw
 * bytes in typed arrays, about 62 bytes a conversation; a lookup allocates nothing.
 *
 * Direction 0 is that of the conversation's first packet; of TCP, that of the pure SYN (a conversation that begins with a
 * SYN+ACK has its receiver as direction 0). A SYN with another initial sequence number on the same endpoints is a new
 * conversation, whether or not the old one was seen to close.
 */
export class ConversationTable {
  /** 0 or 1, of the packet that `find` was last given. */
  direction: 0 | 1 = 0;
  /** Set once more conversations were seen than limits.conversations; their packets get the id -1. */
  problem: Problem | undefined;
  private readonly limits: Limits;
  private readonly key = new Uint8Array(keySize);
  /** A guesser of collisions needs the seed. */
  private readonly seed = Math.floor(Math.random() * 0x1_0000_0000);
  private count = 0;
  private keys = new Uint8Array(keySize * 64);
  private hashes = new Uint32Array(64);
  private states = new Uint8Array(64);
  private isn0 = new Uint32Array(64);
  private isn1 = new Uint32Array(64);
  /** Id + 1 of the newest conversation with a key; 0 is empty. */
  private slots = new Uint32Array(128);

  constructor(limits: Limits = defaultLimits) {
    this.limits = limits;
  }

  get length(): number {
    return this.count;
  }

  /**
   * The conversation of the packet in `view` (its addresses lie in `bytes`), a new one if need be; -1 for a packet that is
   * neither UDP nor TCP, a fragment, or over the limit. Sets `direction`. Call it once for each packet, in capture order.
   */
  find(bytes: Uint8Array, view: PacketView): number {
    if (!this.concerns(view)) return -1;
    const fromFirst = this.setKey(bytes, view);
    const hash = this.hash();
    const slot = this.slot(hash);
    const id = this.slots[slot] - 1;
    if (id < 0) return this.open(slot, hash, fromFirst, view);
    this.direction = fromFirst === ((this.states[id] & forward) !== 0) ? 0 : 1;
    if (view.transport !== transport.tcp) return id;
    if (this.isAnother(id, view)) return this.open(slot, hash, fromFirst, view);
    this.advance(id, view);
    return id;
  }

  /** The newest conversation of a packet that is only spoken of (an ICMP error quotes it); -1 for none. Sets `direction`. */
  lookUp(bytes: Uint8Array, view: PacketView): number {
    if (!this.concerns(view)) return -1;
    const fromFirst = this.setKey(bytes, view);
    const id = this.slots[this.slot(this.hash())] - 1;
    if (id >= 0) this.direction = fromFirst === ((this.states[id] & forward) !== 0) ? 0 : 1;
    return id;
  }

  /** Whether a TCP conversation was seen to open: direction 0 is then that of the opener. */
  opened(id: number): boolean {
    return (this.states[id] & knowsIsn0) !== 0;
  }

  /** IP protocol number: 6 or 17. */
  protocol(id: number): number {
    return this.keys[id * keySize];
  }

  /** One of `transport`. */
  transport(id: number): number {
    return this.protocol(id) === 6 ? transport.tcp : transport.udp;
  }

  /** Port of the sender of direction `side`. */
  port(id: number, side: 0 | 1): number {
    const at = id * keySize + (this.isFirst(id, side) ? 2 : 4);
    return (this.keys[at] << 8) | this.keys[at + 1];
  }

  /** Address of the sender of direction `side`, 4 or 16 bytes: a copy. */
  address(id: number, side: 0 | 1): Uint8Array {
    const at = id * keySize + (this.isFirst(id, side) ? firstAddress : secondAddress);
    return this.keys.slice(at, at + this.keys[id * keySize + 1]);
  }

  /** The sender of direction `side` as text: `127.0.0.1:7000`, `[::1]:7101`. */
  endpoint(id: number, side: 0 | 1): string {
    const at = id * keySize + (this.isFirst(id, side) ? firstAddress : secondAddress);
    return endpointText(this.keys, at, this.keys[id * keySize + 1], this.port(id, side));
  }

  private concerns(view: PacketView): boolean {
    // A payload without headers has no addresses either.
    return view.transport === transport.udp || (view.transport === transport.tcp && view.addressLength !== 0);
  }

  /** The slot that holds the key just set, or the empty one where it would go. */
  private slot(hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0 && !this.isKey(this.slots[slot] - 1, hash)) slot = (slot + 1) & mask;
    return slot;
  }

  private isFirst(id: number, side: 0 | 1): boolean {
    return ((this.states[id] & forward) !== 0) === (side === 0);
  }

  /** Fills `key` with the lesser endpoint first; returns whether that is the packet's sender. */
  private setKey(bytes: Uint8Array, view: PacketView): boolean {
    const { key } = this;
    const { srcAt, dstAt, addressLength, srcPort, dstPort } = view;
    let order = srcPort - dstPort;
    for (let i = 0; i < addressLength && order === 0; i++) order = bytes[srcAt + i] - bytes[dstAt + i];
    const fromFirst = order <= 0;
    const first = fromFirst ? srcAt : dstAt;
    const second = fromFirst ? dstAt : srcAt;
    const firstPort = fromFirst ? srcPort : dstPort;
    const secondPort = fromFirst ? dstPort : srcPort;
    key.fill(0);
    key[0] = view.protocol;
    key[1] = addressLength;
    key[2] = firstPort >>> 8;
    key[3] = firstPort;
    key[4] = secondPort >>> 8;
    key[5] = secondPort;
    for (let i = 0; i < addressLength; i++) {
      key[firstAddress + i] = bytes[first + i];
      key[secondAddress + i] = bytes[second + i];
    }
    return fromFirst;
  }

  /** FNV-1a over the key, then MurmurHash3's finish so that the low bits depend on all. */
  private hash(): number {
    let hash = this.seed;
    for (let i = 0; i < keySize; i++) hash = Math.imul(hash ^ this.key[i], 0x0100_0193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private isKey(id: number, hash: number): boolean {
    if (this.hashes[id] !== hash) return false;
    const at = id * keySize;
    for (let i = 0; i < keySize; i++) if (this.keys[at + i] !== this.key[i]) return false;
    return true;
  }

  /** Whether a TCP packet opens another connection between the endpoints of conversation `id`. */
  private isAnother(id: number, view: PacketView): boolean {
    if ((view.flags & tcpFlag.syn) === 0) return false;
    const state = this.states[id];
    if ((view.flags & tcpFlag.ack) !== 0) {
      // The SYN before it was not captured: only a closed connection makes that plain.
      return (state & closed) !== 0 && (state & knowsIsn0) !== 0 && this.isn0[id] !== (view.ack - 1) >>> 0;
    }
    if (this.direction === 0) return (state & knowsIsn0) === 0 || this.isn0[id] !== view.seq;
    if ((state & knowsIsn1) !== 0) return this.isn1[id] !== view.seq;
    // A SYN from the other side before anything else answers: both open at once (RFC 9293 section 3.5).
    return (state & (established | closed)) !== 0;
  }

  private advance(id: number, view: PacketView): void {
    const { flags } = view;
    let state = this.states[id];
    if ((flags & tcpFlag.syn) !== 0 && this.direction === 1) {
      this.isn1[id] = view.seq;
      state |= knowsIsn1;
    }
    if ((flags & tcpFlag.ack) !== 0) state |= established;
    if ((flags & (tcpFlag.fin | tcpFlag.rst)) !== 0) state |= closed;
    this.states[id] = state;
  }

  private open(slot: number, hash: number, fromFirst: boolean, view: PacketView): number {
    const maximum = this.limits.conversations;
    if (this.count >= maximum) {
      this.problem ??= overLimit('conversations', maximum, maximum + 1, 'Conversations of this capture', 0);
      return -1;
    }
    const id = this.count++;
    if (id === this.hashes.length) this.growRows();
    this.keys.set(this.key, id * keySize);
    this.hashes[id] = hash;
    this.slots[slot] = id + 1;
    const isTcp = view.transport === transport.tcp;
    const answers = isTcp && (view.flags & tcpFlag.syn) !== 0 && (view.flags & tcpFlag.ack) !== 0;
    this.direction = answers ? 1 : 0;
    this.states[id] = fromFirst !== answers ? forward : 0;
    if (isTcp && (view.flags & tcpFlag.syn) !== 0) {
      this.isn0[id] = answers ? view.ack - 1 : view.seq;
      this.states[id] |= knowsIsn0;
    }
    if (isTcp) this.advance(id, view);
    if (this.count * 2 > this.slots.length) this.growSlots();
    return id;
  }

  private growRows(): void {
    const rows = this.hashes.length * 2;
    const keys = new Uint8Array(rows * keySize);
    const states = new Uint8Array(rows);
    keys.set(this.keys);
    states.set(this.states);
    this.keys = keys;
    this.states = states;
    this.hashes = grown(this.hashes, rows);
    this.isn0 = grown(this.isn0, rows);
    this.isn1 = grown(this.isn1, rows);
  }

  /** Older conversations with the same key are not in the slots: a later one took their place. */
  private growSlots(): void {
    const slots = new Uint32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (const entry of this.slots) {
      if (entry === 0) continue;
      let slot = this.hashes[entry - 1] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.slots = slots;
  }
}

function grown(column: Uint32Array<ArrayBuffer>, rows: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(rows);
  larger.set(column);
  return larger;
}
