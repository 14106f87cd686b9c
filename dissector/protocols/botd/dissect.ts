import { type Field, type Json, type Limits, verdictOf } from '../../bytes/index.ts';
import { type Decoded, decodeProto, decodeRecords, fieldToJson, undecoded } from '../../codec/index.ts';
import { type Dissection, LazyDissection, type MessageView } from '../../protocol/index.ts';
import { checksumOf } from './cleartext.ts';
import type { Facts } from './facts.ts';
import { aesLabel, ephemeralLabel, pointLabel } from './keys.ts';
import { clearHead, clearLayout, payloads, sealedHead, sealedLayout } from './messages.ts';
import type { Session } from './session.ts';
import { generated } from './treefields.ts';

/** The second pass: the frame, and its payload where it is in clear or a key is proven. */
export function dissect(captured: MessageView<Facts, Session>): Dissection {
  const { bytes, start, end, name, state, session } = captured;
  const facts: Facts = captured.facts ?? {};
  const layer = frame(captured, facts);
  const isClear = facts.clear === true && facts.torn !== true;
  const at = Math.min(end, start + (isClear ? clearHead : sealedHead));
  const opened = open(captured, facts, session, at);
  if (facts.clear && facts.torn && at < end)
    layer.children!.push(undecoded(bytes, captured.source, at, end, 'Bytes are missing among these.'));
  if (!facts.clear && !facts.stretch && at < end) layer.children!.push(encrypted(captured, at));
  const payload = opened === undefined ? undefined : read(name, opened.bytes, opened.source, opened.start, captured.limits);
  if (payload !== undefined) {
    layer.children!.push(payload.field);
    if (payload.problem !== undefined) layer.problem = payload.problem;
    const signature = payload.field.children!.findLast((child) => child.name === 'signature');
    if (signature !== undefined && facts.signature !== undefined) signature.check = facts.signature;
  }
  layer.children!.push(...notesOf(captured, facts, session));
  const check = facts.signature;
  const holdsSignature = payload?.field.children?.some((child) => child.name === 'signature') === true;
  const later = {
    info: () => info(captured, facts, payload?.field, opened),
    fields: () => fieldsOf(payload?.field),
    whole: () => (opened === undefined ? bytes.subarray(start, end) : opened.bytes.subarray(opened.start)),
    missing: () => (state === 'encrypted' ? missing(session) : []),
  };
  const isChecked = holdsSignature && check !== undefined;
  const valid = isChecked ? verdictOf(check) : undefined;
  return new LazyDissection(layer, later, valid);
}

/** Length and checksum; everything as undecoded bytes where no frame is known to begin. */
function frame({ bytes, source, start, end, name, limits }: MessageView, facts: Facts): Field {
  const text = `BOTD, ${name}`;
  if (facts.stretch) {
    const rest = undecoded(bytes, source, start, end, 'Bytes whose frame borders are not known.');
    return { name: 'botd', kind: 'struct', text, source, start, end, children: [rest] };
  }
  const isClear = facts.clear === true && facts.torn !== true;
  const { field: layer, end: at, problem } = (isClear ? clearLayout : sealedLayout)(bytes, source, start, end, limits);
  layer.end = end;
  layer.text = text;
  const children = layer.children!;
  for (const child of children) child.json = false;
  if (problem !== undefined && at < end && children.at(-1)?.end !== end)
    children.push(undecoded(bytes, source, at, end, 'The beginning of a length.'));
  const claimed = children[0]?.value;
  const head = isClear ? clearHead : sealedHead;
  const checksum = children.find((child) => child.name === 'checksum');
  const isWhole = typeof claimed === 'number' && end - start === head + claimed;
  if (checksum !== undefined && problem === undefined) {
    const expected = isWhole ? checksumOf(bytes.subarray(start + head, end)) : undefined;
    const fits = expected?.every((byte, i) => byte === bytes[start + 4 + i]);
    checksum.check =
      fits === undefined
        ? { state: 'unchecked', why: 'the payload is not all there' }
        : fits
          ? { state: 'valid', why: 'the first 4 bytes of SHA-256 of the payload' }
          : { state: 'invalid', why: 'SHA-256 of the payload begins otherwise' };
  }
  if (problem !== undefined) layer.problem = problem;
  return layer;
}

interface Payload {
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly start: number;
}

