import { type Field, slicePieces } from '../bytes/index.ts';
import { noise as framework } from '../crypto/index.ts';
import type { Derivation, KeyRing, TriedKey } from '../protocol/index.ts';
import { addContent } from './content.ts';
import { handshakeDerivations } from './handshakederivations.ts';
import { HandshakeSession } from './handshakesession.ts';
import { handshakeTrials } from './handshaketrials.ts';
import { KeySearch, type NoiseKeyOptions } from './keysearch.ts';
import type { Layer } from './layer.ts';
import type { ReadMessage } from './readmessage.ts';
import type { MessageSink } from './sink.ts';

/** How a conversation uses Noise (The Noise Protocol Framework, revision 34). */
export interface HandshakeOptions extends NoiseKeyOptions {
  /** The layer that payloads of the handshake are. */
  readonly payload?: Layer;
}

/** A message of a handshake, and where the Noise message lies in it. */
interface Recorded {
  readonly message: ReadMessage;
  readonly range: readonly [start: number, end: number];
}

/** A handshake up to a message. */
interface Before {
  readonly recorded: readonly Recorded[];
  readonly search: KeySearch;
  readonly payloads: (ReadMessage | undefined)[];
  readonly session: HandshakeSession;
}

/** What a handshake has given. All else can be read again: a capture may hold a million handshakes. */
interface Known {
  readonly transport: framework.ReadHandshake['transport'];
  readonly initiator: Uint8Array | undefined;
  readonly responder: Uint8Array | undefined;
  readonly missing: readonly string[];
}

/** Adds what was read to the tree of a message. */
export type ShowKeys = (layer: Field, e: Uint8Array | undefined, s: framework.Part | undefined) => void;

/** Their patterns are the same for all handshakes of one name. */
const protocols = new Map<string, framework.NoiseProtocol>();

/** Throws a TypeError for a name that is none of a Noise protocol. */
function protocolOf(name: string): framework.NoiseProtocol {
  const known = protocols.get(name);
  if (known !== undefined) return known;
  const protocol = framework.readProtocolName(name);
  if (typeof protocol === 'string') throw new TypeError(protocol);
  protocols.set(name, protocol);
  return protocol;
}

/** A recorded handshake, message by message: says in the row of each what of it could be read, and which keys are missing. */
export class HandshakeReader {
  readonly protocol: framework.NoiseProtocol;
  readonly sink: MessageSink;
  readonly #options: HandshakeOptions;
  readonly #ring: KeyRing;
  readonly #search: KeySearch;
  readonly #show: ShowKeys | undefined;
  readonly #recorded: readonly Recorded[];
  readonly #payloads: (ReadMessage | undefined)[];
  /** What its messages are steps of; undefined before the first of them. */
  readonly session: HandshakeSession | undefined;
  #known: Known = { transport: undefined, initiator: undefined, responder: undefined, missing: [] };

  /** Throws a TypeError for a name that is none of a Noise protocol. */
  constructor(sink: MessageSink, name: string, options: HandshakeOptions, ring: KeyRing, show?: ShowKeys, from?: Before) {
    this.protocol = protocolOf(name);
    this.sink = sink;
    this.#options = options;
    this.#ring = ring;
    this.#show = show;
    this.#search = from?.search ?? new KeySearch(this.protocol, options, ring, sink.search, sink.budget);
    this.#recorded = from?.recorded ?? [];
    this.#payloads = from?.payloads ?? [];
    this.session = from?.session;
  }

  /** The ciphers after the handshake; undefined where a message or a key is missing, or does not fit. */
  get transport(): framework.ReadHandshake['transport'] {
    return this.#known.transport;
  }

  /** Which keys would give the transport ciphers, a sentence each. */
  get missing(): readonly string[] {
    return this.#known.missing;
  }

  /** Why there are no transport ciphers, a sentence each. */
  get notOpen(): readonly string[] {
    const { messages } = this.protocol.pattern;
    if (this.length < messages.length) return [`message ${this.length + 1} of the handshake is not in the capture`];
    return this.missing.length > 0 ? this.missing : ['the handshake before it cannot be read'];
  }

  /** Messages that were read. */
  get length(): number {
    return this.#recorded.length;
  }

