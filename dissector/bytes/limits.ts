/** A size, count, depth or ratio that others control, with the value that holds where nobody chose another. */
export interface Limit {
  readonly standard: number;
  /** What it bounds, in a sentence. */
  readonly doc: string;
  /** How far it can be raised, where that has an end. */
  readonly most?: number;
}

/** Limits by their names, as a person raises and lowers them. A protocol declares those that only it has beside its messages. */
export type LimitTable = Readonly<Record<string, Limit>>;

/**
 * Every limit that all captures share. Passing one is a Problem of kind `limit` that names it; what was decoded before stays.
 */
export const captureLimits = {
  frameSize: {
    standard: 0x0400_0000,
    doc: 'Maximum captured bytes of one frame. After a larger record, the rest of the file is not read.',
  },
  blockSize: { standard: 0x0800_0000, doc: 'Maximum bytes of one pcapng block.' },
  frames: { standard: 0x0200_0000, doc: 'Maximum frames of a capture.' },
  fileProblems: { standard: 1_000, doc: 'Maximum problems of the file format that are kept.' },
  interfaces: { standard: 65_536, doc: 'Maximum interfaces of one pcapng file.' },
  processes: { standard: 65_536, doc: 'Maximum process information blocks of one pcapng file.' },
  sections: { standard: 4_096, doc: 'Maximum sections of one pcapng file.' },
  comments: { standard: 100, doc: 'Maximum comments of one frame or section.' },
  optionText: { standard: 4_096, doc: 'Maximum bytes of one text option that are shown.' },
  secretsBlocks: { standard: 1_024, doc: 'Maximum secrets blocks that are kept.' },
  secretsSize: { standard: 0x0100_0000, doc: 'Maximum bytes of all secrets blocks.' },
  namesSize: { standard: 0x0100_0000, doc: 'Maximum bytes of name resolution blocks that are kept for an export.' },
  unpackedSize: { standard: 0x1_0000_0000, doc: 'Maximum bytes of a compressed capture after decompression.' },
  unpackRatio: {
    standard: 100,
    doc: 'Maximum ratio of the unpacked size of a capture to its compressed size, beyond the first 256 MiB. Real traffic stays far below it.',
  },
  liveBytes: {
    standard: 0x1_0000_0000,
    doc: 'Maximum bytes of a live capture, which stops there. A ring of files on the command line does not stop.',
  },
  headers: { standard: 32, doc: 'Maximum VLAN tags, and maximum IPv6 extension headers, of one frame.' },
  tunnels: { standard: 4, doc: 'Maximum nested tunnels that are decoded: IP in IP, GRE, VXLAN, Geneve.' },
  openDatagrams: { standard: 1_024, doc: 'Maximum IP datagrams that are reassembled at the same time.' },
  fragments: { standard: 8_192, doc: 'Maximum fragments of one IP datagram.' },
  outOfOrder: { standard: 0x0100_0000, doc: 'TCP: maximum bytes of one direction that wait for an earlier segment.' },
  pendingStream: { standard: 0x0400_0000, doc: 'TCP: maximum bytes of one direction that wait for the end of a message.' },
  allOutOfOrder: {
    standard: 0x0800_0000,
    doc: 'TCP: maximum bytes of all directions of one protocol that wait for an earlier segment.',
  },
  allPending: {
    standard: 0x1000_0000,
    doc: 'TCP: maximum bytes of all directions of one protocol that wait for the end of a message.',
  },
  conversations: { standard: 1_000_000, doc: 'Maximum conversations of a capture.' },
  observed: {
    standard: 100_000,
    doc: 'Maximum conversations that are decoded. Each can take ten kilobytes of memory.',
  },
  undecided: {
    standard: 0x0400_0000,
    doc: 'Maximum bytes kept for conversations whose protocol is not known yet. Beyond it, the first packet decides.',
  },
  findings: { standard: 100_000, doc: 'Maximum findings of one capture.' },
  findingsPerMessage: { standard: 100, doc: 'Maximum findings of one message.' },
  differences: { standard: 10_000, doc: 'Maximum differences that a comparison of two captures lists. It counts the others.' },
  baselineSize: { standard: 0x0400_0000, doc: 'Maximum bytes of a baseline file.' },
  events: { standard: 100_000, doc: 'Maximum closes, resets and ICMP errors of a capture that are kept.' },
  stretch: {
    standard: 0x0100_0000,
    doc: 'Maximum bytes of a stream without message borders that are shown as one message.',
  },
  frameLength: { standard: 0x0100_0000, doc: 'Maximum length that the length prefix of a stream may claim, in bytes.' },
  nestedBytes: {
    standard: 0x0100_0000,
    doc: 'Maximum bytes of one protobuf message that are decoded again as nested messages, in total.',
  },
  // What is nested is read by functions that call themselves.
  depth: { standard: 64, doc: 'Maximum nesting depth of JSON and protobuf.', most: 1_000 },
  fields: { standard: 20_000, doc: 'Maximum fields of one message.' },
  sessions: { standard: 100_000, doc: 'Maximum sessions of a capture.' },
  openSessions: {
    standard: 10_000,
    doc: 'Protocols of your own: maximum UDP sessions and conversations that are open at the same time, and maximum Noise handshakes that no key decrypts. Each takes up to 10 kB of memory.',
  },
  derivedRecords: {
    standard: 1_000_000,
    doc: 'Maximum records of a capture that are decrypted or unpacked for the messages inside. Each takes about 300 bytes of memory.',
  },
  modulusBits: { standard: 16_384, doc: 'Maximum bits of an RSA or DH modulus.' },
  privateOperations: {
    standard: 250,
    doc: "Maximum private-key operations with the user's keys for one capture, in units of one RSA-2048 operation (about 10 ms).",
  },
  captureOperations: {
    standard: 150,
    doc: 'Maximum operations with the keys that a capture contains, or without a key (prime tests, signatures), in the units of privateOperations.',
  },
  trialBytes: {
    standard: 0x2000_0000,
    doc: "Maximum bytes that are decrypted on trial with the user's keys, for one capture. A key that opens a message costs nothing.",
  },
  captureTrialBytes: {
    standard: 0x1000_0000,
    doc: "Maximum bytes that are decrypted on trial with keys of a capture's own secrets.",
  },
  unpackedBytes: {
    standard: 0x0800_0000,
    doc: 'Maximum bytes that compressed parts of messages unpack to, for one capture. Eight times their compressed size is free.',
  },
  keptResults: {
    standard: 0x0400_0000,
    doc: 'Maximum bytes of the cache for results that are costly to compute.',
  },
  verifications: {
    standard: 200_000,
    doc: 'Maximum time for signature checks of one protocol in one pass over a capture, in milliseconds, estimated from the keys.',
  },
  orphanKeys: {
    standard: 64,
    doc: 'Maximum keys that are tried when the capture does not contain the handshake.',
  },
  explainedKeys: {
    standard: 1_000,
    doc: 'Maximum keys that are explained for one message. Each can take milliseconds.',
  },
  keys: { standard: 100_000, doc: 'Maximum keys that the user gives for one capture.' },
  captureKeys: { standard: 50_000, doc: "Maximum keys of a capture's own secrets." },
  keyLineSize: { standard: 65_536, doc: 'Maximum characters of one line of a key log.' },
  keyLogSize: { standard: 0x0400_0000, doc: 'Maximum characters of one key log.' },
  hookSeconds: {
    standard: 20,
    doc: 'Maximum seconds that one call into a protocol module of your own may take. A module that takes longer is stopped.',
  },
  threadMemory: {
    standard: 2_048,
    doc: 'Maximum megabytes of memory of the thread that reads one capture. Beyond that this thread ends; the editor and other captures go on.',
  },
  tableRows: { standard: 50_000, doc: 'Tables: maximum rows in a row group of a Parquet file.' },
  tableBytes: {
    standard: 0x0200_0000,
    doc: 'Tables: maximum bytes of rows that one capture holds in memory. Above it, the largest row group is written.',
  },
  tableFiles: {
    standard: 1_000,
    doc: 'Tables: maximum files written for one capture: one per protocol, or one per protocol and day.',
  },
  keyLogProblems: { standard: 1_000, doc: 'Maximum invalid lines of one key log that are reported.' },
} as const satisfies LimitTable;

