import type { Check, Value } from '../bytes/index.ts';
import type { Derivation, Direction, DissectorTables, Key, KeyKind, KeyRing, Rule, TableEntry } from '../protocol/index.ts';
import { type Declared, notDeclared } from './declared.ts';
import { Handshake } from './handshake.ts';
import { type HandshakeOptions, HandshakeReader } from './handshakereader.ts';
import { KeyLookups } from './keylookups.ts';
import { publicKeysOf } from './keysearch.ts';
import type { Layer } from './layer.ts';
import { type MuxOptions, mux } from './mux.ts';
import { type NoiseOptions, NoiseReader } from './noise.ts';
import type { ReadMessage } from './readmessage.ts';
import { type Decrypted, type Decryption, decryptField, sealedRange } from './sealedfield.ts';
import type { SessionTable } from './sessiontable.ts';
import { type Place, type Reading, Stage } from './stage.ts';

/** What a conversation and all that is inside of it have together. */
export interface Shared {
  readonly ring: KeyRing;
  readonly lookups: KeyLookups;
  readonly stages: Place[];
  readonly sessions: SessionTable;
  readonly tables: DissectorTables;
  readonly declared: Declared;
}

/** What a protocol reads of the payload of others. */
export interface CarriedReader {
  readonly declared: Declared;
  readonly conversation: (talk: Talk) => Reading;
}

/** A conversation, or a stream inside of one, in the hands of its author. Methods that read are called with `yield*`. */
export class Talk {
  readonly #stage: Place;
  readonly #shared: Shared;

  constructor(stage: Place, shared: Shared) {
    this.#stage = stage;
    this.#shared = shared;
    shared.stages.push(stage);
  }

  /** Sessions by what their messages carry, for all conversations of the capture. */
  get sessions(): SessionTable {
    return this.#shared.sessions;
  }