  /**
   * The handshake with the next message of the pattern. Limit `openSessions` for those of all conversations that no key opens: undefined
   * beyond it.
   */
  with(message: ReadMessage, range: readonly [start: number, end: number]): HandshakeReader | undefined {
    const before = {
      recorded: [...this.#recorded, { message, range }],
      search: this.#search.copy(),
      payloads: [...this.#payloads],
      session: this.session ?? new HandshakeSession(this.protocol, ++this.sink.handshakes.sessions, this.sink.handshakes),
    };
    const next = new HandshakeReader(this.sink, this.protocol.name, this.#options, this.#ring, this.#show, before);
    return next.#readAll(this.length === 0) ? next : undefined;
  }

  /** False for a first message that opens nothing, where there are too many of these. */
  #readAll(isFirst: boolean): boolean {
    const read = this.#search.read(this.#recorded.map(({ message, range }) => message.$.bytes.subarray(...range)));
    const [initiator, responder] = [this.#search.staticOf(read, 'initiator'), this.#search.staticOf(read, 'responder')];
    const opens = read.messages.some(({ s, payload }) => s?.state === 'opened' || payload?.state === 'opened');
    if (isFirst && !opens && !this.sink.mayHandshake()) return false;
    this.#known = { transport: read.transport, initiator, responder, missing: this.#sentences(read.missing) };
    read.messages.forEach((each, at) => void this.#tell(at, each));
    return true;
  }

  staticOf(role: framework.Role): Uint8Array | undefined {
    return this.#known[role];
  }

  /** The last payload of a side. */
  payloadOf(role: framework.Role): ReadMessage | undefined {
    return this.#payloads.findLast((each, at) => each !== undefined && this.protocol.pattern.messages[at]?.sender === role);
  }

  /** Sets of keys, any one of which opens what is closed, as one sentence. */
  #sentences(missing: readonly (readonly framework.Secret[])[]): readonly string[] {
    const { e, s, rs, psk } = this.#options.keys;
    const needed = new Set(missing.flat());
    if (needed.size === 0) return [];
    const labels = [
      ...(has(needed, /\.s$|\.s\.public$/) ? [s] : []),
      ...(has(needed, /\.e$/) ? [e] : []),
      ...(has(needed, /\.public$/) ? [rs] : []),
      ...(has(needed, /^psk/) ? [psk] : []),
    ].filter((label) => label !== undefined);
    const most = this.sink.limits.privateOperations;
    const cut = this.#search.isCut ? `; not every key was tried, at the limit privateOperations of ${most}` : '';
    const named = labels.length === 0 ? '' : `${labels.join(' or ')}: `;
    return this.sink.search.sentence(`${named}${framework.secretsInWords(missing)}${cut}`);
  }

  /** Whether each key goes into what the first `count` messages of the handshake are encrypted with; all of them for transport messages. */
  tried(ring: KeyRing, count = this.protocol.pattern.messages.length): readonly TriedKey[] {
    const read = { protocol: this.protocol, search: this.#search, staticOf: (role: framework.Role) => this.staticOf(role) };
    return handshakeTrials(read, this.#options.keys, ring, count, this.sink.limits);
  }

  /** What both sides compute for the message `at`, 0-based. */
  #derivations(at: number): readonly Derivation[] {
    const read = {
      ...{ protocol: this.protocol, search: this.#search, prologue: this.#options.prologue ?? new Uint8Array(0) },
      recorded: this.#recorded.map(({ message, range }) => message.$.bytes.subarray(...range)),
      staticOf: (role: framework.Role) => this.staticOf(role),
      words: (sets: readonly (readonly framework.Secret[])[]) => this.#sentences(sets).join(),
    };
    return handshakeDerivations(read, at);
  }

  /** Says in the row of a message what of it could be read. */
  #tell(at: number, { e, s, payload, problem }: framework.ReadMessage): void {
    const { message, range } = this.#recorded[at]!;
    const { row } = message.$;
    const { sink } = this;
    const facts = sink.facts(row);
    if (facts === undefined) return;
    const sealed = [s, payload].filter((part) => part !== undefined && part.state !== 'clear');
    const closed = sealed.filter((part) => part?.state === 'closed');
    const failed = [s, payload].find((part) => part?.state === 'failed');
    const why = problem ?? (failed?.state === 'failed' ? failed.why : undefined);
    if (why !== undefined) sink.setBroken(row, why, sealed.length > 0);
    else if (closed.length === 0) sink.setState(row, 'decoded', sealed.length > 0);
    else if (closed.length < sealed.length) sink.setPartEncrypted(row, 'decrypted');
    else sink.setState(row, 'encrypted', true);
    const [first] = closed;
    facts.missing = first?.state === 'closed' ? this.#sentences(first.missing) : [];
    facts.tried = sealed.length === 0 ? undefined : (ring) => this.tried(ring, at + 1);
    facts.stepping = {
      step: () => this.session!.handshakeStep(at, message.$.direction, why !== undefined),
      compute: () => this.#derivations(at),
    };
    const show = this.#show;
    if (show !== undefined) facts.complete = (field) => show(field, e, s);
    const isRead = payload?.state === 'clear' || payload?.state === 'opened';
    if (isRead && payload.bytes.length > 0 && this.#payloads[at] === undefined)
      this.#payloads[at] = this.#payload(at, message, range[1], payload);
  }

  /** Reads the payload of a handshake message, which is its end, as a layer inside of it. */
  #payload(
    at: number,
    { $ }: ReadMessage,
    end: number,
    payload: framework.Part & { readonly bytes: Uint8Array },
  ): ReadMessage | undefined {
    const { payload: layer } = this.#options;
    if (layer === undefined) return undefined;
    const sent = payload.state === 'opened' ? payload.sent : payload.bytes;
    const pieces = slicePieces($.pieces, end - sent.length, end);
    const plaintext = payload.bytes.slice();
    const how = `${this.protocol.name}, payload of message ${at + 1}`;
    const record = this.sink.derived.add({ pieces, open: () => plaintext, name: 'Decrypted', how });
    if (typeof record !== 'number') return undefined;
    return addContent(this.sink, $.direction, layer, plaintext, { carrier: $.row, record });
  }
}

function has(secrets: ReadonlySet<string>, pattern: RegExp): boolean {
  return [...secrets].some((secret) => pattern.test(secret));
}

/** The bytes of a field of a message, and where they lie. */
export function rangeOf({ $ }: ReadMessage, first: string, last = first): readonly [start: number, end: number] {
  return [$.ranges.get(first)?.[0] ?? 0, $.ranges.get(last)?.[1] ?? 0];
}
