import { type Check, type Field, type Problem, toHex, verdictOf } from '../../bytes/index.ts';
import { decodeProto, fieldToJson, type ProtoMessage, undecoded } from '../../codec/index.ts';
import { type Dissection, LazyDissection, type MessageView } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import {
  ephemeralLength,
  headerLength,
  headLayout,
  helloLayout,
  helloParts,
  type Name,
  payloads,
  readHeader,
} from './messages.ts';
import type { Session } from './session.ts';
import { tai64nText } from './tai64n.ts';
import { generated } from './treefields.ts';

/** What a message shows beyond its header. */
interface Opened {
  /** Fields after the header, in the message's own Source or a decrypted one. */
  readonly fields: readonly Field[];
  readonly plaintext: Uint8Array | undefined;
  readonly problem?: Problem;
}

/** The second pass: header, ephemeral, and what the session's keys open. */
export function dissect(captured: MessageView<Facts, Session>): Dissection {
  const { bytes, source, start, end, session } = captured;
  const name = captured.name as Name;
  const facts: Facts = captured.facts ?? {};
  const isHello = name === 'InitHello' || name === 'RespHello';
  const { field: layer, end: at, problem } = (isHello ? helloLayout : headLayout)(bytes, source, start, end, captured.limits);
  layer.end = end;
  const children = layer.children!;
  const opened =
    problem === undefined
      ? open(captured, name, session, facts, at)
      : { fields: rest(captured, at), plaintext: undefined, problem };
  for (const field of opened.fields) children.push(field);
  if (opened.problem !== undefined) layer.problem = opened.problem;
  const timestamp = name === 'InitHello' ? find(children, 'timestamp_tai64n') : undefined;
  if (timestamp?.value instanceof Uint8Array) timestamp.text = tai64nText(timestamp.value);
  const claim = isHello || name === 'InitDone' ? find(children, 'auth_claim') : undefined;
  if (claim !== undefined && facts.signature !== undefined) mark(claim, facts.signature);
  layer.text = `P2P Key Exchange, ${name}`;
  for (const field of notesOf(captured, session, facts)) children.push(field);
  const later = {
    info: () => info(name, end - start, children, opened, facts),
    fields: () => fieldToJson({ ...layer, children: flatten(children) }),
    whole: () => whole(bytes.subarray(start, end), opened.plaintext, isHello),
    missing: () => (captured.state === 'encrypted' ? missing(name, session, captured) : []),
  };
  const valid = claim === undefined ? undefined : verdictOf(facts.signature);
  return new LazyDissection(layer, later, valid);
}

function open(captured: MessageView, name: Name, session: Session | undefined, facts: Facts, at: number): Opened {
  const { bytes, source, start, end, state } = captured;
  if (name === 'InitHello') {
    const { field, end: stop, problem } = decodeProto(payloads.InitHello, bytes, source, at, end, captured.limits);
    field.end = end;
    if (stop < end)
      field.children!.push(undecoded(bytes, source, stop, end, 'Bytes after the place where the payload stopped making sense.'));
    return { fields: [field], plaintext: bytes.subarray(at, end), ...(problem === undefined ? {} : { problem }) };
  }
  if (name === 'RespHello')
    return facts.payload === undefined ? sealed(captured, at) : payload(captured, at, facts.payload, payloads.RespHello);
  const message = bytes.subarray(start, end);
  const plaintext = state === 'encrypted' ? undefined : session?.open(readHeader(message)!, message);
  if (plaintext === undefined) return sealed(captured, at);
  if (name === 'InitDone') return payload(captured, at, plaintext, payloads.InitDone);
  const derived = derive(captured, at, plaintext);
  const data: Field = {
    name: 'data',
    kind: 'value',
    value: plaintext,
    doc: "The application's bytes.",
    source: derived,
    start: 0,
    end: plaintext.length,
  };
  return { fields: [ciphertext(captured, at), data], plaintext };
}

function payload(captured: MessageView, at: number, plaintext: Uint8Array, layout: ProtoMessage): Opened {
  const source = derive(captured, at, plaintext);
  const { field, end, problem } = decodeProto(layout, plaintext, source, 0, plaintext.length, captured.limits);
  field.end = plaintext.length;
  if (end < plaintext.length)
    field.children!.push(undecoded(plaintext, source, end, plaintext.length, 'Bytes that are no protobuf record.'));
  return { fields: [ciphertext(captured, at), field], plaintext, ...(problem === undefined ? {} : { problem }) };
}

function derive(captured: MessageView, at: number, plaintext: Uint8Array): number {
  const how = 'ChaCha20-Poly1305, the 4 header bytes as AAD';
  return captured.derive('Decrypted', plaintext, { kind: 'derived', from: captured.source, start: at, end: captured.end, how })
    .id;
}

function sealed(captured: MessageView, at: number): Opened {
  return { fields: at < captured.end ? [ciphertext(captured, at)] : [], plaintext: undefined };
}

