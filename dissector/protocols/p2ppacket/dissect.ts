import { bytesIn, type Field, type Json, type Limits, toHex, valueIn, verdictOf } from '../../bytes/index.ts';
import { fieldToJson, type Place, undecoded } from '../../codec/index.ts';
import { type Dissection, LazyDissection, type MessageView } from '../../protocol/index.ts';
import { socketText } from './conformance/nodes.ts';
import type { EntryFacts, Facts } from './facts.ts';
import { privateLabel, sessionLabel } from './keys.ts';
import { type Layouts, standard, type TypeName } from './messages.ts';
import type { Session } from './session.ts';
import { generated } from './treefields.ts';

/** The second pass: the head, the payload, and the entries that a session's key opens. */
export function dissect(captured: MessageView<Facts, Session>): Dissection {
  const { bytes, source, start, end, name, session } = captured;
  const facts: Facts = captured.facts ?? {};
  const layouts = session?.layouts ?? standard;
  const { field: layer, end: at, problem } = layouts.head(bytes, source, start, end, captured.limits);
  layer.text = `p2p packet, ${name}`;
  layer.end = end;
  const plaintext = isSealed(captured) ? session?.reopen(bytes.subarray(start, end)) : undefined;
  if (problem !== undefined) layer.problem = problem;
  const payload = problem === undefined ? payloadOf(captured, layouts, at, plaintext, layer) : [];
  const channels = payload.find((child) => child.name === 'channels');
  if (channels !== undefined) dressEntries(channels, layouts, facts);
  const signature = payload.find((child) => child.name === 'signature');
  if (signature !== undefined && facts.signature !== undefined) signature.check = facts.signature;
  layer.children!.push(...payload, ...notesOf(captured, facts, session));
  if (problem !== undefined && at < end) layer.children!.push(undecoded(bytes, source, at, end, 'Bytes of no whole head.'));
  const later = {
    info: () => info(name, payload, facts, end - start),
    fields: () => jsonOf(layer, facts),
    whole: () => (plaintext === undefined ? bytes.subarray(start, end) : joined(bytes.subarray(start, at), plaintext)),
    missing: () => (captured.state === 'encrypted' ? missing(session) : []),
  };
  const valid = signature === undefined || name !== 'hello' ? undefined : verdictOf(facts.signature);
  return new LazyDissection(layer, later, valid);
}

/** Data that travels sealed, as far as the first pass knows. */
function isSealed({ name, encrypted }: MessageView): boolean {
  return name === 'data' && encrypted;
}

function payloadOf(
  captured: MessageView,
  layouts: Layouts,
  at: number,
  plaintext: Uint8Array | undefined,
  layer: Field,
): Field[] {
  const { bytes, source, end, name, state } = captured;
  const known = name === 'unknown' ? undefined : (name as TypeName);
  if (known === undefined)
    return rest(bytes, source, at, end, 'The payload of a version or type that the document does not know.');
  if (plaintext !== undefined) {
    const origin = {
      kind: 'derived',
      from: source,
      start: at,
      end,
      how: 'ChaCha20-Poly1305, the two bytes of head as AAD',
    } as const;
    const opened = captured.derive('Decrypted', plaintext, origin).id;
    return [
      ciphertext(bytes, source, at, end),
      ...decoded(layouts.data, plaintext, opened, 0, plaintext.length, layer, captured.limits),
    ];
  }
  if (isSealed(captured) || state === 'encrypted') return at < end ? [ciphertext(bytes, source, at, end)] : [];
  const decode = known === 'data' ? layouts.data : layouts.payload[known];
  return decoded(decode, bytes, source, at, end, layer, captured.limits);
}

function decoded(
  decode: Layouts['data'],
  bytes: Uint8Array,
  source: number,
  start: number,
  end: number,
  layer: Field,
  limits: Limits,
): Field[] {
  const { field, end: stop, problem } = decode(bytes, source, start, end, limits);
  if (problem !== undefined) layer.problem = problem;
  return [...field.children!, ...rest(bytes, source, stop, end, 'Bytes that no entry or field claims.')];
}

function rest(bytes: Uint8Array, source: number, start: number, end: number, doc: string): Field[] {
  return start < end ? [undecoded(bytes, source, start, end, doc)] : [];
}

function ciphertext(bytes: Uint8Array, source: number, start: number, end: number): Field {
  const value = bytes.subarray(start, end);
  const doc = 'Sealed by a convention that is not in the document: nonce 12, ciphertext, tag 16.';
  return { name: 'ciphertext', kind: 'value', value, text: `${value.length} bytes`, doc, source, start, end, json: false };
}

