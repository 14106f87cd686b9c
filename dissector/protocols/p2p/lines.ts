import { type Field, type Piece, slicePieces } from '../../bytes/index.ts';
import type { Bench, Conversation, Direction, Rule, State } from '../../session/index.ts';
import { Conduct, factsOf } from './conduct.ts';
import type { Facts, Place } from './facts.ts';
import type { Groups } from './groups.ts';
import { readHello, readHelloAck, type Tell, valueIn } from './handshake.ts';
import { names, tunnelCreate, tunnelCreateAck } from './messages.ts';
import { overLimit, verifyNodeList } from './nodelist.ts';
import { notChecked, notTested, notUnwrapped } from './notes.ts';
import { rules } from './rules.ts';
import type { Session } from './session.ts';
import type { Side } from './side.ts';
import { type Tunnel, Tunnels } from './tunnels.ts';

/** What becomes a row of the table: a packet, or a stretch of a stream. */
export interface Line {
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
export class Lines {
  readonly conduct: Conduct;
  readonly #bench: Bench;
  readonly #conversation: Conversation;
  readonly #session: Session;
  readonly #groups: Groups;
  readonly #tunnels: Tunnels;
  #number: number | undefined;
  #fresh: Line[] = [];

  constructor(bench: Bench, conversation: Conversation, session: Session, groups: Groups) {
    this.#bench = bench;
    this.#conversation = conversation;
    this.#session = session;
    this.#groups = groups;
    this.#tunnels = new Tunnels(bench, groups);
    this.conduct = new Conduct(bench, session);
  }

  /** Takes a line; what a handshake says is read at once, since what follows depends on it. */
  add(line: Line): void {
    const breaches = [...line.breaches];
    const tell: Tell = (rule, text) => void breaches.push({ rule, text });
    const isHello = line.whole && line.name === 'HELLO' && line.place === undefined && this.#session.a === undefined;
    const isUntested = isHello && readHello(line.field!, this.#session, this.#groups, tell).isUntested;
    if (line.whole && line.name === 'HELLO_ACK' && line.place === undefined && this.#session.vector === undefined)
      readHelloAck(line.field!, this.#session, tell);
    this.#fresh.push({ ...line, breaches, ...(isUntested ? { note: notTested } : {}) });
  }

  flush(): void {
    if (this.#fresh.length === 0) return;
    const lines = this.#fresh.sort((a, b) => frameOf(a) - frameOf(b));
    this.#fresh = [];
    const rows = lines.map((line) => ({ line, id: this.#enter(line) }));
    // What began first was said first: a packet can be cut off long after the other side has answered.
    rows.sort((a, b) => firstOf(a.line) - firstOf(b.line));
    for (const { line, id } of rows) this.#hold(id, line);
  }

  /** Makes the row, with what is known of the line by itself. */
  #enter(line: Line): number {
    const { breaches, note, place } = line;
    const id = this.#row(line);
    const facts: Facts = {};
    if (place !== undefined) facts.sealed = place;
    if (note !== undefined) facts.note = note;
    if (place !== undefined || note !== undefined) this.#bench.messages.facts.set(id, facts);
    for (const { rule, text } of breaches) this.#bench.messages.find(id, rule, text);
    if (breaches.some(({ rule }) => rule === rules.malformed)) this.#bench.messages.setState(id, 'malformed');
    return id;
  }

  /** Holds the line against what came before it, and opens what it carries. */
  #hold(id: number, line: Line): void {
    const { direction, name, field, cut, whole } = line;
    const before = this.conduct.disconnected;
    this.conduct.see({ id, name, direction, first: firstOf(line), field, whole, hidden: line.state === 'encrypted' });
    if (line.fails) this.conduct.doesNotDecode(id);
    // A DISCONNECT cuts the other side's last packet off: that is how connections of p2p end.
    if ((cut === 'fin' || cut === 'rst') && !before)
      this.#bench.messages.find(id, rules.incomplete, `the connection is closed inside ${name}`);
    if (whole && field !== undefined) this.#contents(id, line, field);
  }

  #row({
    direction,
    name,
    pieces,
    state,
    encrypted,
  }: Pick<Line, 'direction' | 'name' | 'pieces' | 'state' | 'encrypted'>): number {
    const { messages } = this.#bench;
    const conversation = this.#conversation.id;
    const frame = pieces.at(-1)?.frame ?? 0;
    const id = messages.add({ conversation, direction, frame, name: names.indexOf(name), state, encrypted, pieces });
    if (this.#number === undefined && messages.sessions.length < this.#bench.limits.sessions)
      this.#number = messages.sessions.push(this.#session) - 1;
    if (this.#number !== undefined) messages.setSession(id, this.#number);
    return id;
  }

  /** What a packet carries: signatures, and the bytes of tunnels. */
  #contents(id: number, line: Line, field: Field): void {
    const { name, direction } = line;
    if (name === 'NLIST_RES') {
      const { check, problem } = verifyNodeList(this.#bench, valueIn(field, 'data'), this.#groups);
      if (check !== undefined) factsOf(this.#bench, id).signature = check;
      if (check?.state === 'invalid') this.#bench.messages.find(id, rules.signature, check.why);
      if (check === overLimit) factsOf(this.#bench, id).note = notChecked;
      if (problem !== undefined) {
        this.#bench.messages.setState(id, 'malformed');
        this.#bench.messages.find(id, problem.kind === 'limit' ? rules.limit : rules.malformed, problem.text);
      }
    }
    if (name === 'TUNNEL_CLOSE') {
      const check = this.#tunnels.verify(field);
      factsOf(this.#bench, id).signature = check;
      if (check.state === 'invalid') this.#bench.messages.find(id, rules.signature, check.why);
    }
    if (name === 'TUNNEL_REQ') {
      const tunnel = this.#tunnels.request(field, direction, this.#bench.messages.frame(id));
      if (tunnel?.isUntried) factsOf(this.#bench, id).note = notUnwrapped;
      if (tunnel !== undefined) this.#carry(id, line, field, tunnel);
    }
    if (name === 'TUNNEL_DATA') {
      const tunnel = this.#tunnels.find(field);
      if (tunnel !== undefined) this.#carry(id, line, field, tunnel);
    }
  }

  #carry(id: number, { direction, pieces }: Line, field: Field, tunnel: Tunnel): void {
    const data = field.children?.find((child) => child.name === 'data');
    if (!(data?.value instanceof Uint8Array)) return;
    factsOf(this.#bench, id).belongsTo = tunnel;
    const { place, opened, first } = tunnel.carry(direction, data.value, slicePieces(pieces, data.start, data.end));
    if (opened === undefined) return;
    factsOf(this.#bench, id).tunnel = { ...place, tunnel };
    if (first === undefined) return;
    const { name } = direction === tunnel.requester ? tunnelCreate : tunnelCreateAck;
    const inner = this.#row({ direction, name, pieces: first.pieces, state: 'decoded', encrypted: true });
    Object.assign(factsOf(this.#bench, inner), { inner: first.bytes, belongsTo: tunnel });
  }
}

function frameOf({ pieces }: Line): number {
  return pieces.at(-1)?.frame ?? 0;
}

function firstOf({ pieces }: Line): number {
  return pieces[0]?.frame ?? 0;
}
