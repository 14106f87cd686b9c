/**
 * Every size, count, depth and ratio that a capture controls, in one place. Passing one is a Problem of kind `limit` that
 * names it; what was decoded before stays. Sizes in bytes.
 */
export interface Limits {
  /** Captured bytes of one frame; a larger record makes the rest of the file unreadable. */
  readonly frameSize: number;
  /** One pcapng block. */
  readonly blockSize: number;
  /** Frames, and problems of the file's own format that are kept. */
  readonly frames: number;
  readonly fileProblems: number;
  /** Interfaces and sections of one pcapng file. */
  readonly interfaces: number;
  readonly sections: number;
  /** Comments of one frame or section, and bytes of one text option that are shown. */
  readonly comments: number;
  readonly optionText: number;
  /** Secrets blocks kept, and their bytes in sum. */
  readonly secretsBlocks: number;
  readonly secretsSize: number;
  /** What a compressed capture may unpack to. */
  readonly unpackedSize: number;
  /** VLAN tags and IPv6 extension headers of one frame. */
  readonly headers: number;
  /** IP datagrams being put together at once, and fragments of one. */
  readonly openDatagrams: number;
  readonly fragments: number;
  /** TCP: bytes of one direction that wait for an earlier segment, and bytes of one direction not yet taken by a message. */
  readonly outOfOrder: number;
  readonly pendingStream: number;
  readonly conversations: number;
  /** Bytes kept of conversations whose protocol is not known yet; beyond it each is settled by its first packet. */
  readonly undecided: number;
  /** Findings kept in one capture, and on one message. */
  readonly findings: number;
  readonly findingsPerMessage: number;
  /** Closes, resets and ICMP errors of a capture that are kept. */
  readonly events: number;
  /** Bytes of a stream without packet borders that are shown as one message; a further one follows. */
  readonly stretch: number;
  /** Bytes that a frame of a stream may claim in its length prefix. */
  readonly frameLength: number;
  /** The same before a test node knows who speaks: a handshake message is short. */
  readonly handshakeLength: number;
  /** Bytes of one protobuf message that are read once more as messages inside it, in sum over all levels. */
  readonly nestedBytes: number;
  /** Nesting of JSON and protobuf. */
  readonly depth: number;
  /** Fields of one message. */
  readonly fields: number;
  readonly sessions: number;
  /** Bits of an RSA modulus or DH modulus that is computed with. */
  readonly modulusBits: number;
  /** RSA private key operations of one pass over a capture; each takes milliseconds. */
  readonly privateOperations: number;
  /** Keys that are tried where the handshake, and with it the public value that they belong to, was not captured. */
  readonly orphanKeys: number;
  /** Trials of keys on one session of p2ppacket that open nothing. */
  readonly sessionTrials: number;
  /** p2pke: the newest sessions of a channel under which a sealed message is tried. */
  readonly recentSessions: number;
  /** p2pke: sessions that a RespHello is tried with, and InitHellos of one ephemeral: corrupted copies of the good one. */
  readonly askingSessions: number;
  readonly initHellos: number;
  /** p2pke: RespHellos of a channel that open under no session; a further one is tried with the newest session alone. */
  readonly unopenedAnswers: number;
  /** ptpchat: trials of channel keys on messages, and certificates of one node that are kept. */
  readonly channelTrials: number;
  readonly certificates: number;
  /** Keys of the ring whose steps are explained for one message; each may take milliseconds. */
  readonly explainedKeys: number;
  /** Keys of one key ring, characters of one key log, and lines of one that are told to be wrong. */
  readonly keys: number;
  readonly keyLogSize: number;
  readonly keyLogProblems: number;
  /** Bits of a number that is tested for being a prime; at this size it takes a tenth of a second. */
  readonly primeBits: number;
  /** What one bzip2 stream inside a message may unpack to. */
  readonly nodeListSize: number;
}

export const defaultLimits: Limits = Object.freeze({
  frameSize: 0x0400_0000,
  blockSize: 0x0800_0000,
  frames: 0x0200_0000,
  fileProblems: 1_000,
  interfaces: 65_536,
  sections: 4_096,
  comments: 100,
  optionText: 4_096,
  secretsBlocks: 1_024,
  secretsSize: 0x0100_0000,
  unpackedSize: 0x1_0000_0000,
  headers: 32,
  openDatagrams: 1_024,
  fragments: 8_192,
  outOfOrder: 0x0100_0000,
  pendingStream: 0x0400_0000,
  conversations: 1_000_000,
  undecided: 0x0400_0000,
  findings: 100_000,
  findingsPerMessage: 100,
  events: 100_000,
  stretch: 0x0100_0000,
  frameLength: 0x0100_0000,
  handshakeLength: 0x1_0000,
  nestedBytes: 0x0100_0000,
  depth: 64,
  fields: 20_000,
  sessions: 100_000,
  modulusBits: 16_384,
  privateOperations: 2_000,
  orphanKeys: 64,
  sessionTrials: 1_024,
  recentSessions: 32,
  askingSessions: 8,
  initHellos: 8,
  unopenedAnswers: 256,
  channelTrials: 200_000,
  certificates: 8,
  explainedKeys: 1_000,
  keys: 100_000,
  keyLogSize: 0x0400_0000,
  keyLogProblems: 1_000,
  primeBits: 4_096,
  nodeListSize: 0x0100_0000,
});