function ciphertext({ bytes, source, end }: MessageView, at: number): Field {
  const value = bytes.subarray(at, end);
  const doc = 'Sealed with ChaCha20-Poly1305; the last 16 bytes are the tag.';
  return { name: 'ciphertext', kind: 'value', value, text: `${value.length} bytes`, doc, source, start: at, end, json: false };
}

function rest({ bytes, source, end }: MessageView, at: number): Field[] {
  return at < end ? [undecoded(bytes, source, at, end, 'Bytes that no layout claims.')] : [];
}

/** The payload's fields stand beside the header's in JSON, as in the specification's message. */
function flatten(children: readonly Field[]): Field[] {
  return children.flatMap((child) => (child.name === 'payload' ? (child.children ?? []) : [child]));
}

/** Among the fields of the header and of the payload. */
function find(children: readonly Field[], name: string): Field | undefined {
  for (const child of children) {
    if (child.name === name) return child;
    const inner = child.name === 'payload' ? child.children?.find((each) => each.name === name) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function mark(claim: Field, check: Check): void {
  const sig = claim.children?.find((child) => child.name === 'sig');
  (sig ?? claim).check = check;
}

/** Header, `e` where there is one, and the plaintext; the message as it stands where it did not open. */
function whole(message: Uint8Array, plaintext: Uint8Array | undefined, isHello: boolean): Uint8Array {
  if (plaintext === undefined) return message;
  const clear = isHello ? headerLength + ephemeralLength : headerLength;
  const out = new Uint8Array(clear + plaintext.length);
  out.set(message.subarray(0, clear));
  out.set(plaintext, clear);
  return out;
}

const orphaned = 'No handshake comes before it in the capture: its session is not known.';

function isOrphan({ name, state }: MessageView, session: Session | undefined): boolean {
  return session === undefined && state === 'encrypted' && name !== 'InitHello' && name !== 'RespHello';
}

function notesOf(captured: MessageView, session: Session | undefined, facts: Facts): Field[] {
  const { name: message, source, end } = captured;
  const place = { source, start: end, end };
  const out: Field[] = [];
  if (facts.retransmissionOf !== undefined) out.push(generated('retransmission_of', facts.retransmissionOf, place));
  if (session !== undefined) {
    const hello = session.hellos[0];
    const begun = hello === undefined ? '' : `, begun in frame ${hello.frame}`;
    out.push(generated('session', session.e, place, `${session.place}, ${session.e.slice(0, 16)}…${begun}`));
    if (session.h2 !== undefined && message !== 'InitHello' && facts.signature !== undefined)
      out.push(generated('handshake_hash', session.h2, place));
  }
  if (facts.sameKeyAs !== undefined) out.push(generated('same_key_as', facts.sameKeyAs, place));
  const why = facts.note ?? (isOrphan(captured, session) ? orphaned : undefined);
  if (why !== undefined) out.push(generated('note', why, place));
  return out;
}

function info(name: Name, length: number, children: readonly Field[], opened: Opened, facts: Facts): string {
  const counter = children.find((child) => child.name === 'counter')?.value;
  const repeated = facts.retransmissionOf === undefined ? '' : `, retransmission of frame ${facts.retransmissionOf}`;
  const e = children.find((child) => child.name === 'e')?.value;
  if (e instanceof Uint8Array) return `e=${toHex(e.subarray(0, 8))}…${repeated}`;
  if (typeof counter !== 'number') return `${length} bytes`;
  const opens = opened.plaintext === undefined ? '' : `, ${opened.plaintext.length} bytes`;
  return name === 'InitDone' ? `counter ${counter}${repeated}` : `counter ${counter}${opens}`;
}

function missing(name: Name, session: Session | undefined, { bytes, start, end }: MessageView): string[] {
  if (session === undefined) return ['The handshake of its session is not in the capture, so no key can be matched to it.'];
  // Its keys are known, and these bytes are nothing under them: no other key is theirs.
  const message = bytes.subarray(start, end);
  const bit = readHeader(message)?.bit ?? 0;
  if (session.h2 !== undefined || (name !== 'RespHello' && session.proven[bit])) return [];
  const privateKey = (e: string, sentence: string): string[] =>
    session.held.has(e) ? [] : [`P2PKE_EPHEMERAL_PRIVATE with the private key of ${sentence}`];
  const initiator = privateKey(session.e, `the initiator's e ${session.e}`);
  if (name === 'RespHello') {
    const e = toHex(helloParts(message).e);
    return [...initiator, ...privateKey(e, `the responder's e ${e}`)];
  }
  const responder = session.resp === undefined ? '' : toHex(helloParts(session.resp).e);
  return [
    ...initiator,
    ...privateKey(responder, "the e in that session's RespHello"),
    `P2PKE_TRANSPORT_KEYS ${session.e} with the keys of both directions, or of this one`,
  ];
}
