import {
  bytes,
  compileStruct,
  describeStruct,
  type FieldForm,
  float,
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
import type { Wire } from '../../protocol/index.ts';

/** A packet of the stream: a type byte, then a body whose own layout alone tells where the next packet begins. */
export interface Packet {
  readonly type: number;
  readonly name: string;
  readonly layout: StructItem;
  readonly decode: StructDecoder;
}

function packet(type: number, name: string, doc: string, body: readonly Item[] = []): Packet {
  const head = uint(1, 'type', 'Says which packet follows.', { names: { [type]: name } });
  const layout = struct('p2p', doc, [head, ...body]);
  return { type, name, layout, decode: compileStruct(layout) };
}

const key = 'DER SubjectPublicKeyInfo (RFC 5280) of a Diffie-Hellman key, PKCS #3 parameters inside.';
const noLayout = 'The specification names it and gives no layout: it is taken to have no body.';
const tunnelId = fresh(
  'id',
  uint(8, 'tunnel_id', 'Identifies the tunnel on this connection, signed, big-endian.', { signed: true }),
);
/** A DER integer has a zero more where its first bit is set. */
const dhKey = (name: string): Item => fresh('key', bytes(name, { ref: `${name}_size` }, key), { length: 'varies' });

export const packets: readonly Packet[] = [
  packet(0x00, 'HELLO', 'Sent on first connection, outbound to inbound.', [
    uint(2, 'a_peer_public_key_size', 'The size (bytes) of a_peer_public_key.'),
    uint(1, 'param_g_size', 'The size (bytes) of param_g.'),
    uint(1, 'param_p_size', 'The size (bytes) of param_p.'),
    dhKey('a_peer_public_key'),
    bytes('param_g', { ref: 'param_g_size' }, 'Generator of the group, little-endian.', 'little-endian-hex'),
    bytes('param_p', { ref: 'param_p_size' }, 'Modulus of the group, little-endian, at most 2040 bits.', 'little-endian-hex'),
  ]),
  packet(0x01, 'HELLO_ACK', 'Sent in response to HELLO.', [
    uint(2, 'b_peer_public_key_size', 'The size (bytes) of b_peer_public_key.'),
    dhKey('b_peer_public_key'),
    fresh(
      'nonce',
      bytes('init_vector', 16, 'Initialisation vector of the cipher; the packet list forgets it, the handshake sends it.'),
    ),
  ]),
  packet(0x02, 'FIN', 'Sent to finalize the handshake.', [
    uint(1, 'num_bytes', 'Random number that says how many bytes to read.'),
    fresh('random', bytes('random_data', { ref: 'num_bytes' }, 'Random data to confirm that the encryption is correct.'), {
      length: 'varies',
    }),
  ]),
  packet(0x03, 'FIN_ACK', 'Sent in response to FIN.'),
  packet(0x04, 'DISCONNECT', 'Sent to inform the peer of a disconnect.', [
    uint(1, 'reason_size', 'The size (bytes) of the reason.'),
    bytes('reason', { ref: 'reason_size' }, 'The reason for the disconnect, UTF-8.', 'utf8'),
  ]),
  packet(0x05, 'KEEP_ALIVE', 'Sent to check if the peer is still connected.'),
  packet(0x06, 'NLIST_REQ', 'Asks for the node list.'),
  packet(0x07, 'NLIST_RES', 'Carries the node list.', [
    uint(1, 'n', 'The size (bytes) of size.'),
    bytes('size', { ref: 'n' }, 'The size (bytes) of data, little-endian.', 'little-endian-hex'),
    bytes('data', { ref: 'size' }, 'The node list, compressed with bzip2.'),
  ]),
  packet(0x08, 'PAIR_REQ', noLayout),
  packet(0x09, 'PAIR_RES', noLayout),
  packet(0x0a, 'DATA', noLayout),
  packet(0x0b, 'TUNNEL_REQ', 'Asks for a tunnel to another node.', [
    uint(4, 'hops', 'Nodes that the request has passed.'),
    tunnelId,
    uint(2, 'key_size', 'The size (bytes) of public_key.'),
    uint(2, 'enc_size', 'The size (bytes) of test_encrypted, and of shared_key.'),
    uint(2, 'data_size', 'The size (bytes) of data.'),
    fresh('key', bytes('public_key', { ref: 'key_size' }, 'DER SubjectPublicKeyInfo of the RSA key that signs TUNNEL_CLOSE.')),
    fresh('random', bytes('test_hash', 32, 'SHA-256 of what test_encrypted holds: tells a node whether it is the target.')),
    fresh(
      'ciphertext',
      bytes('test_encrypted', { ref: 'enc_size' }, "Random bytes under the target's RSA key, OAEP (SHA-256, MGF1-SHA-1)."),
    ),
    fresh(
      'ciphertext',
      bytes('shared_key', { ref: 'enc_size' }, "Key (32 bytes) and iv (16 bytes) of the tunnel under the target's RSA key."),
    ),
    fresh('ciphertext', bytes('data', { ref: 'data_size' }, 'The first bytes of the tunnel, away from the requester.')),
  ]),
  packet(0x0c, 'TUNNEL_DATA', 'Carries bytes of a tunnel.', [
    tunnelId,
    uint(2, 'size', 'The size (bytes) of data.'),
    fresh('ciphertext', bytes('data', { ref: 'size' }, 'The next bytes of the tunnel in this direction, under its own key.')),
  ]),
  packet(0x0d, 'TUNNEL_CLOSE', 'Closes a tunnel.', [
    tunnelId,
    uint(2, 'random_size', 'The size (bytes) of random.'),
    uint(2, 'sig_size', 'The size (bytes) of signature.'),
    fresh('random', bytes('random', { ref: 'random_size' }, 'Random bytes that are signed.')),
    fresh(
      'signature',
      bytes('signature', { ref: 'sig_size' }, 'RSA-PSS (SHA-256, MGF1-SHA-1) over random by the public_key of TUNNEL_REQ.'),
    ),
  ]),
];

const inner = (type: number, name: string, doc: string, body: readonly Item[]): Packet => {
  const made = packet(type, name, doc, body);
  return {
    ...made,
    layout: { ...made.layout, name: 'p2p_tunnel' },
    decode: compileStruct({ ...made.layout, name: 'p2p_tunnel' }),
  };
};

/** The first packet inside a tunnel, away from the requester and towards it; raw bytes follow. */
export const tunnelCreate = inner(0x00, 'TUNNEL_CREATE', 'Begins a tunnel, away from its requester.', [
  uint(4, 'hops_offset', 'Nodes to take off the count of hops.'),
  fresh('id', uint(4, 'id', 'Identifies the tunnel between its ends.')),
  uint(2, 'pub_size', 'The size (bytes) of public.'),
  uint(2, 'priv_size', 'The size (bytes) of private.'),
  fresh('key', bytes('public', { ref: 'pub_size' }, 'DER public key that signs TUNNEL_CLOSE.')),
  fresh('key', bytes('private', { ref: 'priv_size' }, 'PKCS #8 DER private key that signs TUNNEL_CLOSE: either end may close.'), {
    length: 'varies',
    secret: true,
  }),
]);
export const tunnelCreateAck = inner(0x01, 'TUNNEL_CREATE_ACK', 'Answers TUNNEL_CREATE.', [
  uint(4, 'hops', 'Nodes between the ends of the tunnel.'),
]);

/** The node list as bzip2 gives it back; an empty list is an empty stream. */
export const nodeListLayout = struct('node_list', 'The nodes of the network.', [
  fresh('time', uint(8, 'valid_from', 'Seconds since 1970, signed, big-endian.', { signed: true })),
  fresh('time', uint(8, 'valid_until', 'Seconds since 1970, signed, big-endian.', { signed: true })),
  uint(4, 'count', 'The number of nodes.'),
  list(
    'nodes',
    'count',
    'The nodes.',
    struct('node', 'One node.', [
      fresh('id', uint(8, 'inid', "The node's id, signed, big-endian.", { signed: true })),
      uint(2, 'key_size', 'The size (bytes) of public_key.'),
      fresh('key', bytes('public_key', { ref: 'key_size' }, "DER SubjectPublicKeyInfo of the node's RSA key.")),
      float(4, 'latitude', 'Degrees north, IEEE 754 binary32, big-endian.'),
      float(4, 'longitude', 'Degrees east, IEEE 754 binary32, big-endian.'),
    ]),
  ),
  uint(2, 'sig_size', 'The size (bytes) of signature.'),
  fresh('signature', bytes('signature', { ref: 'sig_size' }, 'RSA-PSS (SHA-256, MGF1-SHA-1) over everything before sig_size.')),
]);
export const nodeList = compileStruct(nodeListLayout);

/** Shown where not even the type of a packet is known. */
export const undecodableName = 'undecodable';
/** Shown for a packet that ends before its type byte could be read. */
export const incompleteName = 'incomplete';

export const names: readonly string[] = [
  ...packets.map(({ name }) => name),
  tunnelCreate.name,
  tunnelCreateAck.name,
  undecodableName,
  incompleteName,
];

export const forms: readonly MessageForm[] = [...packets, tunnelCreate, tunnelCreateAck].map(({ name, layout }) => {
  const form = structForm(name, layout);
  if (name !== 'NLIST_RES') return form;
  // In the tree the list stands as one field inside of the bytes that it was decompressed from.
  const list: FieldForm = {
    name: nodeListLayout.name,
    kind: { type: 'record' },
    display: 'struct',
    doc: nodeListLayout.doc,
    fields: describeStruct(nodeListLayout),
  };
  const inside = (field: FieldForm): FieldForm => (field.name === 'data' ? { ...field, fields: [list] } : field);
  return { ...form, fields: form.fields.map(inside) };
});

const byType = new Map(packets.map((one) => [one.type, one]));

export function packetOf(type: number): Packet | undefined {
  return byType.get(type);
}

const byName = new Map([...packets, tunnelCreate, tunnelCreateAck].map((one) => [one.name, one]));

export function packetNamed(name: string): Packet | undefined {
  return byName.get(name);
}

/** Sizes say nothing that the fields they measure do not: they are in the tree, not in JSON. The tunnel's own packets keep theirs. */
export const unlistedSizes = new Set([
  'type',
  'a_peer_public_key_size',
  'b_peer_public_key_size',
  'param_g_size',
  'param_p_size',
  'reason_size',
]);

/** The handshake in clear; all behind the first packet of each side is encrypted, its type byte included. */
export const wire: Wire = {
  transport: 'tcp',
  messages: packets.map(({ name, type, layout }) => ({
    ...{ name, layout, when: [{ at: 0, size: 1, from: type }] },
    ...(name === 'HELLO' ? { opens: true as const } : {}),
  })),
  sealed: struct('p2p', 'Encrypted packets.', [
    bytes('ciphertext', 'rest', 'Encrypted after the handshake, the type byte included.'),
  ]),
};
