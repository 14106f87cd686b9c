/**
 * What a node sends and receives as a pcapng capture: one Ethernet frame a datagram, and TCP connections with handshake,
 * segments, acknowledgements and end, as a network card between both sides would have seen them.
 */
import { enhancedPacket, filledPacket, interfaceDescription, sectionHeader } from '../capture/index.ts';
import { linkType, tcpFlag, tcpFrame, UdpFrames } from '../link/index.ts';
import { type Link, standstillComment } from '../protocol/index.ts';
import type { Closed, NodeEvent } from './events.ts';
import { KeyBlocks } from './keyblocks.ts';

export interface RecorderOptions {
  /** Of all links, or of each. */
  readonly transport: 'udp' | 'tcp' | ((link: Link) => 'udp' | 'tcp');
  /** Key log lines go into the capture, as secrets blocks. */
  readonly secrets: boolean;
  readonly application: string;
  /** Nanoseconds since 1970. */
  now(): bigint;
  /** Milliseconds for which the node has stood still so far, and why it did last; frames say when that grows. */
  stoodStill?(): { readonly milliseconds: number; readonly why: string };
  /** The next bytes of the file. */
  write(bytes: Uint8Array): void;
}

/** Next sequence numbers of one connection: this node's and the other side's. */
interface Numbers {
  own: number;
  other: number;
}

