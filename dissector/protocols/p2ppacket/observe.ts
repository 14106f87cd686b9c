import { bytesIn, type Piece, toHex, valuesOf } from '../../bytes/index.ts';
import { sealedLength } from '../../crypto/index.ts';
import type {
  Conversation,
  ConversationObserver,
  Direction,
  Observer,
  ObserverContext,
  Rule,
  State,
} from '../../protocol/index.ts';
import { dataForm } from './choices.ts';
import { factsOf } from './conformance/channels.ts';
import { Nodes } from './conformance/nodes.ts';
import { Questions } from './conformance/questions.ts';
import type { Facts } from './facts.ts';
import { Handshake, type Packet } from './handshake.ts';
import { ownLimits } from './limits.ts';
import {
  cookieLength,
  entryTypes,
  headLength,
  helloLength,
  type Layouts,
  layoutsOf,
  longest,
  names,
  packetTypes,
  type TypeName,
  unknownName,
  version,
} from './messages.ts';
import { type Entry, type ParsedData, parseData } from './parse.ts';
import { rules } from './rules.ts';
import type { Session } from './session.ts';

export function observe(context: ObserverContext<Facts, Session>): Observer {
  const nodes = new Nodes(context);
  const layouts = layoutsOf(context.choices.names(packetTypes), context.choices.names(entryTypes));
  const all: Peers[] = [];
  const proven: Session[] = [];
  return {
    conversation(conversation) {
      const peers = new Peers(context, conversation, nodes, layouts, proven);
      all.push(peers);
      return peers;
    },
    end() {
      for (const peers of all) peers.end();
      nodes.settle();
    },
  };
}

const exactLength: Readonly<Record<Exclude<TypeName, 'data'>, number>> = {
  hello: helloLength,
  hello_retry: cookieLength,
  ping: cookieLength,
};
/** Pings that wait for their answer, and data packets that wait to know whether they are sealed. */
const mostPings = 64;
const mostHeld = 1024;

/** Numbers that a session reaches slowly: two of 32 bits that both are small are no ciphertext. */
const plausible = 0x1_0000;

/** Whether an entry shows by itself that the packet is not sealed, whatever follows it. */
function isPlausible({ sequence, ack }: Entry): boolean {
  return sequence < plausible && ack < plausible;
}

/** The first pass over two endpoints. */
class Peers implements ConversationObserver {
  readonly #context: ObserverContext<Facts, Session>;
  readonly #conversation: Conversation;
  readonly #nodes: Nodes;
  readonly #layouts: Layouts;
  readonly #handshake: Handshake;
  readonly #questions: Questions;
  readonly #pings = new Map<string, number>();
  /** Data that neither parses nor opens, of sessions that are not settled. */
  #held: { packet: Packet; session: Session; parsed: ParsedData }[] = [];

  /** Sessions of all conversations whose key is proven, the newest last. */
  readonly #proven: Session[];
  /** Data packets that no session of another conversation has opened. */
  #strange = 0;

  constructor(
    context: ObserverContext<Facts, Session>,
    conversation: Conversation,
    nodes: Nodes,
    layouts: Layouts,
    proven: Session[],
  ) {
    this.#context = context;
    this.#proven = proven;
    this.#conversation = conversation;
    this.#nodes = nodes;
    this.#layouts = layouts;
    this.#handshake = new Handshake(context, nodes, conversation.endpoints, layouts);
    this.#questions = new Questions(context);
    nodes.meet(conversation.endpoints[0], conversation.endpoints[1]);
  }

