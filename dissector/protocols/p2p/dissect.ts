import { type Field, toHex, valueIn, verdictOf } from '../../bytes/index.ts';
import { fieldToJson, undecoded } from '../../codec/index.ts';
import { bitsOf } from '../../crypto/index.ts';
import { type Dissection, LazyDissection, type MessageView } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { aesLabel, dhLabel, rsaLabel, secretLabel } from './keys.ts';
import { packetNamed, unlistedSizes } from './messages.ts';
import { openedBy as tunnelOpenedBy } from './messagewriter.ts';
import { openNodeList } from './nodelist.ts';
import type { Session } from './session.ts';
import { generated } from './treefields.ts';

/** The second pass: the packet's bytes, opened where a key did, and what they carry. */
export function dissect(captured: MessageView<Facts, Session>): Dissection {
  const { bytes, source, start, end, name, session } = captured;
  const facts: Facts = captured.facts ?? {};
  const layer: Field = { name: 'p2p', kind: 'struct', text: `p2p, ${name}`, source, start, end, children: [] };
  const opened = open(captured, facts, session);
  const whole = opened?.plaintext ?? bytes.subarray(start, end);
  const at = opened === undefined ? { source, start, end } : { source: opened.source, start: 0, end: opened.plaintext.length };
  if (opened !== undefined) layer.children!.push(ciphertext(captured));
  const isClosed = captured.state === 'encrypted' && !facts.closed;
  const body = isClosed ? [] : packet(captured, opened?.plaintext ?? bytes, at, layer, facts);
  if (isClosed) layer.children!.push(ciphertext(captured));
  layer.children!.push(...body, ...notesOf(captured, facts, session));
  const inner = body.flatMap((child) => (child.children ?? []).filter(({ name: field }) => field === 'inner'));
  const listed = { ...layer, children: [...body.filter((child) => !unlistedSizes.has(child.name)), ...inner] };
  const signature = facts.signature;
  const later = {
    info: () => info(name, body, facts, end - start),
    fields: () => fieldToJson(name === 'NLIST_RES' ? listOf(listed) : listed),
    whole: () => whole,
    missing: () => missing(captured, facts, session),
  };
  const valid = signature && verdictOf(signature);
  return new LazyDissection(layer, later, valid);
}