/**
 * The limits in force for one capture or one node: those that all captures share, and by their names those of protocols, read by
 * `valuesOf`. They are handed down to whatever works on the capture; nothing in the program holds limits of its own.
 */
export type Limits = { readonly [name in keyof typeof captureLimits]: number } & { readonly [name: string]: number };
export type LimitName = keyof typeof captureLimits;

const standards = new WeakMap<LimitTable, Readonly<Record<string, number>>>();

/** The limits of a capture where nobody chose others. */
export const defaultLimits: Limits = Object.freeze(standardOf(captureLimits));

/** The limits of a table: what `limits` say of them, else their standard. */
export function valuesOf<T extends LimitTable>(
  table: T,
  limits: Readonly<Record<string, number>>,
): { readonly [name in keyof T]: number } {
  const own = Object.keys(table).filter((name) => Object.hasOwn(limits, name));
  return own.length === 0
    ? standardOf(table)
    : { ...standardOf(table), ...Object.fromEntries(own.map((name) => [name, limits[name]!])) };
}

/** Made once a table: it is asked for once a message. */
function standardOf<T extends LimitTable>(table: T): { readonly [name in keyof T]: number } {
  const known = standards.get(table);
  const made = known ?? Object.freeze(Object.fromEntries(Object.entries(table).map(([name, { standard }]) => [name, standard])));
  if (known === undefined) standards.set(table, made);
  return made as { readonly [name in keyof T]: number };
}
