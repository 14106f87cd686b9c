import { defaultLimits, endpointText, type Limits, overLimit, type Problem } from '../bytes/index.ts';
import { tcpFlag, transport } from './numbers.ts';
import type { PacketView } from './packetview.ts';
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
/** `top0` and `top1` are known. */
const knowsTop0 = 32;
const knowsTop1 = 64;

/**
 * How far a number may lie from where a connection stands and be one of its own, in bytes: a SYN stored behind its data, what comes
 * after a close. The second is for a connection that was not seen to close: a capture may have lost much of it.
 */
const nearby = 0x10_0000;
const plausible = 0x400_0000;

/**
 * Numbers conversations: (UDP or TCP, two endpoints) → a 0-based id and a direction. An open-addressing hash over
 * words in typed arrays, about 74 bytes a conversation; a lookup allocates nothing.
 *
 * Direction 0 is that of the conversation's first packet; of TCP, that of the pure SYN (a conversation that begins with a
 * SYN+ACK has its receiver as direction 0). A SYN with another initial sequence number on the same endpoints is a new
 * conversation, whether or not the old one was seen to close; one whose number is that of data that was captured before it belongs
 * to that. Segments whose numbers, in both directions, are not those of the newest conversation belong to the one before it or, where
 * the SYNs were not captured, to a new one.
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
  /** The highest sequence number of each direction, after its bytes; of the lowest one, `isn0` and `isn1` hold the number before. */
  private top0 = new Uint32Array(64);
  private top1 = new Uint32Array(64);
  /** Id + 1 of the conversation between the same endpoints before it; 0 for none. */
  private previous = new Uint32Array(64);
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
    if (!this.isAnother(id, view)) {
      this.advance(id, view);
      return id;
    }
    const before = (view.flags & tcpFlag.syn) === 0 ? this.previous[id] - 1 : -1;
    if (before < 0) return this.open(slot, hash, fromFirst, view);
    this.direction = fromFirst === ((this.states[before] & forward) !== 0) ? 0 : 1;
    if (this.isAnother(before, view)) return this.open(slot, hash, fromFirst, view);
    this.advance(before, view);
    return before;
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
    // Without addresses only the capture says who sends.
    const fromFirst = addressLength === 0 ? !view.inbound : order <= 0;
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

  /** Whether a TCP packet is of another connection between the endpoints of conversation `id`. */
  private isAnother(id: number, view: PacketView): boolean {
    const state = this.states[id];
    if ((view.flags & tcpFlag.syn) === 0) return !this.fits(id, view);
    if ((view.flags & tcpFlag.ack) !== 0) {
      // The SYN before it was not captured: only a closed connection makes that plain.
      if ((state & closed) === 0) return false;
      if ((state & knowsIsn0) !== 0) return this.isn0[id] !== (view.ack - 1) >>> 0;
      return (state & knowsTop0) !== 0 && !this.isBefore(this.isn0[id], (view.ack - 1) >>> 0);
    }
    const isFirst = this.direction === 0;
    if ((state & (isFirst ? knowsIsn0 : knowsIsn1)) !== 0) return (isFirst ? this.isn0[id] : this.isn1[id]) !== view.seq;
    if ((state & (isFirst ? knowsTop0 : knowsTop1)) !== 0) return !this.isBefore((isFirst ? this.isn0 : this.isn1)[id], view.seq);
    // A SYN from the other side before anything else answers: both open at once (RFC 9293 section 3.5).
    return isFirst || (state & (established | closed)) !== 0;
  }

  /** Whether `seq` is that of a SYN whose first data has the number after `lowest`, or a little more. */
  private isBefore(lowest: number, seq: number): boolean {
    return (lowest - seq) >>> 0 <= nearby;
  }

  /** Whether the numbers of a segment, or one of them, are those of the conversation; a reset may say anything. */
  private fits(id: number, view: PacketView): boolean {
    const state = this.states[id];
    if ((view.flags & tcpFlag.rst) !== 0) return true;
    const reach = (state & closed) === 0 ? plausible : nearby;
    const [own, other] = this.direction === 0 ? [knowsTop0, knowsTop1] : [knowsTop1, knowsTop0];
    const [ownTop, otherTop] = this.direction === 0 ? [this.top0, this.top1] : [this.top1, this.top0];
    const hasAck = (view.flags & tcpFlag.ack) !== 0 && (state & other) !== 0;
    if ((state & own) === 0) return !hasAck || isNear(otherTop[id], view.ack, reach);
    return isNear(ownTop[id], view.seq, reach) || (hasAck && isNear(otherTop[id], view.ack, reach));
  }

  private advance(id: number, view: PacketView): void {
    const { flags } = view;
    let state = this.states[id];
    if ((flags & tcpFlag.syn) !== 0) {
      if (this.direction === 1) this.isn1[id] = view.seq;
      else if ((flags & tcpFlag.ack) === 0) this.isn0[id] = view.seq;
      state |= this.direction === 1 ? knowsIsn1 : (flags & tcpFlag.ack) === 0 ? knowsIsn0 : 0;
    }
    if ((flags & tcpFlag.ack) !== 0) state |= established;
    if ((flags & (tcpFlag.fin | tcpFlag.rst)) !== 0) state |= closed;
    this.states[id] = state;
    if ((flags & tcpFlag.rst) !== 0) return;
    const length =
      view.payloadEnd - view.payloadStart + view.payloadMissing + ((flags & (tcpFlag.syn | tcpFlag.fin)) === 0 ? 0 : 1);
    this.stand(id, this.direction, view.seq, (view.seq + length) >>> 0, (flags & tcpFlag.syn) !== 0);
    if ((flags & tcpFlag.ack) !== 0) this.stand(id, this.direction === 0 ? 1 : 0, view.ack, view.ack, false);
  }

  /** Notes where a direction stands: numbers from `low` to `high` were seen. A SYN begins anew. */
  private stand(id: number, direction: 0 | 1, low: number, high: number, isSyn: boolean): void {
    const [top, first] = direction === 0 ? [this.top0, this.isn0] : [this.top1, this.isn1];
    const known = direction === 0 ? knowsTop0 : knowsTop1;
    const isKnown = (this.states[id] & known) !== 0;
    if (!isKnown || isSyn || ((high - top[id]) | 0) > 0) top[id] = high;
    const knowsIsn = (this.states[id] & (direction === 0 ? knowsIsn0 : knowsIsn1)) !== 0;
    if (!knowsIsn && (!isKnown || ((low - 1 - first[id]) | 0) < 0)) first[id] = low - 1;
    this.states[id] |= known;
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
    this.previous[id] = this.slots[slot];
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
    this.top0 = grown(this.top0, rows);
    this.top1 = grown(this.top1, rows);
    this.previous = grown(this.previous, rows);
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

/** Whether two sequence numbers are at most `reach` apart. */
function isNear(a: number, b: number, reach: number): boolean {
  return Math.abs((a - b) | 0) <= reach;
}
