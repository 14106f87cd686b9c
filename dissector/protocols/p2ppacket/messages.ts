import {
  byCase,
  bytes,
  compileStruct,
  fresh,
  type Item,
  list,
  type MessageForm,
  type StructDecoder,
  type StructItem,
  struct,
  structForm,
  uint,
} from '../../codec/index.ts';
import type { NumberTable, Wire } from '../../protocol/index.ts';

export const version = 1;
export const headLength = 2;
/** The whole packet: two bytes of head, 0 to 1196 of payload. */
export const longest = 1198;
export const longestData = 1183;
export const helloLength = headLength + 160;
export const cookieLength = headLength + 32;

export const typeNames = ['hello', 'hello_retry', 'ping', 'data'] as const;
export type TypeName = (typeof typeNames)[number];
/** A version or type that the specification does not know, or no whole head. */
export const unknownName = 'unknown';
export const names: readonly string[] = [...typeNames, unknownName];

export const entryNames = [
  'reliable_data',
  'unreliable_data',
  'peers_list_request',
  'introduction_request',
  'introduction',
  'introduction_ack',
] as const;
export type EntryName = (typeof entryNames)[number];

const numbered = (all: readonly string[]): Record<string, number> => Object.fromEntries(all.map((name, i) => [name, i]));

/** The document gives no numbers for its types. */
export const packetTypes: NumberTable = {
  id: 'p2ppacket.types',
  doc: 'Numbers of the packet types of p2ppacket: the document gives none.',
  numbers: numbered(typeNames),
};
export const entryTypes: NumberTable = {
  id: 'p2ppacket.channelTypes',
  doc: 'Numbers of the types of data channels of p2ppacket: the document gives none.',
  numbers: numbered(entryNames),
};

const publicX = fresh('key', bytes('x25519_public', 32, "The sender's X25519 public key, little-endian as in RFC 7748."));
const requesterX = fresh('key', bytes('x25519_public', 32, "The requester's X25519 public key."));
const targetEd = fresh('key', bytes('target_ed25519', 32, 'The Ed25519 public key of the node that is asked for.'));
const requestSignature = fresh('signature', bytes('signature', 64, "The requester's Ed25519 signature (RFC 8032)."));
const cookie = fresh('id', bytes('cookie', 32, 'Proves that the sender receives at its address; zero in the first hello.'));
const length = uint(2, 'length', 'Bytes of data, 0 to 1183, big-endian.');
const data = bytes('data', { ref: 'length' }, "The application's bytes.");

const entryItems: Readonly<Record<EntryName, readonly Item[]>> = {
  reliable_data: [length, data],
  unreliable_data: [length, data],
  peers_list_request: [],
  introduction_request: [requesterX, targetEd, requestSignature],
  introduction: [
    requesterX,
    targetEd,
    requestSignature,
    fresh('id', bytes('ipv6', 16, "The requester's address, an IPv4 address as ::ffff:a.b.c.d.")),
    fresh('id', uint(2, 'port', "The requester's UDP port, big-endian.")),
  ],
  introduction_ack: [uint(1, 'status', '0 is accepted, anything else refused.', { names: { 0: 'accepted' } })],
};

const payloads: Readonly<Record<Exclude<TypeName, 'data'>, readonly Item[]>> = {
  hello: [
    publicX,
    fresh('key', bytes('ed25519_public', 32, "The sender's Ed25519 public key.")),
    fresh('signature', bytes('signature', 64, "The sender's Ed25519 signature (RFC 8032).")),
    cookie,
  ],
  hello_retry: [cookie],
  ping: [cookie],
};

/** Decoders of one numbering of types. */
export interface Layouts {
  /** Two bytes of head. */
  readonly head: StructDecoder;
  /** Payloads of fixed length. */
  readonly payload: Readonly<Record<Exclude<TypeName, 'data'>, StructDecoder>>;
  /** The payload of data. */
  readonly data: StructDecoder;
  readonly typeOf: (number: number) => TypeName | undefined;
  readonly entryOf: (number: number) => EntryName | undefined;
}

export function layoutsOf(types: ReadonlyMap<number, string>, entries: ReadonlyMap<number, string>): Layouts {
  const payload = (items: readonly Item[]): StructDecoder => compileStruct(struct('payload', 'What the packet carries.', items));
  return {
    head: compileStruct(headLayout(types)),
    payload: {
      hello: payload(payloads.hello),
      hello_retry: payload(payloads.hello_retry),
      ping: payload(payloads.ping),
    },
    data: compileStruct(dataLayout(entries)),
    typeOf: (number) => types.get(number) as TypeName | undefined,
    entryOf: (number) => entries.get(number) as EntryName | undefined,
  };
}

/** The decoders with the numbers that stand first among the candidates. */
export const standard = layoutsOf(tableOf(packetTypes.numbers), tableOf(entryTypes.numbers));

function tableOf(numbers: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(numbers).map(([name, number]) => [number, name]));
}

function headLayout(types: ReadonlyMap<number, string>) {
  return struct('p2ppacket', 'p2p packet', [
    uint(1, 'version', 'Version of the protocol: 1.'),
    uint(1, 'type', 'Says which payload follows.', { names: Object.fromEntries(types) }),
  ]);
}

export function dataLayout(entries: ReadonlyMap<number, string>) {
  const cases = Object.fromEntries([...entries].map(([number, name]) => [number, entryItems[name as EntryName]]));
  return struct('payload', 'Entries of data channels, back to back.', [
    uint(1, 'channel_count', 'The number of entries.'),
    list(
      'channels',
      'channel_count',
      'The entries.',
      struct('channel', 'One entry of a data channel.', [
        uint(1, 'id', 'The channel.'),
        uint(1, 'type', 'Says what the entry carries.', { names: Object.fromEntries(entries) }),
        fresh('sequence', uint(4, 'sequence', 'Number of this entry in its channel and direction, from 1, big-endian.')),
        fresh('sequence', uint(4, 'ack', 'The last sequence received in order, 0 before any, big-endian.')),
        byCase('type', cases),
      ]),
    ),
  ]);
}

/** Layouts of the whole packets as one struct each, for the encoder and the reference. */
export const packetLayouts = packetLayoutsOf(tableOf(packetTypes.numbers), tableOf(entryTypes.numbers));

export function packetLayoutsOf(types: ReadonlyMap<number, string>, entries: ReadonlyMap<number, string>) {
  const packet = (name: TypeName, items: readonly Item[]): StructItem =>
    struct(name, `A ${name} packet.`, [...headLayout(types).items, ...items]);
  return {
    hello: packet('hello', payloads.hello),
    hello_retry: packet('hello_retry', payloads.hello_retry),
    ping: packet('ping', payloads.ping),
    data: packet('data', dataLayout(entries).items),
  } as const;
}

export const forms: readonly MessageForm[] = Object.entries(packetLayouts).map(([name, layout]) => structForm(name, layout));

/** What travels in clear, with the numbers that stand first among the candidates. */
export const wire: Wire = {
  transport: 'udp',
  messages: typeNames.map((name) => ({
    name,
    when: [
      { at: 0, size: 1, from: version },
      { at: 1, size: 1, from: packetTypes.numbers[name]! },
    ],
    ...(name === 'hello' ? { opens: true as const } : {}),
  })),
};