/** Payload of one TCP segment. */
export const SEGMENT = 1_460;
/** Bytes. */
const SLAB = 0x1_0000;
const FIRST_SEQUENCE = 1_000;
/** A shorter standstill is not worth a word. */
const LEAST_MS = 1;
const nothing = new Uint8Array(0);

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #connections = new Map<number, Numbers>();
  readonly #keys: KeyBlocks;
  /** Gone with the link itself. */
  readonly #datagrams = new WeakMap<Link, { readonly sent: UdpFrames; readonly received: UdpFrames }>();
  /** Where the next blocks of datagrams go, and how much of it is taken. */
  #slab = new Uint8Array(0);
  #taken = 0;
  #id = 0;
  #frames = 0;
  /** Milliseconds of standing still that a frame has told of. */
  #told = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#keys = new KeyBlocks((bytes) => options.write(bytes));
    options.write(sectionHeader({ application: options.application }));
    options.write(interfaceDescription({ linkType: linkType.ethernet, name: 'test node' }));
  }

  /** Frames so far: the number of the last one. */
  get frames(): number {
    return this.#frames;
  }

  record(event: NodeEvent): void {
    switch (event.kind) {
      case 'opened':
        return void this.#opened(event.link);
      case 'closed':
        return void this.#closed(event);
      case 'sent':
      case 'received':
        return void this.#carried(event.link, event.kind === 'sent', event.bytes, event.note);
      case 'key':
        if (this.#options.secrets) this.#keys.add(event.line);
        return;
      case 'told':
      case 'held':
    }
  }

  /** Writes keys that wait for others: before the recording is read or ends. */
  flush(): void {
    this.#keys.flush();
  }

  #opened(link: Link): void {
    if (this.#isUdp(link)) return;
    const numbers = { own: FIRST_SEQUENCE, other: FIRST_SEQUENCE };
    this.#connections.set(link.id, numbers);
    const { dialled } = link;
    this.#segment(link, dialled, tcpFlag.syn, nothing, undefined, false);
    this.#advance(numbers, dialled, 1);
    this.#segment(link, !dialled, tcpFlag.syn, nothing);
    this.#advance(numbers, !dialled, 1);
    this.#segment(link, dialled, 0, nothing);
  }

  #closed({ link, abrupt, by }: Closed): void {
    const isOwn = by === 'own';
    const numbers = this.#connections.get(link.id);
    if (numbers === undefined) return;
    if (abrupt) this.#segment(link, isOwn, tcpFlag.rst, nothing);
    else
      for (const own of [isOwn, !isOwn]) {
        this.#segment(link, own, tcpFlag.fin, nothing);
        this.#advance(numbers, own, 1);
        this.#segment(link, !own, 0, nothing);
      }
    this.#connections.delete(link.id);
  }

  #carried(link: Link, own: boolean, bytes: Uint8Array, note: string | undefined): void {
    if (this.#isUdp(link)) {
      return void this.#datagram(link, own, bytes, note);
    }
    const numbers = this.#connections.get(link.id);
    if (numbers === undefined) return;
    for (let at = 0; at < bytes.length; at += SEGMENT) {
      const piece = bytes.subarray(at, at + SEGMENT);
      this.#segment(link, own, tcpFlag.psh, piece, note);
      this.#advance(numbers, own, piece.length);
    }
  }

  /** A busy relay writes thousands in a second: what the datagrams of a link have together is made once. */
  #datagram(link: Link, own: boolean, payload: Uint8Array, note: string | undefined): void {
    let frames = this.#datagrams.get(link);
    if (frames === undefined) {
      frames = { sent: new UdpFrames(link.local, link.remote), received: new UdpFrames(link.remote, link.local) };
      this.#datagrams.set(link, frames);
    }
    const way = own ? frames.sent : frames.received;
    const [length, id] = [way.lengthOf(payload.length), this.#nextId()];
    const comment = this.#comment(note);
    if (comment === undefined) {
      this.#frames++;
      const fill = (bytes: Uint8Array, at: number): void => way.write(bytes, at, payload, id);
      this.#options.write(filledPacket(length, this.#options.now(), fill, this.#room));
      return;
    }
    const frame = new Uint8Array(length);
    way.write(frame, 0, payload, id);
    this.#frame(frame, comment);
  }

  /** Blocks of datagrams lie side by side: an allocation for each would cost as much as all else. */
  readonly #room = (size: number): Uint8Array<ArrayBuffer> => {
    if (this.#taken + size > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(SLAB, size));
      this.#taken = 0;
    }
    this.#taken += size;
    return this.#slab.subarray(this.#taken - size, this.#taken);
  };

  #isUdp(link: Link): boolean {
    const { transport } = this.#options;
    return (typeof transport === 'string' ? transport : transport(link)) === 'udp';
  }

  #segment(link: Link, own: boolean, flags: number, payload: Uint8Array, note?: string, acknowledges = true): void {
    const numbers = this.#connections.get(link.id)!;
    const [from, to] = own ? [link.local, link.remote] : [link.remote, link.local];
    const [sequence, acknowledgement] = own ? [numbers.own, numbers.other] : [numbers.other, numbers.own];
    this.#frame(
      tcpFrame(from, to, { sequence, flags, ...(acknowledges ? { acknowledgement } : {}) }, payload, this.#nextId()),
      this.#comment(note),
    );
  }

  /** The IPv4 identification of the next packet. */
  #nextId(): number {
    this.#id = (this.#id % 0xffff) + 1;
    return this.#id;
  }

  #advance(numbers: Numbers, own: boolean, by: number): void {
    if (own) numbers.own = (numbers.own + by) >>> 0;
    else numbers.other = (numbers.other + by) >>> 0;
  }

  #frame(bytes: Uint8Array, comment: string | undefined): void {
    const now = this.#options.now();
    const [seconds, nanos] = [Number(now / 1_000_000_000n), Number(now % 1_000_000_000n)];
    this.#frames++;
    this.#options.write(enhancedPacket({ bytes, seconds, nanos, ...(comment === undefined ? {} : { comment }) }));
  }

  #comment(note: string | undefined): string | undefined {
    const standstill = this.#standstill();
    if (note === undefined || standstill === undefined) return note ?? standstill;
    return `${note}. ${standstill}`;
  }

  /** Where the node has stood still since the frame before. */
  #standstill(): string | undefined {
    const { milliseconds = 0, why = '' } = this.#options.stoodStill?.() ?? {};
    if (milliseconds - this.#told < LEAST_MS) return undefined;
    this.#told = milliseconds;
    return standstillComment(milliseconds, why);
  }
}