  datagram(direction: Direction, bytes: Uint8Array, frame: number, cut: number, pieces?: readonly Piece[]): void {
    const name = bytes.length < headLength || bytes[0] !== version ? undefined : this.#layouts.typeOf(bytes[1]!);
    const id = this.#context.messages.add({
      conversation: this.#conversation.id,
      direction,
      frame,
      name: names.indexOf(name ?? unknownName),
      state: cut > 0 ? 'incomplete' : 'decoded',
      encrypted: false,
      ...(pieces === undefined ? {} : { pieces }),
    });
    this.#questions.pass(id);
    if (cut > 0) this.#find(id, rules.incomplete, `${cut} bytes of the datagram were not captured`);
    else if (name === undefined) this.#unknown(id, bytes);
    else this.#known({ id, direction, bytes }, name);
  }

  /** The capture has ended. */
  end(): void {
    this.#handshake.channels.settle();
  }

  #unknown(id: number, bytes: Uint8Array): void {
    if (bytes.length < headLength)
      this.#malformed(id, rules.length, `a packet has a head of ${headLength} bytes, the datagram has ${bytes.length}`);
    else if (bytes[0] !== version) this.#malformed(id, rules.version, `the version is ${bytes[0]}, the document knows 1`);
    else this.#malformed(id, rules.unknownType, `type ${bytes[1]} is none of the document's packets`);
  }

  #known(packet: Packet, name: TypeName): void {
    const { id, bytes } = packet;
    if (bytes.length > longest)
      this.#malformed(id, rules.length, `a packet has at most ${longest} bytes, this one ${bytes.length}`);
    if (name === 'data') {
      this.#data(packet);
      return;
    }
    const length = exactLength[name];
    if (bytes.length !== length) {
      this.#malformed(id, rules.length, `${name} has exactly ${length} bytes with its head, the datagram has ${bytes.length}`);
      return;
    }
    const { field: payload, problem } = this.#layouts.payload[name](bytes, 0, headLength, bytes.length, this.#context.limits);
    // Its length is right: only a limit can be in the way.
    if (problem !== undefined) {
      this.#malformed(id, rules.malformed, problem.text);
      return;
    }
    if (name === 'hello') {
      this.#handshake.hello(packet, payload);
      const signed = this.#nodes.hello(bytes.subarray(0, headLength), payload, this.#conversation.endpoints[packet.direction]);
      Object.assign(factsOf(this.#context, id), signed);
      if (signed.signature.state === 'invalid') this.#find(id, rules.signature, signed.signature.why);
    } else if (name === 'hello_retry') this.#handshake.retry(packet, payload);
    else {
      this.#handshake.other(packet, 'ping');
      this.#ping(packet, toHex(bytesIn(payload, 'cookie')!));
    }
  }

  /** The answer repeats the cookie; a ping without one is no breach: it punches a hole. */
  #ping({ id, direction }: Packet, cookie: string): void {
    const asked = this.#pings.get(`${1 - direction} ${cookie}`);
    if (asked !== undefined) {
      this.#pings.delete(`${1 - direction} ${cookie}`);
      factsOf(this.#context, id).answers = this.#context.messages.frame(asked);
      factsOf(this.#context, asked).answered_in = this.#context.messages.frame(id);
      return;
    }
    this.#pings.set(`${direction} ${cookie}`, id);
    if (this.#pings.size > mostPings) this.#pings.delete(this.#pings.keys().next().value!);
  }

  #data(packet: Packet): void {
    const { id, bytes } = packet;
    const session = this.#handshake.other(packet, 'data');
    const { choices, messages } = this.#context;
    const forms = choices.of(dataForm).map((one) => one.id);
    if (session.form === undefined && forms.length === 1) session.form = forms[0] as Session['form'];
    const parsed = parseData(this.#layouts, bytes, headLength);
    if (session.form === 'sealed') {
      const plaintext = this.#open(packet, session);
      messages.setEncrypted(id);
      if (plaintext !== undefined) this.#entries(packet, parseData(this.#layouts, plaintext, 0));
      else if (session.how !== '')
        this.#malformed(id, rules.malformed, 'the tag does not open under the proven key of its session');
      else if (bytes.length - headLength < sealedLength) this.#malformed(id, rules.malformed, 'too short for a nonce and a tag');
      else this.#stays(id, session);
      return;
    }
    if (session.form === 'plain' || parsed.breaches.length === 0 || parsed.entries.some(isPlausible)) {
      if (session.form === undefined) this.#settle(session, 'plain');
      this.#entries(packet, parsed);
      return;
    }
    const opened = this.#open(packet, session);
    if (opened !== undefined) {
      this.#settle(session, 'sealed');
      messages.setEncrypted(id);
      this.#entries(packet, parseData(this.#layouts, opened, 0));
    } else if (bytes.length - headLength >= sealedLength) {
      this.#stays(id, session);
      messages.setEncrypted(id);
      if (this.#held.length < mostHeld) this.#held.push({ packet: { ...packet, bytes: bytes.slice() }, session, parsed });
    } else this.#entries(packet, parsed);
  }

  /** Opens sealed data: under its session, or under one of another conversation that has moved here (NAT rebinding). */
  #open({ id, bytes }: Packet, session: Session): Uint8Array | undefined {
    const { keys, limits } = this.#context;
    const wasProven = session.key !== undefined;
    const own = session.open(bytes, keys, limits);
    if (own !== undefined && !wasProven) this.#proven.push(session);
    const { movedDataSessions, movedDataPackets } = valuesOf(ownLimits, limits);
    // Hellos of its own say which session it is.
    if (own !== undefined || wasProven || session.initiator !== undefined || this.#strange >= movedDataPackets) return own;
    for (const other of this.#proven.slice(Math.max(0, this.#proven.length - movedDataSessions)).reverse()) {
      const plaintext = session.takeOver(other, bytes);
      if (plaintext === undefined) continue;
      factsOf(this.#context, id).note =
        `Its session began in frame ${other.frame}, in another conversation: an address or port has changed since.`;
      return plaintext;
    }
    this.#strange++;
    return undefined;
  }

  /** No key opens it; where not all were tried, that is said. */
  #stays(id: number, { untried }: Session): void {
    this.#context.messages.setState(id, 'encrypted');
    if (untried !== undefined) factsOf(this.#context, id).note = untried;
  }

  /** A session's data is known to be plain or sealed: what waited for that was malformed. */
  #settle(session: Session, form: 'plain' | 'sealed'): void {
    session.form = form;
    const waiting = this.#held.filter((one) => one.session === session);
    this.#held = this.#held.filter((one) => one.session !== session);
    for (const { packet, parsed } of waiting) {
      if (form === 'plain') {
        this.#context.messages.setEncrypted(packet.id, false);
        for (const { rule, text } of parsed.breaches) this.#malformed(packet.id, rule, text);
      } else this.#malformed(packet.id, rules.malformed, 'the tag does not open under the proven key of its session');
    }
  }

  #entries({ id, direction }: Packet, { entries, begun, breaches }: ParsedData): void {
    for (const { rule, text } of breaches) this.#malformed(id, rule, text);
    const fresh = this.#handshake.channels.see(id, direction, entries);
    if (begun !== undefined) this.#handshake.channels.begun(direction, begun);
    const { endpoints } = this.#conversation;
    this.#questions.see(id, direction, fresh);
    this.#nodes.see(id, fresh, endpoints[direction], endpoints[direction === 0 ? 1 : 0]);
  }

  #malformed(id: number, rule: Rule, text: string): void {
    this.#context.messages.setState(id, 'malformed' satisfies State);
    this.#find(id, rule, text);
  }

  #find(id: number, rule: Rule, text: string): void {
    this.#context.messages.addFinding(id, rule, text);
  }
}