/** Entries by their names, with verdicts and links. */
function dressEntries(channels: Field, layouts: Layouts, facts: Facts): void {
  channels.children!.forEach((entry, index) => {
    const type = entry.children!.find((child) => child.name === 'type');
    const name = typeof type?.value === 'number' ? layouts.entryOf(type.value) : undefined;
    entry.text = [name ?? 'unknown', `channel ${valueIn(entry, 'id')}`, `sequence ${valueIn(entry, 'sequence')}`].join(', ');
    const ip = entry.children!.find((child) => child.name === 'ipv6');
    if (ip?.value instanceof Uint8Array && ip.value.length === 16) ip.text = socketText(ip.value, 0).replace(/:0$/, '');
    const known = facts.entries?.[index];
    if (known === undefined) return;
    const signature = entry.children!.find((child) => child.name === 'signature');
    if (signature !== undefined && known.signature !== undefined) signature.check = known.signature;
    entry.children!.push(...links(known, { source: entry.source, start: entry.end, end: entry.end }));
  });
}

function links(facts: EntryFacts | Facts, place: Place): Field[] {
  return (['answers', 'answered_in', 'acknowledged_in', 'retransmission_of', 'requested_in'] as const).flatMap((name) => {
    const frame = facts[name];
    return frame === undefined ? [] : [generated(name, frame, place)];
  });
}

function notesOf({ source, end, name }: MessageView, facts: Facts, session: Session | undefined): Field[] {
  const place = { source, start: end, end };
  const out = links(facts, place);
  if (session !== undefined && session.total.sessions > 1)
    out.push(generated('session', session.number, place, `${session.number} of ${session.total.sessions}`));
  if (facts.sameKeyAs !== undefined) out.push(generated('same_key_as', facts.sameKeyAs, place));
  if (name === 'data' && session?.form !== undefined) {
    const how =
      session.form === 'sealed'
        ? `sealed, ${session.how || 'as the setting says'}`
        : 'plain: it parses as entries to its last byte';
    out.push(generated('form', how, place));
  }
  if (facts.note !== undefined) out.push(generated('note', facts.note, place));
  return out;
}

/** The entry's type by its name; what ties entries together stays in the tree, but for the mark of a retransmission. */
function jsonOf(layer: Field, facts: Facts): Json {
  const fields = fieldToJson(layer) as { [name: string]: Json };
  const list = layer.children!.find((child) => child.name === 'channels');
  if (list === undefined) return fields;
  fields.channels = list.children!.map((entry, index) => {
    const json = fieldToJson(entry) as { [name: string]: Json };
    const known = facts.entries?.[index];
    if (json.type !== undefined) json.type = entry.text!.split(',')[0]!;
    if (known?.signature !== undefined) json.signature_valid = verdictOf(known.signature);
    if (known?.retransmission_of !== undefined) json.retransmission = true;
    return json;
  });
  return fields;
}

function joined(head: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const out = new Uint8Array(head.length + plaintext.length);
  out.set(head);
  out.set(plaintext, head.length);
  return out;
}

function info(name: string, payload: readonly Field[], facts: Facts, length: number): string {
  const layer: Field = { name: '', kind: 'struct', source: 0, start: 0, end: 0, children: [...payload] };
  const cookie = bytesIn(layer, 'cookie');
  const copy = facts.retransmission_of === undefined ? [] : [`retransmission of frame ${facts.retransmission_of}`];
  const answer = facts.answers === undefined ? [] : [`answers frame ${facts.answers}`];
  if (name === 'data') {
    const channels = payload.find((child) => child.name === 'channels');
    return channels === undefined ? `${length} bytes` : channels.children!.map((entry) => entry.text).join('; ');
  }
  if (cookie === undefined) return `${length} bytes`;
  const said = cookie.every((byte) => byte === 0) ? 'no cookie' : `cookie ${toHex(cookie.subarray(0, 8))}…`;
  const key = bytesIn(layer, 'x25519_public');
  const who = key === undefined ? [] : [`x25519 ${toHex(key.subarray(0, 8))}…`];
  return [...who, said, ...answer, ...copy].join(', ');
}

function missing(session: Session | undefined): string[] {
  // A key is proven, and these bytes are nothing under it: no other key is theirs.
  if (session?.key !== undefined) return [];
  const [i, r] = session?.pair ?? [];
  if (i === undefined)
    return [`Perhaps sealed: the hellos of its session are not in the capture, so only a ${sessionLabel} could open it.`];
  return [
    ...(session?.hasPrivate
      ? []
      : [`Perhaps sealed: ${privateLabel} with the private key of ${i}${r === undefined ? '' : `, or of ${r}`}`]),
    `${sessionLabel} ${i} with the session's key`,
  ];
}
