/** The default, what it bounds, and how far it can be raised where that has an end. */
type Row = readonly [most: number, doc: string, ceiling?: number];

/**
 * Every size, count, depth and ratio that a capture controls, in one place, with its default and what it bounds. Passing one is a
 * Problem of kind `limit` that names it; what was decoded before stays.
 */
const table = {
  frameSize: [0x0400_0000, 'Captured bytes of one frame; a larger record makes the rest of the file unreadable.'],
  blockSize: [0x0800_0000, 'Bytes of one pcapng block.'],
  frames: [0x0200_0000, 'Frames of a capture.'],
  fileProblems: [1_000, "Problems of the file's own format that are kept."],
  interfaces: [65_536, 'Interfaces of one pcapng file.'],
  sections: [4_096, 'Sections of one pcapng file.'],
  comments: [100, 'Comments of one frame or section.'],
  optionText: [4_096, 'Bytes of one text option that are shown.'],
  secretsBlocks: [1_024, 'Secrets blocks that are kept.'],
  secretsSize: [0x0100_0000, 'Bytes of all secrets blocks.'],
  unpackedSize: [0x1_0000_0000, 'Bytes that a compressed capture may unpack to.'],
  headers: [32, 'VLAN tags, and IPv6 extension headers, of one frame.'],
  openDatagrams: [1_024, 'IP datagrams that are put together at once.'],
  fragments: [8_192, 'Fragments of one IP datagram.'],
  outOfOrder: [0x0100_0000, 'TCP: bytes of one direction that wait for an earlier segment.'],
  pendingStream: [0x0400_0000, 'TCP: bytes of one direction that no message has taken yet.'],
  allOutOfOrder: [0x0800_0000, 'TCP: the same of all directions of one protocol, in sum.'],
  allPending: [0x1000_0000, 'TCP: bytes that no message has taken yet, of all directions of one protocol, in sum.'],
  conversations: [1_000_000, 'Conversations of a capture.'],
  observed: [100_000, 'Conversations whose messages are looked for; what is kept of each may take ten kilobytes.'],
  undecided: [
    0x0400_0000,
    'Bytes kept of conversations whose protocol is not known yet; beyond it each is settled by its first packet.',
  ],
  findings: [100_000, 'Findings kept of one capture.'],
  findingsPerMessage: [100, 'Findings kept of one message.'],
  events: [100_000, 'Closes, resets and ICMP errors of a capture that are kept.'],
  stretch: [0x0100_0000, 'Bytes of a stream without packet borders that are shown as one message; a further one follows.'],
  frameLength: [0x0100_0000, 'Bytes that a frame of a stream may claim in its length prefix.'],
  handshakeLength: [0x1_0000, 'The same before a test node knows who speaks: a handshake message is short.'],
  nestedBytes: [
    0x0100_0000,
    'Bytes of one protobuf message that are read once more as messages inside it, in sum over all levels.',
  ],
  // What is nested is read by functions that call themselves.
  depth: [64, 'Nesting of JSON and protobuf.', 1_000],
  fields: [20_000, 'Fields of one message.'],
  sessions: [100_000, 'Sessions of a capture.'],
  modulusBits: [16_384, 'Bits of an RSA or DH modulus that is computed with.'],
  privateOperations: [2_000, 'RSA private key operations of one pass over a capture; each takes milliseconds.'],
  verifications: [
    200_000,
    'Signature checks of one protocol in one pass over a capture, in milliseconds: what each takes is known by its key.',
  ],
  orphanKeys: [
    64,
    'Keys that are tried where the handshake, and with it the public value that they belong to, was not captured.',
  ],
  sessionTrials: [1_024, 'p2ppacket: trials of keys on one session that open nothing.'],
  recentSessions: [32, 'p2pke: the newest sessions of a channel under which a sealed message is tried.'],
  askingSessions: [8, 'p2pke: sessions that a RespHello is tried with.'],
  initHellos: [8, 'p2pke: InitHellos of one ephemeral, corrupted copies of the good one.'],
  unopenedAnswers: [
    256,
    'p2pke: RespHellos of a channel that open under no session; a further one is tried with the newest session alone.',
  ],
  channelTrials: [200_000, 'ptpchat: trials of channel keys on messages.'],
  certificates: [8, 'ptpchat: certificates of one node that are kept.'],
  explainedKeys: [1_000, 'Keys of the ring whose steps are explained for one message; each may take milliseconds.'],
  keys: [100_000, 'Keys of one key ring.'],
  keyLogSize: [0x0400_0000, 'Characters of one key log.'],
  keyLogProblems: [1_000, 'Lines of one key log that are told to be wrong.'],
  primeBits: [4_096, 'Bits of a number that is tested for being a prime; at this size it takes a tenth of a second.'],
  nodeListSize: [0x0100_0000, 'Bytes that one bzip2 stream inside a message may unpack to.'],
} as const satisfies Readonly<Record<string, Row>>;

export type Limits = { readonly [name in keyof typeof table]: number };
export type LimitName = keyof Limits;

export const limitNames = Object.keys(table) as readonly LimitName[];

/** What a limit bounds, in a sentence. */
export function limitDoc(name: LimitName): string {
  return table[name][1];
}

/** How far a limit can be raised. */
export function mostOf(name: LimitName): number {
  const [, , ceiling = Number.MAX_SAFE_INTEGER]: Row = table[name];
  return ceiling;
}

/** The limits that hold where no others are given. */
export let defaultLimits: Limits = withOwn({});

/** Raises or lowers some of them for the whole program, or thread, from now on; the others become again what they were made as. */
export function useLimits(own: Partial<Limits>): void {
  defaultLimits = withOwn(own);
}

function withOwn(own: Partial<Limits>): Limits {
  const all: Partial<Record<LimitName, number>> = {};
  for (const name of limitNames) all[name] = own[name] ?? table[name][0];
  return Object.freeze(all as Limits);
}