  /** The next message: of one direction, or of whichever sends it first. Throws a TypeError for a layer of a stream that is no struct. */
  *read(layer: Layer, direction?: Direction): Reading<ReadMessage> {
    if (this.#stage instanceof Stage && !layer.isDelimited)
      throw new TypeError(`The layer ${layer.id} is no struct: nothing tells where its messages end.`);
    return yield { stage: this.#stage, layer, direction };
  }

  /** The next message of each side, in whatever order they come; by direction. */
  *pair(layer: Layer): Reading<readonly [ReadMessage, ReadMessage]> {
    const first = yield* this.read(layer);
    const second = yield* this.read(layer, first.$.direction === 0 ? 1 : 0);
    return first.$.direction === 0 ? [first, second] : [second, first];
  }

  /** Reads a Noise handshake; `inner` is the conversation that its transport messages hold. Without its keys that never begins. */
  *noise(
    layer: Layer & { readonly field: string },
    name: string,
    options: NoiseOptions,
  ): Reading<{
    readonly inner: Talk;
    readonly payloads: readonly [ReadMessage | undefined, ReadMessage | undefined];
    readonly statics: readonly [Uint8Array | undefined, Uint8Array | undefined];
  }> {
    this.#checkLabels(options.keys);
    const { inner, ...rest } = yield* new NoiseReader(this.#stream('noise'), layer, name, options, this.#shared.ring).read();
    return { ...rest, inner: new Talk(inner, this.#shared) };
  }

  /** From here on frames of a multiplexer, each stream read by `follow`. The conversation goes on behind it without waiting. */
  mux(layer: Layer, options: MuxOptions, follow: (stream: Talk, first: ReadMessage) => Reading): void {
    mux(this.#stream('mux'), layer, options, (stage, first) => follow(new Talk(stage, this.#shared), first));
  }

  /**
   * Lets the protocol go on that registered for a value in a dissector table (its `carriedIn`). False, and nothing is read, where none
   * did.
   */
  *handOver(table: string, value: NonNullable<TableEntry['value']>): Reading<boolean> {
    const reader = this.#shared.tables.find(table, value)?.reader as CarriedReader | undefined;
    if (reader === undefined) return false;
    const { declared } = reader;
    const lookups = new KeyLookups(this.#shared.ring, declared, this.#stage.sink.limits);
    yield* reader.conversation(new Talk(this.#stage, { ...this.#shared, lookups, declared }));
    return true;
  }

  /** A Noise handshake of which no message has come yet, for messages that may be lost or late: each is given to its `read`. */
  handshake(name: string, options: HandshakeOptions): Handshake {
    this.#checkLabels(options.keys);
    return new Handshake(new HandshakeReader(this.#stage.sink, name, options, this.#shared.ring));
  }

  /** Static public keys that the key log knows: of the private keys of the label `s`, and those of `rs`. */
  publicKeys(keys: HandshakeOptions['keys']): readonly Uint8Array[] {
    return publicKeysOf(this.#shared.ring, keys);
  }

  /** A message is encrypted, and why nothing decrypts it, a sentence each. */
  seal({ $ }: ReadMessage, missing: readonly string[]): void {
    this.#stage.sink.seal($.row, missing, this.#shared.lookups.tried());
  }

  /**
   * Keys of the key log: those that belong to a public value, in hex, or all of a kind in the order they were given. Throws a TypeError
   * for a kind that the definition does not declare.
   */
  keys<Secret>(kind: KeyKind<Secret>, index?: string): readonly Key<Secret>[];
  keys(kind: string, index?: string): readonly Key[];
  keys(kind: KeyKind | string, index?: string): readonly Key[] {
    return this.#shared.lookups.find(kind, index);
  }

  /**
   * Decrypts a field of a message, and shows what it holds as a layer inside of it. Undefined where the tag does not verify, or where no
   * key of the kind `key` opens it: the row says so. Budget of keys that are tried: `trialBytes`. Throws a TypeError for a field that the
   * layer does not have.
   */
  decrypt(message: ReadMessage, field: string, decryption: Decryption): Decrypted | undefined {
    const { sink } = this.#stage;
    const { lookups } = this.#shared;
    const { key: kind, open, how, to } = decryption;
    const sent = message.$.bytes.subarray(...sealedRange(message, field, to));
    const attempt = { field, how, length: sent.length };
    if (kind === undefined) {
      const openKnown = (bytes: Uint8Array) => open(bytes, noSecret);
      const opens = openKnown(sent) !== undefined;
      return decryptField(
        sink,
        message,
        field,
        { ...decryption, open: openKnown },
        lookups.tried({ ...attempt, opens: () => opens }),
      );
    }
    const opens = ({ secret }: Key) => secret instanceof Uint8Array && open(sent, secret) !== undefined;
    const keys = lookups.find(kind);
    const tried = lookups.tried({ ...attempt, opens });
    const fitting = keys.find((key) => {
      if (!sink.budget.mayTry(key.origin, sent.length) || !opens(key)) return false;
      sink.budget.opened(key.origin, sent.length);
      return true;
    });
    if (fitting === undefined) {
      const { label, doc } = lookups.kindOf(kind);
      sink.seal(message.$.row, [`${label}: ${doc}`], tried);
      return undefined;
    }
    const secret = fitting.secret as Uint8Array;
    return decryptField(sink, message, field, { ...decryption, open: (bytes) => open(bytes, secret) }, tried);
  }

  /** What both sides compute for a message: for its page of computed values, and only when that is looked at. */
  compute({ $ }: ReadMessage, derivations: () => readonly Derivation[]): void {
    const facts = this.#stage.sink.facts($.row);
    if (facts !== undefined) facts.computed = derivations;
  }

  /** A breach of a rule by a message. Throws a TypeError for a rule that the definition does not declare: nobody could look it up. */
  find(rule: Rule, { $ }: ReadMessage, text: string, others: readonly ReadMessage[] = []): void {
    const { id, rules } = this.#shared.declared;
    if (!rules.includes(rule))
      throw new TypeError(
        notDeclared(
          id,
          'rules',
          rule?.id,
          rules.map((each) => each.id),
        ),
      );
    const frames = others.map((each) => each.$.frame);
    this.#stage.sink.find(rule, $.row, text, frames);
  }

  /** The verdict on a field of a message: a signature, a checksum. */
  check({ $ }: ReadMessage, field: string, check: Check): void {
    $.shown.checks ??= new Map();
    $.shown.checks.set(field, check);
  }

  /** A value that is computed for a message, one of the `treeFields` of its layer. */
  note({ $ }: ReadMessage, name: string, value: Value): void {
    $.shown.notes ??= new Map();
    $.shown.notes.set(name, value);
  }

  /** Throws a TypeError for a label that is none of the definition's: no line of a key log would be read under it. */
  #checkLabels(keys: HandshakeOptions['keys']): void {
    for (const label of Object.values(keys) as readonly (string | undefined)[])
      if (label !== undefined) this.#shared.lookups.kindOf(label);
  }

  /** Throws a TypeError where there are datagrams. */
  #stream(method: string): Stage {
    if (this.#stage instanceof Stage) return this.#stage;
    throw new TypeError(`"${method}" reads a stream, and these are datagrams.`);
  }
}

const noSecret = new Uint8Array(0);
