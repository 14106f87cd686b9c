/** What a program reads in a capture, in the words that are compared: those of Peerscope and of tshark have this one form. */

/** A packet's ends: those of the innermost packet that was read, tshark's as far as Peerscope reads the layers. Empty texts where there is none. */
export interface Ends {
  /** `10.0.0.1 > 10.0.0.2`. */
  readonly addresses: string;
  /** `udp 53 > 1024`. */
  readonly ports: string;
}

export interface FrameReading {
  /** Seconds since 1970 with nine decimals; empty without one. */
  readonly time: string;
  readonly captured: number;
  readonly original: number;
  /** The LINKTYPE_ numbers that it may be; none where the program does not tell. */
  readonly links: readonly number[];
  readonly ends: Ends;
  /** Of UDP and TCP: hex of what was captured of it; undefined where the program did not come so far. */
  readonly payload?: string;
}

export interface Side {
  /** `10.0.0.1:80`, `[::1]:80`. */
  readonly endpoint: string;
  /** Hex, with the length of each gap in brackets. */
  readonly bytes: string;
}

/** A TCP connection, by the frames (1-based) of its segments. */
export interface StreamReading {
  readonly frames: readonly number[];
  readonly sides: readonly Side[];
}

export interface Reading<Frame extends FrameReading = FrameReading, Stream extends StreamReading = StreamReading> {
  /** Why the file is no capture; there is nothing else then. */
  readonly refused?: string;
  /** Why what is behind the last frame cannot be read. */
  readonly unread?: string;
  readonly frames: readonly Frame[];
  readonly streams: readonly Stream[];
}

/** What Peerscope says beside: what its reasons are known by. */
export interface OurFrame extends FrameReading {
  /** Nothing decodes its link type. */
  readonly isUnknownLink: boolean;
  /** It is a part of a datagram that no fragment completed so far. */
  readonly isFragment: boolean;
  /** Of TCP: the sequence number of the segment. */
  readonly seq: number;
  /** One of `packetIssue`. */
  readonly issue: number;
  /** The packet was captured before: it is in no stream. */
  readonly isCopy: boolean;
}

export interface OurStream extends StreamReading {
  readonly sides: readonly (Side & { readonly end: string })[];
}

/** A conversation that a protocol recognised without being told. */
export interface Claim {
  readonly protocol: string;
  readonly conversation: string;
}

export interface OurReading extends Reading<OurFrame, OurStream> {
  readonly conversations: number;
  readonly claims: readonly Claim[];
}

/** What tshark says beside. */
export interface TheirFrame extends FrameReading {
  /** The next stop of an IPv4 source route; empty without one. */
  readonly via: string;
  /** tshark gave up on it. */
  readonly isMalformed: boolean;
  /** Its last UDP header has a length of 0. */
  readonly isLengthless: boolean;
  /** The layers as tshark names them, from the frame inwards. */
  readonly layers: readonly string[];
  /** The first of them that Peerscope does not read, where tshark found other ends in it or behind it. */
  readonly beyond: string | undefined;
}

export interface TheirReading extends Reading<TheirFrame> {
  /** Of a file that is neither pcap nor pcapng: what it is. */
  readonly format?: string;
  /** It ends at a record that Wireshark has no reader for. */
  readonly isUnsupported: boolean;
}

export const noEnds: Ends = Object.freeze({ addresses: '', ports: '' });
