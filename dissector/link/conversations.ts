import { defaultLimits, type Limits, overLimit, type Problem } from '../bytes/index.ts';
import { endpointText } from './address.ts';
import { tcpFlag, transport } from './numbers.ts';
import type { PacketView } from './packet.ts';
import { u32 } from './read.ts';

/**
 * A key, of 32-bit words: IP protocol and address length, two ports, two addresses of 4 words (1 used for IPv4, zeros after it).
 * The words of an address are read in network byte order.
 */
const keyWords = 10;
const firstAddress = 2;
const secondAddress = 6;
const addressWords = 4;

/** State of a TCP conversation. */
const knowsIsn0 = 1;
const knowsIsn1 = 2;
const established = 4;
const closed = 8;
/** Direction 0 goes from the key's first endpoint to its second. */
const forward = 16;

/**
 * Numbers conversations: (UDP or TCP, two endpoints) → a 0-based id and a direction. An open-addressing hash over
 * words in typed arrays, about 62 bytes a conversation; a lookup allocates nothing.
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
  private readonly key = new Uint32Array(keyWords);
  /** A guesser of collisions needs the seed. */
  private readonly seed = Math.floor(Math.random() * 0x1_0000_0000);
  private count = 0;
  private keys = new Uint32Array(keyWords * 64);
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
   * neither UDP nor TCP, a fragment, without its whole header (there is no telling which bytes of a stream it carries), or
   * over the limit. Sets `direction`. Call it once for each packet, in capture order.
   */
  find(bytes: Uint8Array, view: PacketView): number {
    if (!view.transportRead || !this.concerns(view)) return -1;
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
    return this.keys[id * keyWords] >>> 8;
  }

  /** One of `transport`. */
  transport(id: number): number {
    return this.protocol(id) === 6 ? transport.tcp : transport.udp;
  }

  /** Port of the sender of direction `side`. */
  port(id: number, side: 0 | 1): number {
    const ports = this.keys[id * keyWords + 1];
    return this.isFirst(id, side) ? ports >>> 16 : ports & 0xffff;
  }

  /** Address of the sender of direction `side`, 4 or 16 bytes: a copy. */
  address(id: number, side: 0 | 1): Uint8Array {
    const at = id * keyWords + (this.isFirst(id, side) ? firstAddress : secondAddress);
    const address = new Uint8Array(this.keys[id * keyWords] & 0xff);
    for (let i = 0; i < address.length; i++) address[i] = this.keys[at + (i >>> 2)] >>> (24 - (i & 3) * 8);
    return address;
  }

  /** The sender of direction `side` as text: `127.0.0.1:7000`, `[::1]:7101`. */
  endpoint(id: number, side: 0 | 1): string {
    const address = this.address(id, side);
    return endpointText(address, 0, address.length, this.port(id, side));
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
    key[0] = (view.protocol << 8) | addressLength;
    key[1] = (firstPort << 16) | secondPort;
    for (let word = 0; word < addressWords; word++) {
      const isIn = word * 4 < addressLength;
      key[firstAddress + word] = isIn ? u32(bytes, first + word * 4) : 0;
      key[secondAddress + word] = isIn ? u32(bytes, second + word * 4) : 0;
    }
    return fromFirst;
  }

  /** The rounds of MurmurHash3 over the words of the key, and its finish so that the low bits depend on all. */
  private hash(): number {
    let hash = this.seed;
    for (let i = 0; i < keyWords; i++) {
      const mixed = Math.imul(this.key[i], 0xcc9e_2d51);
      hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b87_3593);
      hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe654_6b64;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  private isKey(id: number, hash: number): boolean {
    if (this.hashes[id] !== hash) return false;
    const at = id * keyWords;
    for (let i = 0; i < keyWords; i++) if (this.keys[at + i] !== this.key[i]) return false;
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
    this.keys.set(this.key, id * keyWords);
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
    const keys = new Uint32Array(rows * keyWords);
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
