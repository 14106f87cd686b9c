import type { Check, Field, Problem } from '../../bytes/index.ts';
import { toHex } from '../../bytes/index.ts';
import { decodeProto, fieldToJson, type ProtoMessage, undecoded } from '../../codec/index.ts';
import { type Captured, type Direction, type Dissection, LazyDissection } from '../../session/index.ts';
import type { Facts } from './facts.ts';
import { ephemeralLength, headerLength, headLayout, helloLayout, type Name, payloads } from './messages.ts';
import { Session } from './session.ts';
import { tai64nText } from './tai64n.ts';

/** What a message shows beyond its header. */
interface Opened {
  /** Fields after the header, in the message's own Source or a decrypted one. */
  readonly fields: readonly Field[];
  readonly plaintext: Uint8Array | undefined;
  readonly problem?: Problem;
}

/** The second pass: header, ephemeral, and what the session's keys open. */
export function dissect(captured: Captured): Dissection {
  const { bytes, source, start, end } = captured;
  const name = captured.name as Name;
  const facts = (captured.facts ?? {}) as Facts;
  const session = captured.session instanceof Session ? captured.session : undefined;
  const isHello = name === 'InitHello' || name === 'RespHello';
  const { field: layer, end: at, problem } = (isHello ? helloLayout : headLayout)(bytes, source, start, end);
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
  for (const field of generated(captured, session, facts)) children.push(field);
  const later = {
    info: () => info(name, end - start, children, opened, facts),
    fields: () => fieldToJson({ ...layer, children: flatten(children) }),
    whole: () => whole(bytes.subarray(start, end), opened.plaintext, isHello),
    missing: () => (captured.state === 'encrypted' ? missing(name, session, captured) : []),
  };
  const valid = claim === undefined ? undefined : verdict(facts.signature);
  return new LazyDissection(layer, later, valid);
}

function open(captured: Captured, name: Name, session: Session | undefined, facts: Facts, at: number): Opened {
  const { bytes, source, start, end, state } = captured;
  if (name === 'InitHello') {
    const { field, end: stop, problem } = decodeProto(payloads.InitHello, bytes, source, at, end);
    field.end = end;
    if (stop < end)
      field.children!.push(undecoded(bytes, source, stop, end, 'Bytes after the place where the payload stopped making sense.'));
    return { fields: [field], plaintext: bytes.subarray(at, end), ...(problem === undefined ? {} : { problem }) };
  }
  if (name === 'RespHello')
    return facts.payload === undefined ? sealed(captured, at) : payload(captured, at, facts.payload, payloads.RespHello);
  const counter = (bytes[start]! & 0x7f) * 0x100_0000 + (bytes[start + 1]! << 16) + (bytes[start + 2]! << 8) + bytes[start + 3]!;
  const bit = (bytes[start]! >>> 7) as Direction;
  const plaintext = state === 'encrypted' ? undefined : session?.open(bit, counter, bytes.subarray(start, end));
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

function payload(captured: Captured, at: number, plaintext: Uint8Array, layout: ProtoMessage): Opened {
  const source = derive(captured, at, plaintext);
  const { field, end, problem } = decodeProto(layout, plaintext, source);
  field.end = plaintext.length;
  if (end < plaintext.length)
    field.children!.push(undecoded(plaintext, source, end, plaintext.length, 'Bytes that are no protobuf record.'));
  return { fields: [ciphertext(captured, at), field], plaintext, ...(problem === undefined ? {} : { problem }) };
}

function derive(captured: Captured, at: number, plaintext: Uint8Array): number {
  const how = 'ChaCha20-Poly1305, the 4 header bytes as AAD';
  return captured.derive('Decrypted', plaintext, { kind: 'derived', from: captured.source, start: at, end: captured.end, how })
    .id;
}

function sealed(captured: Captured, at: number): Opened {
  return { fields: at < captured.end ? [ciphertext(captured, at)] : [], plaintext: undefined };
}

function ciphertext({ bytes, source, end }: Captured, at: number): Field {
  const value = bytes.subarray(at, end);
  const doc = 'Sealed with ChaCha20-Poly1305; the last 16 bytes are the tag.';
  return { name: 'ciphertext', kind: 'value', value, text: `${value.length} bytes`, doc, source, start: at, end, json: false };
}

function rest({ bytes, source, end }: Captured, at: number): Field[] {
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

function verdict(check: Check | undefined): boolean | null {
  if (check === undefined || check.state === 'unchecked') return null;
  return check.state === 'valid';
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

function isOrphan({ name, state }: Captured, session: Session | undefined): boolean {
  return session === undefined && state === 'encrypted' && name !== 'InitHello' && name !== 'RespHello';
}

function generated(captured: Captured, session: Session | undefined, facts: Facts): Field[] {
  const { name: message, source, end } = captured;
  const note = (name: string, value: string | number | Uint8Array, text?: string): Field => {
    const field: Field = { name, kind: 'value', value, source, start: end, end, generated: true, json: false };
    return text === undefined ? field : { ...field, text };
  };
  const out: Field[] = [];
  if (facts.retransmissionOf !== undefined)
    out.push(note('retransmission_of', facts.retransmissionOf, `frame ${facts.retransmissionOf}`));
  if (session !== undefined) {
    const hello = session.hellos[0];
    out.push(
      note(
        'session',
        session.e,
        `${session.place}, ${session.e.slice(0, 16)}…${hello === undefined ? '' : `, begun in frame ${hello.frame}`}`,
      ),
    );
    if (session.h2 !== undefined && message !== 'InitHello' && facts.signature !== undefined)
      out.push(note('handshake_hash', session.h2));
  }
  if (facts.sameKeyAs !== undefined) out.push(note('same_key_as', facts.sameKeyAs, `frame ${facts.sameKeyAs}`));
  const why = facts.note ?? (isOrphan(captured, session) ? orphaned : undefined);
  if (why !== undefined) out.push(note('note', why));
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

function missing(name: Name, session: Session | undefined, { bytes, start, end }: Captured): string[] {
  if (session === undefined) return ['The handshake of its session is not in the capture, so no key can be matched to it.'];
  const initiator = `P2PKE_EPHEMERAL_PRIVATE with the private key of the initiator's e ${session.e}`;
  if (name === 'RespHello') {
    const e = toHex(bytes.subarray(start + headerLength, Math.min(end, start + headerLength + ephemeralLength)));
    return [initiator, `P2PKE_EPHEMERAL_PRIVATE with the private key of the responder's e ${e}`];
  }
  return [
    initiator,
    "P2PKE_EPHEMERAL_PRIVATE with the private key of the e in that session's RespHello",
    `P2PKE_TRANSPORT_KEYS ${session.e} with the keys of both directions, or of this one`,
  ];
}
