import { type Field, type Piece, slicePieces, valueIn } from '../../bytes/index.ts';
import {
  type Conversation,
  type Direction,
  endedInside,
  type ObserverContext,
  type Rule,
  type State,
  type StreamEnd,
} from '../../protocol/index.ts';
import type { Place } from './choices.ts';
import { Conformance, factsOf } from './conformance.ts';
import type { Facts } from './facts.ts';
import type { Side } from './framing.ts';
import { readHello, readHelloAck, type Tell } from './handshake.ts';
import type { KeyExchanges } from './keyexchange.ts';
import { names, tunnelCreate, tunnelCreateAck } from './messages.ts';
import { verifyNodeList } from './nodelist.ts';
import { notTested, notUnpacked, notUnwrapped } from './reasons.ts';
import { rules } from './rules.ts';
import type { Session } from './session.ts';
import { TunnelPayload } from './tunnelpayload.ts';
import { type Tunnel, Tunnels } from './tunnels.ts';

/** What becomes a row of the table: a packet, or a stretch of a stream. */
export interface ObservedMessage {
  readonly direction: Direction;
  readonly name: string;
  readonly pieces: readonly Piece[];
  readonly state: State;
  readonly encrypted: boolean;
  readonly place: Place | undefined;
  readonly field: Field | undefined;
  readonly whole: boolean;
  readonly breaches: readonly { readonly rule: Rule; readonly text: string }[];
  /** Why the stream ended inside it. */
  readonly cut?: Side['closed'];
  readonly note?: string;
  /** It opens under no key of a connection that has one. */
  readonly fails?: true;
}

/**
 * The lines of one connection on their way into the table. Both directions wait for a proof, so packets come out of order:
 * they are sorted by frame before they are numbered and held against the rules.
 */
export class MessageWriter {
  readonly conduct: Conformance;
  readonly #context: ObserverContext<Facts, Session>;
  readonly #conversation: Conversation;
  readonly #session: Session;
  readonly #groups: KeyExchanges;
  readonly #tunnels: Tunnels;
  readonly #payloads = new Map<Tunnel, TunnelPayload>();
  #number: number | undefined;
  #fresh: ObservedMessage[] = [];

  constructor(context: ObserverContext<Facts, Session>, conversation: Conversation, session: Session, groups: KeyExchanges) {
    this.#context = context;
    this.#conversation = conversation;
    this.#session = session;
    this.#groups = groups;
    this.#tunnels = new Tunnels(context);
    this.conduct = new Conformance(context, session);
  }

