import type { ProtoMessage, Ref, StructItem } from '../codec/index.ts';

/** An integer in clear that tells which message it is: big-endian, `size` bytes at offset `at`. */
export interface WireTag {
  readonly at: number;
  readonly size: 1 | 2 | 4;
  /** Bits that count; all where left out. */
  readonly mask?: number;
  readonly from: number;
  /** Last value; `from` where left out. */
  readonly to?: number;
}

/** A message as it travels, encrypted parts as bytes. */
export interface WireMessage {
  /** One of the protocol's `names`. */
  readonly name: string;
  /** All of these hold for it, and for no message before it in the list. */
  readonly when: readonly WireTag[];
  /** Bytes of the whole message, where they tell it from others. */
  readonly length?: number;
  /** Where left out that of the form with its name. */
  readonly layout?: StructItem;
  /** A proto3 message in all that follows the layout, in a field of its name. */
  readonly payload?: ProtoMessage;
  /** The integer of the layout that counts the bytes of the payload, with `less` other bytes; over TCP it has to have one. */
  readonly payloadLength?: Ref;
  /** TCP: only that side sends it. */
  readonly from?: 'opener' | 'answerer';
  /** Its bytes are proof enough of the protocol: with it a conversation is recognised. */
  readonly opens?: true;
}

/** How messages are told apart on the wire by data alone: what a dissector of another program is made of. */
export type Wire = BytesWire | JsonWire;

/** Messages are told apart by their bytes. */
export interface BytesWire {
  /** UDP: each datagram is one message. TCP: a layout tells where its message ends, and so where the next one begins. */
  readonly transport: 'udp' | 'tcp';
  readonly messages: readonly WireMessage[];
  /** TCP: how all looks that a side sends behind its first message, where that is encrypted. */
  readonly sealed?: StructItem;
}

/** Each message is a JSON object (RFC 8259); its fields are those of the form with its name. */
export interface JsonWire {
  /** UDP: each datagram is one message. TCP: one object follows the other. */
  readonly transport: 'udp' | 'tcp';
  /** The member, outermost, whose text is the name of the message. */
  readonly json: string;
  /** A name counts in upper and lower case alike. */
  readonly anyCase?: true;
}
