import type { Limits } from '../bytes/index.ts';
import { type ConversationTable, PacketView, readIcmpError, readQuoted, tcpFlag, transport } from '../link/index.ts';
import type { Direction } from '../protocol/conversation.ts';

export type EventKind = 'closed' | 'reset' | 'unreachable' | 'too-big' | 'time-exceeded' | 'parameter';

/** What the layers below tell of a conversation: a TCP close or reset, an ICMP error about one of its packets. */
export interface ConversationEvent {
  readonly conversation: number;
  /** Of the segment that closes, or of the packet that the error is about. */
  readonly direction: Direction;
  readonly kind: EventKind;
  readonly text: string;
}

/** The events of a capture by frame (1-based), up to the limit `events`. */
export class Events {
  readonly byFrame = new Map<number, ConversationEvent>();
  /** Events that were over the limit. */
  untold = 0;
  readonly #limits: Limits;
  /** The last reset of a direction (conversation times two plus direction) that nothing has refuted yet. */
  readonly #resets = new Map<number, { readonly frame: number; readonly seq: number }>();
  readonly #quoted = new PacketView();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** A segment of a conversation: is it the end of its direction? */
  segment(view: PacketView, conversation: number, direction: Direction, frame: number): void {
    if (view.transport !== transport.tcp) return;
    if ((view.flags & (tcpFlag.fin | tcpFlag.rst)) === 0) {
      this.#refute(view, conversation, direction);
      return;
    }
    const isReset = (view.flags & tcpFlag.rst) !== 0;
    const text = isReset ? 'resets the connection (RST)' : 'closes its direction (FIN)';
    this.#add(frame, { conversation, direction, kind: isReset ? 'reset' : 'closed', text });
    if (isReset && this.#resets.size < this.#limits.events)
      this.#resets.set(conversation * 2 + direction, { frame, seq: view.seq });
  }

  /** A reset was ignored where the other side goes on to acknowledge what its sender sends behind it. */
  #refute({ flags, ack }: PacketView, conversation: number, direction: Direction): void {
    const code = conversation * 2 + 1 - direction;
    const reset = this.#resets.get(code);
    if (reset === undefined || (flags & tcpFlag.ack) === 0 || ((ack - reset.seq) | 0) <= 0) return;
    this.#resets.delete(code);
    const event = this.byFrame.get(reset.frame);
    if (event !== undefined) this.byFrame.set(reset.frame, { ...event, text: 'sends a reset (RST) that the other side ignores' });
  }

  /** A packet of no conversation: is it an error about one? Returns conversation times two plus direction, or -1. */
  error(carrier: Uint8Array, view: PacketView, table: ConversationTable, frame: number): number {
    const error = readIcmpError(carrier, view);
    if (error === undefined) return -1;
    const quoted = readQuoted(carrier, error, view.payloadEnd, this.#quoted, this.#limits);
    const conversation = table.lookUp(quoted, this.#quoted);
    if (conversation < 0) return -1;
    const { direction } = table;
    const to = table.endpoint(conversation, direction === 0 ? 1 : 0);
    this.#add(frame, { conversation, direction, kind: error.kind, text: `${error.text}: a packet to ${to} came back` });
    return conversation * 2 + direction;
  }

  #add(frame: number, event: ConversationEvent): void {
    if (this.byFrame.size < this.#limits.events) this.byFrame.set(frame, event);
    else this.untold++;
  }
}