interface Place {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

function open(
  captured: MessageView,
  { sealed, inner }: Facts,
  session: Session | undefined,
): { source: number; plaintext: Uint8Array } | undefined {
  const { bytes, source: from, start, end, direction, derive } = captured;
  if (inner !== undefined) {
    const how = 'AES-256-CFB8 of the tunnel, inside the packet that carries it';
    return { source: derive('Tunnel', inner, { kind: 'derived', from, start, end, how }).id, plaintext: inner };
  }
  const opening = session?.openings[direction];
  if (sealed === undefined || session === undefined || opening === undefined) return undefined;
  const plaintext = opening.cipher.open(opening.key, opening.iv, sealed.lead, sealed.offset, bytes.subarray(start, end));
  if (plaintext === undefined) return undefined;
  const how = `${opening.how}; ${session.proof}`;
  return { source: derive('Decrypted', plaintext, { kind: 'derived', from, start, end, how }).id, plaintext };
}

function packet(captured: MessageView, bytes: Uint8Array, { source, start, end }: Place, layer: Field, facts: Facts): Field[] {
  const known = packetNamed(captured.name);
  if (known === undefined) return [undecoded(bytes, source, start, end, 'Bytes of no known packet type.')];
  const { field, end: stop, problem } = known.decode(bytes, source, start, end, captured.limits);
  layer.doc = known.layout.doc;
  if (problem !== undefined) layer.problem = problem;
  const body = field.children!;
  if (stop < end) body.push(undecoded(bytes, source, stop, end, 'Bytes of a packet that is not whole.'));
  const signature = body.find((child) => child.name === 'signature');
  if (signature !== undefined && facts.signature !== undefined) signature.check = facts.signature;
  const data = body.find((child) => child.name === 'data');
  if (captured.name === 'NLIST_RES' && data !== undefined) openList(captured, data, facts);
  if (facts.tunnel !== undefined && data !== undefined) openTunnel(captured, data, facts.tunnel);
  return body;
}

function openList(captured: MessageView, data: Field, facts: Facts): void {
  if (!(data.value instanceof Uint8Array) || data.problem !== undefined) return;
  const { bytes, field, problem } = openNodeList(data.value, captured.limits, captured.budget);
  if (problem !== undefined) data.problem = problem;
  if (problem?.limit === 'unpackedBytes') return;
  const origin = { kind: 'derived', from: data.source, start: data.start, end: data.end, how: 'bzip2' } as const;
  const source = captured.derive('Decompressed', bytes, origin).id;
  if (field === undefined) return;
  moveTo(field, source);
  if (field.end < bytes.length)
    field.children!.push(undecoded(bytes, source, field.end, bytes.length, 'Bytes after the node list.'));
  field.end = bytes.length;
  const signature = field.children!.find((child) => child.name === 'signature');
  if (signature !== undefined && facts.signature !== undefined) signature.check = facts.signature;
  data.children = [field];
}

/** A tree decoded from bytes of its own, as a part of the Source that holds them now. */
function moveTo(field: Field, source: number): void {
  field.source = source;
  for (const child of field.children ?? []) moveTo(child, source);
}

function openTunnel(captured: MessageView, data: Field, place: NonNullable<Facts['tunnel']>): void {
  if (!(data.value instanceof Uint8Array)) return;
  const opened = place.tunnel.open(place, data.value);
  if (opened === undefined) return;
  const how = tunnelOpenedBy(place.tunnel);
  const origin = { kind: 'derived', from: data.source, start: data.start, end: data.end, how } as const;
  const source = captured.derive('Tunnel', opened, origin).id;
  data.children = [generated('inner', opened, { source, start: 0, end: opened.length })];
}

/** In JSON the list's own fields stand in the place of the compressed data; an empty list has none. */
function listOf(layer: Field): Field {
  const list = layer.children!.find((child) => child.name === 'data')?.children?.[0];
  const children = (list?.children ?? []).filter(({ name }) => name !== 'count' && name !== 'sig_size');
  const nodes = children.map((child) =>
    child.name !== 'nodes'
      ? child
      : {
          ...child,
          children: child.children!.map((node) => ({
            ...node,
            children: node.children!.filter(({ name }) => name !== 'key_size'),
          })),
        },
  );
  return { ...layer, children: nodes };
}

function ciphertext({ bytes, source, start, end }: MessageView): Field {
  const value = bytes.subarray(start, end);
  const doc = 'Encrypted after the handshake, the type byte included.';
  return { name: 'ciphertext', kind: 'value', value, text: `${value.length} bytes`, doc, source, start, end, json: false };
}

function notesOf({ source, end, name }: MessageView, facts: Facts, session: Session | undefined): Field[] {
  const place = { source, start: end, end };
  const { answers, answeredIn, note: told, sealed, tunnel } = facts;
  const isRequest = name === 'TUNNEL_REQ';
  return [
    ...(answers === undefined ? [] : [generated('answers', answers, place)]),
    ...(answeredIn === undefined ? [] : [generated('answered_in', answeredIn, place)]),
    ...(sealed === undefined || session === undefined || session.proof === ''
      ? []
      : [generated('opened_by', openedBy(session), place)]),
    ...(tunnel === undefined || isRequest ? [] : [generated('tunnel_requested_in', tunnel.tunnel.frame, place)]),
    ...(told === undefined ? [] : [generated('note', told, place)]),
  ];
}

function openedBy({ openings, proof }: Session): string {
  return `${(openings[0] ?? openings[1])?.how ?? ''}; proof: ${proof}`;
}

function info(name: string, body: readonly Field[], { answers }: Facts, length: number): string {
  const parent: Field = { name: '', kind: 'struct', source: 0, start: 0, end: 0, children: [...body] };
  const said = (field: string): string => {
    const value = valueIn(parent, field);
    return value instanceof Uint8Array ? toHex(value) : value === undefined ? '' : String(value);
  };
  const sized = (field: string): string => {
    const value = valueIn(parent, field);
    return counted(value instanceof Uint8Array ? value.length : 0, 'byte');
  };
  const answer = answers === undefined ? [] : [`answers frame ${answers}`];
  switch (name) {
    case 'HELLO':
      return said('param_p') === '' ? '' : `p of ${bitsOf(BigInt(`0x${said('param_p')}`))} bits, g = 0x${said('param_g')}`;
    case 'HELLO_ACK':
      return [`init_vector ${said('init_vector')}`, ...answer].join(', ');
    case 'FIN':
      return [sized('random_data'), ...answer].join(', ');
    case 'DISCONNECT':
      return said('reason') === '' ? '' : JSON.stringify(said('reason'));
    case 'NLIST_RES':
      return [listText(body), ...answer].join(', ');
    case 'TUNNEL_REQ':
    case 'TUNNEL_DATA':
      return `tunnel ${said('tunnel_id')}, ${sized('data')}`;
    case 'TUNNEL_CLOSE':
      return `tunnel ${said('tunnel_id')}`;
    case 'TUNNEL_CREATE':
      return `id ${said('id')}`;
    case 'undecodable':
    case 'incomplete':
      return counted(length, 'byte');
    default:
      return answer.join('');
  }
}

function listText(body: readonly Field[]): string {
  const list = body.find((child) => child.name === 'data')?.children?.[0];
  return counted(list?.children?.find((child) => child.name === 'nodes')?.children?.length ?? 0, 'node');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** What may still help: none of the keys that are known to be the connection's. */
function missing({ state }: MessageView, facts: Facts, session: Session | undefined): string[] {
  if (facts.closed) return missingOfTunnel(facts);
  if (state === 'encrypted') {
    // A key is proven, and these bytes are nothing under it: no other key is theirs.
    if (session !== undefined && session.proof !== '') return [];
    if (session?.vector === undefined)
      return ['The handshake of its connection is not in the capture, so no key can be matched to it.'];
    // The shared secret is known, and every key that candidates of the open choices make of it was tried.
    if (session.z !== undefined) return [];
    const vector = toHex(session.vector);
    return [
      `${dhLabel} with the exponent of either side of the handshake with init_vector ${vector}`,
      `${secretLabel} ${vector} with the shared secret`,
      `${aesLabel} ${vector} with the AES key`,
    ];
  }
  return [];
}

function missingOfTunnel({ belongsTo: tunnel }: Facts): string[] {
  if (tunnel?.isTargetKnown) return [];
  const which = tunnel === undefined ? 'its TUNNEL_REQ' : `the TUNNEL_REQ in frame ${tunnel.frame}`;
  return [`${rsaLabel} with the private key of the target of ${which}`];
}