/** The payload: in clear, or opened once more. None of what is not whole. */
function open(captured: MessageView, facts: Facts, session: Session | undefined, at: number): Payload | undefined {
  const { bytes, source, start, end, state, derive } = captured;
  if (facts.clear) return facts.torn ? undefined : { bytes: bytes.subarray(0, end), source, start: at };
  const opening = session?.opening;
  if (facts.stretch || state === 'incomplete' || state === 'encrypted' || opening === undefined || end - start < sealedHead)
    return undefined;
  const plaintext = opening.cipher.mode.open(opening.key, bytes.subarray(at, end));
  if (plaintext === undefined) return undefined;
  const how = `${opening.how}; ${session?.proof}`;
  const origin = { kind: 'derived', from: source, start: at, end, how } as const;
  return { bytes: plaintext, source: derive('Decrypted', plaintext, origin).id, start: 0 };
}

function read(name: string, bytes: Uint8Array, source: number, start: number, limits: Limits): Decoded {
  const isKnown = name === 'Init' || name === 'Ack' || name === 'Ping' || name === 'Pong';
  const decoded = isKnown
    ? decodeProto(payloads[name], bytes, source, start, bytes.length, limits)
    : decodeRecords(bytes, source, start, bytes.length, limits);
  const { field, end } = decoded;
  field.end = bytes.length;
  if (end < bytes.length)
    field.children!.push(
      undecoded(bytes, source, end, bytes.length, 'Bytes after the place where the payload stops making sense.'),
    );
  return decoded;
}

function fieldsOf(payload: Field | undefined): Json {
  if (payload === undefined) return {};
  return payload.kind === 'list' ? { tree: fieldToJson(payload) } : fieldToJson(payload);
}

function encrypted({ bytes, source, end }: MessageView, at: number): Field {
  const value = bytes.subarray(at, end);
  const doc = 'The payload, encrypted under the key that both ephemeral keys yield.';
  return { name: 'encrypted', kind: 'value', value, text: `${value.length} bytes`, doc, source, start: at, end, json: false };
}

function notesOf({ source, end, encrypted: sealed, state }: MessageView, facts: Facts, session: Session | undefined): Field[] {
  const place = { source, start: end, end };
  const { answers, answeredIn, note: told } = facts;
  const isOpened = sealed && (state === 'decoded' || state === 'malformed') && !facts.stretch;
  const { opening: proven, proof = '' }: Partial<Session> = session ?? {};
  const opening = isOpened ? proven : undefined;
  const isUnproven = state === 'encrypted' && proven === undefined && proof !== '';
  return [
    ...(answers === undefined ? [] : [generated('answers', answers, place)]),
    ...(answeredIn === undefined ? [] : [generated('answered_in', answeredIn, place)]),
    ...(opening === undefined ? [] : [generated('opened_by', opening.how, place)]),
    ...(opening === undefined && !isUnproven ? [] : [generated('proof', proof, place)]),
    ...(told === undefined ? [] : [generated('note', told, place)]),
  ];
}

function info({ name, start, end }: MessageView, { answers }: Facts, payload: Field | undefined, opened?: Payload): string {
  const id = payload?.children?.find((child) => child.name === 'id')?.value;
  const answer = answers === undefined ? '' : `answers frame ${answers}`;
  switch (name) {
    case 'Init':
    case 'Ack':
    case 'Ping':
    case 'Pong':
      return [typeof id === 'string' ? `id ${shortened(id)}` : '', answer].filter((text) => text !== '').join(', ');
    case 'protobuf':
      return `${opened === undefined ? 0 : opened.bytes.length - opened.start} bytes, ${payload?.children?.length ?? 0} records`;
    default:
      return `${end - start} bytes`;
  }
}

function shortened(id: string): string {
  return id.length > 64 ? `${id.slice(0, 64)}…` : id;
}

function missing(session: Session | undefined): string[] {
  const { openerKey, answererKey, opening, hasPrivate }: Partial<Session> = session ?? {};
  // A key is proven, and these bytes are nothing under it: no other key is theirs.
  if (opening !== undefined) return [];
  if (openerKey === undefined)
    return ['The Init of its connection is not in the capture or holds no key, so no key can be matched to it.'];
  const both = answererKey === undefined ? ` ${openerKey}` : `s ${openerKey} or ${answererKey}`;
  return [
    // Without the Ack there is no second point, so a private key alone yields nothing.
    ...(answererKey === undefined || hasPrivate
      ? []
      : [`${ephemeralLabel} with the private key of one of the ephemeral_pubkey${both}`]),
    `${pointLabel} ${openerKey} with the point that both ephemeral keys yield`,
    `${aesLabel} ${openerKey} with the AES key`,
  ];
}