  /** Takes a line; what a handshake says is read at once, since what follows depends on it. */
  add(line: ObservedMessage): void {
    const breaches = [...line.breaches];
    const tell: Tell = (rule, text) => void breaches.push({ rule, text });
    const isHello = line.whole && line.name === 'HELLO' && line.place === undefined && this.#session.a === undefined;
    const isUntested = isHello && readHello(line.field!, this.#session, this.#groups, tell, this.#context.limits).isUntested;
    if (line.whole && line.name === 'HELLO_ACK' && line.place === undefined && this.#session.vector === undefined)
      readHelloAck(line.field!, this.#session, tell, this.#context.limits);
    this.#fresh.push({ ...line, breaches, ...(isUntested ? { note: notTested } : {}) });
  }

  flush(): void {
    if (this.#fresh.length === 0) return;
    const place = (frame: number): number => this.#context.place(frame);
    const lines = this.#fresh.sort((a, b) => place(frameOf(a)) - place(frameOf(b)));
    this.#fresh = [];
    const rows = lines.map((line) => ({ line, id: this.#enter(line) }));
    // What began first was said first: a packet can be cut off long after the other side has answered.
    rows.sort((a, b) => place(firstOf(a.line)) - place(firstOf(b.line)));
    for (const { line, id } of rows) this.#hold(id, line);
  }

  /** Makes the row, with what is known of the line by itself. */
  #enter(line: ObservedMessage): number {
    const { breaches, note, place } = line;
    const id = this.#row(line);
    const facts: Facts = {};
    if (place !== undefined) facts.sealed = place;
    if (note !== undefined) facts.note = note;
    if (place !== undefined || note !== undefined) this.#context.messages.facts.set(id, facts);
    for (const { rule, text } of breaches) this.#context.messages.addFinding(id, rule, text);
    if (breaches.some(({ rule }) => rule === rules.malformed)) this.#context.messages.setState(id, 'malformed');
    return id;
  }

  /** Holds the line against what came before it, and opens what it carries. */
  #hold(id: number, line: ObservedMessage): void {
    const { direction, name, field, cut, whole } = line;
    const before = this.conduct.disconnected;
    this.conduct.see({ id, name, direction, first: firstOf(line), field, whole, hidden: line.state === 'encrypted' });
    if (line.fails) this.conduct.doesNotDecode(id);
    // A DISCONNECT cuts the other side's last packet off: that is how connections of p2p end.
    const ended = cut === 'gap' ? undefined : endedInside(cut, name);
    if (ended !== undefined && !before) this.#context.messages.addFinding(id, rules.incomplete, ended);
    if (whole && field !== undefined) this.#contents(id, line, field);
  }

  #row({
    direction,
    name,
    pieces,
    state,
    encrypted,
  }: Pick<ObservedMessage, 'direction' | 'name' | 'pieces' | 'state' | 'encrypted'>): number {
    const { messages } = this.#context;
    const conversation = this.#conversation.id;
    const frame = pieces.at(-1)?.frame ?? 0;
    const id = messages.add({ conversation, direction, frame, name: names.indexOf(name), state, encrypted, pieces });
    if (this.#number === undefined && messages.sessions.length < this.#context.limits.sessions)
      this.#number = messages.sessions.push(this.#session) - 1;
    if (this.#number !== undefined) messages.setSession(id, this.#number);
    return id;
  }

  /** What a packet carries: signatures, and the bytes of tunnels. */
  #contents(id: number, line: ObservedMessage, field: Field): void {
    const { name, direction } = line;
    if (name === 'NLIST_RES') {
      const { check, problem } = verifyNodeList(this.#context, valueIn(field, 'data'));
      if (check !== undefined) factsOf(this.#context, id).signature = check;
      if (check?.state === 'invalid') this.#context.messages.addFinding(id, rules.signature, check.why);
      if (problem?.limit === 'unpackedBytes') factsOf(this.#context, id).note = notUnpacked;
      else if (problem !== undefined) {
        this.#context.messages.setState(id, 'malformed');
        this.#context.messages.addFinding(id, problem.kind === 'limit' ? rules.limit : rules.malformed, problem.text);
      }
    }
    if (name === 'TUNNEL_CLOSE') {
      const check = this.#tunnels.verify(field);
      factsOf(this.#context, id).signature = check;
      if (check.state === 'invalid') this.#context.messages.addFinding(id, rules.signature, check.why);
    }
    if (name === 'TUNNEL_REQ') {
      const tunnel = this.#tunnels.request(field, direction, this.#context.messages.frame(id));
      if (tunnel?.untried !== undefined) factsOf(this.#context, id).note = notUnwrapped(tunnel.untried);
      if (tunnel !== undefined) this.#carry(id, line, field, tunnel);
      if (tunnel?.unwrapped === undefined) this.#close(id);
    }
    if (name === 'TUNNEL_DATA') {
      const tunnel = this.#tunnels.find(field);
      if (tunnel !== undefined) this.#carry(id, line, field, tunnel);
      // Of a tunnel whose request is not in the capture nothing says how its bytes travel.
      if (tunnel !== undefined && tunnel.unwrapped === undefined) this.#close(id);
    }
  }

  /** The connection is open, a part of the packet is not. */
  #close(id: number): void {
    factsOf(this.#context, id).closed = true;
    const { messages } = this.#context;
    messages.setPartEncrypted(id, messages.encrypted(id) ? 'decrypted' : 'clear');
  }

  #carry(id: number, line: ObservedMessage, field: Field, tunnel: Tunnel): void {
    const { direction, pieces } = line;
    const data = field.children?.find((child) => child.name === 'data');
    if (!(data?.value instanceof Uint8Array)) return;
    factsOf(this.#context, id).belongsTo = tunnel;
    const { place, opened, first, payload } = tunnel.carry(direction, data.value, slicePieces(pieces, data.start, data.end));
    if (opened === undefined) return;
    factsOf(this.#context, id).tunnel = { ...place, tunnel };
    if (first !== undefined) {
      const { name } = direction === tunnel.requester ? tunnelCreate : tunnelCreateAck;
      const inner = this.#row({ direction, name, pieces: first.pieces, state: 'decoded', encrypted: true });
      Object.assign(factsOf(this.#context, inner), { inner: first.bytes, belongsTo: tunnel });
    }
    if (payload !== undefined) this.#handOver(line, data, { tunnel, place, opened, payload });
  }

  /** Hands what a packet carries behind the tunnel's first packet over to the protocol that begins so. */
  #handOver(
    { direction, pieces, place: sealed }: ObservedMessage,
    { start, end }: Field,
    { tunnel, place, opened, payload }: { tunnel: Tunnel; place: Place; opened: Uint8Array; payload: number },
  ): void {
    let reader = this.#payloads.get(tunnel);
    if (reader === undefined) {
      reader = new TunnelPayload(this.#context, this.#conversation, tunnel.requester);
      this.#payloads.set(tunnel, reader);
    }
    if (!reader.isWanted) return;
    const opening = this.#session.openings[direction];
    const open = (bytes: Uint8Array): Uint8Array => {
      const packet =
        sealed === undefined ? bytes : opening?.cipher.open(opening.key, opening.iv, sealed.lead, sealed.offset, bytes);
      return (packet === undefined ? undefined : tunnel.open(place, packet.subarray(start, end))) ?? new Uint8Array(0);
    };
    const record = this.#context.derived.add({ pieces, open, name: 'Tunnel', how: openedBy(tunnel) });
    if (typeof record !== 'number') return;
    reader.take(direction, opened.subarray(payload), record, payload);
  }

  /** Nothing follows in a direction: what tunnels carry in it ends, too. */
  end(direction: Direction, why: StreamEnd | undefined): void {
    for (const payload of this.#payloads.values()) payload.end(direction, why);
  }
}

/** How bytes of a tunnel were opened. */
export function openedBy({ frame }: Tunnel): string {
  return `AES-256-CFB8 under the shared_key of the TUNNEL_REQ in frame ${frame}, proven by test_hash`;
}

function frameOf({ pieces }: ObservedMessage): number {
  return pieces.at(-1)?.frame ?? 0;
}

function firstOf({ pieces }: ObservedMessage): number {
  return pieces[0]?.frame ?? 0;
}
