import { equalBytes } from '../../bytes/index.ts';
import { tagLength } from './cipherfunctions.ts';
import type { CipherState } from './cipherstate.ts';
import type { MessagePattern, Role, Token } from './pattern.ts';
import type { NoiseProtocol } from './protocolname.ts';
import { type Clause, clauseOf, type Secret, sufficientSets } from './secrets.ts';
import { SymmetricState } from './symmetricstate.ts';

/** What is known of one side: any of its keys, of DHLEN bytes. */
export interface KnownKeys {
  /** Its static private key. */
  readonly s?: Uint8Array | undefined;
  /** Its ephemeral private key. */
  readonly e?: Uint8Array | undefined;
  /** Its static public key; only needed where it does not travel, and its private key is not known. */
  readonly sPublic?: Uint8Array | undefined;
}

/** What a reader of someone else's handshake holds. */
export interface KnownSecrets {
  readonly initiator?: KnownKeys | undefined;
  readonly responder?: KnownKeys | undefined;
  /** Of 32 bytes, in the order of their use; undefined for one that is not known. */
  readonly psks?: readonly (Uint8Array | undefined)[] | undefined;
}

/** A part of a message as far as it can be read. */
export type Part =
  /** It travelled in clear. */
  | { readonly state: 'clear'; readonly bytes: Uint8Array }
  | { readonly state: 'opened'; readonly sent: Uint8Array; readonly bytes: Uint8Array }
  /** Any one of the sets of `missing`, added to what is known, opens it. */
  | { readonly state: 'closed'; readonly sent: Uint8Array; readonly missing: readonly (readonly Secret[])[] }
  /** All keys are there, and it does not open. */
  | { readonly state: 'failed'; readonly sent: Uint8Array; readonly why: string };

export interface ReadMessage {
  readonly sender: Role;
  /** The ephemeral public key that it brings. */
  readonly e?: Uint8Array;
  /** The static public key that it brings. */
  readonly s?: Part;
  /** undefined where the message ends too soon. */
  readonly payload?: Part;
  /** `h` after the message; undefined where a secret that goes into it is missing, or does not fit. */
  readonly h?: Uint8Array;
  /** Why it is no message of this pattern; nothing after it is read. */
  readonly problem?: string;
}

export interface ReadHandshake {
  /** As many as were recorded, and not more than the pattern has. */
  readonly messages: readonly ReadMessage[];
  /**
   * The ciphers after the handshake, by who sends, from nonce 0; in a one-way pattern the responder's is undefined. Undefined
   * altogether when a message or a secret is missing, or does not fit.
   */
  readonly transport: Readonly<Record<Role, CipherState | undefined>> | undefined;
  /** Any one of these sets gives the transport keys of a whole handshake; one empty set when nothing is missing. */
  readonly missing: readonly (readonly Secret[])[];
  /** Secrets that were given and are not those of this handshake: another length, or another public key. They are not used. */
  readonly unfit: readonly Secret[];
}

/**
 * Reads a handshake between two others, from its first message on, with the secrets that are known: every payload and static public
 * key that they open, and for each of the others which further secrets would. Never throws for bytes or keys.
 *
 * @example
 * const { messages, transport } = readHandshake(protocol, recorded, { responder: { s, e } });
 * const { payload } = messages[0];
 * if (payload?.state === 'closed') console.log(`needs ${secretsInWords(payload.missing)}`);
 * transport?.initiator?.decryptWithAd(new Uint8Array(0), firstTransportMessage);
 */
export function readHandshake(
  protocol: NoiseProtocol,
  recorded: readonly Uint8Array[],
  known: KnownSecrets,
  prologue: Uint8Array = new Uint8Array(0),
): ReadHandshake {
  return new Reader(protocol, known, prologue).read(recorded);
}

/** The state after the last prologue of each protocol: a capture may hold a million handshakes, and they begin alike. */
const begun = new WeakMap<NoiseProtocol, { readonly prologue: Uint8Array; readonly state: SymmetricState }>();

function begin(protocol: NoiseProtocol, prologue: Uint8Array): SymmetricState {
  const known = begun.get(protocol);
  if (known !== undefined && equalBytes(known.prologue, prologue)) return known.state.copy();
  const state = new SymmetricState(protocol);
  state.mixHash(prologue);
  begun.set(protocol, { prologue: prologue.slice(), state });
  return state.copy();
}

class Reader {
  readonly #protocol: NoiseProtocol;
  readonly #symmetric: SymmetricState;
  readonly #known = new Map<Secret, Uint8Array>();
  readonly #unfit: Secret[] = [];
  readonly #publics = new Map<`${Role}.${'s' | 'e'}`, Uint8Array>();
  /** What is not known and went into the key: from then on nothing opens. */
  readonly #unmet: Clause[] = [];
  /** Parts are sealed, whether the key is known or not. */
  #isSealed = false;
  /** A secret that is not known went into `h`. */
  #isHashLost = false;
  #failure: string | undefined;
  #psks = 0;

  constructor(protocol: NoiseProtocol, known: KnownSecrets, prologue: Uint8Array) {
    this.#protocol = protocol;
    this.#symmetric = begin(protocol, prologue);
    for (const role of ['initiator', 'responder'] as const) {
      this.#give(`${role}.s`, known[role]?.s, protocol.dh.dhLength);
      this.#give(`${role}.e`, known[role]?.e, protocol.dh.dhLength);
      this.#give(`${role}.s.public`, known[role]?.sPublic, protocol.dh.dhLength);
    }
    for (const [at, psk] of (known.psks ?? []).entries()) this.#give(`psk${at + 1}`, psk, 32);
    for (const role of protocol.pattern.preMessages) this.#preMessage(role);
  }

  read(recorded: readonly Uint8Array[]): ReadHandshake {
    const { pattern } = this.#protocol;
    const messages: ReadMessage[] = [];
    for (const [at, message] of pattern.messages.entries()) {
      const bytes = recorded[at];
      // What the rest of the handshake needs is named all the same.
      if (bytes === undefined || messages.at(-1)?.problem !== undefined) this.#follow(message.tokens);
      else messages.push(this.#message(message, bytes, at + 1));
    }
    const isWhole = messages.length === pattern.messages.length && messages.every(({ problem }) => problem === undefined);
    const isKnown = isWhole && this.#unmet.length === 0 && this.#failure === undefined;
    const [initiator, responder] = isKnown ? this.#symmetric.split() : [];
    return {
      messages,
      transport: initiator && { initiator, responder: pattern.isOneWay ? undefined : responder },
      missing: sufficientSets(this.#unmet),
      unfit: this.#unfit,
    };
  }

  #give(name: Secret, secret: Uint8Array | undefined, length: number): void {
    if (secret === undefined) return;
    if (secret.length === length) this.#known.set(name, secret);
    else this.#unfit.push(name);
  }

  /** A static public key that both sides had beforehand. */
  #preMessage(role: Role): void {
    const own = this.#known.get(`${role}.s`);
    const given = this.#known.get(`${role}.s.public`);
    const key = given ?? (own && this.#protocol.dh.publicOf(own));
    if (key === undefined) {
      this.#isHashLost = true;
      this.#unmet.push([`${role}.s.public`, `${role}.s`]);
      return;
    }
    this.#symmetric.mixHash(key);
    this.#learn(`${role}.s`, key);
  }

  /** A public key became known: a private key that yields another one is not of this handshake. */
  #learn(name: `${Role}.${'s' | 'e'}`, key: Uint8Array): void {
    this.#publics.set(name, key);
    const own = this.#known.get(name);
    if (own !== undefined && !equalBytes(this.#protocol.dh.publicOf(own), key)) this.#refuse(name);
    const given = name.endsWith('.s') ? this.#known.get(`${name}.public` as Secret) : undefined;
    if (given !== undefined && !equalBytes(given, key)) this.#refuse(`${name}.public` as Secret);
  }

  #refuse(name: Secret): void {
    this.#known.delete(name);
    this.#unfit.push(name);
  }

  #message({ sender, tokens }: MessagePattern, bytes: Uint8Array, number: number): ReadMessage {
    const { dhLength } = this.#protocol.dh;
    const read: { e?: Uint8Array; s?: Part } = {};
    let at = 0;
    for (const [index, token] of tokens.entries()) {
      if (token !== 'e' && token !== 's') {
        if (token === 'psk') this.#mixPsk();
        else this.#mixDh(clauseOf(token));
        continue;
      }
      const length = dhLength + (token === 's' && this.#isSealed ? tagLength : 0);
      if (bytes.length < at + length) {
        this.#follow(tokens.slice(index));
        return { sender, ...read, problem: `message ${number} has ${bytes.length} bytes and ends within its ${token}` };
      }
      const part = bytes.subarray(at, at + length);
      at += length;
      if (token === 'e') {
        read.e = part;
        this.#mixEphemeral(part);
        this.#learn(`${sender}.e`, part);
      } else {
        const s = this.#part(part, `the static public key of message ${number}`);
        read.s = s;
        if (s.state === 'clear' || s.state === 'opened') this.#learn(`${sender}.s`, s.bytes);
      }
    }
    const rest = bytes.subarray(at);
    if (this.#isSealed && rest.length < tagLength) {
      return { sender, ...read, problem: `message ${number} has ${bytes.length} bytes and ends within the tag of its payload` };
    }
    const payload = this.#part(rest, `the payload of message ${number}`);
    return { sender, ...read, payload, ...(this.#isHashLost || this.#failure !== undefined ? {} : { h: this.#symmetric.h }) };
  }

  /** A message of which there are no bytes: what its keys need. */
  #follow(tokens: readonly Token[]): void {
    for (const token of tokens) {
      if (token === 'psk') this.#mixPsk();
      else if (token !== 'e' && token !== 's') this.#need(clauseOf(token));
    }
  }

  #part(sent: Uint8Array, name: string): Part {
    if (!this.#isSealed) {
      this.#symmetric.mixHash(sent);
      return { state: 'clear', bytes: sent };
    }
    if (this.#failure !== undefined || this.#unmet.length > 0) {
      if (!this.#isHashLost) this.#symmetric.mixHash(sent);
      if (this.#failure !== undefined) return { state: 'failed', sent, why: this.#failure };
      return { state: 'closed', sent, missing: sufficientSets(this.#unmet) };
    }
    const bytes = this.#symmetric.decryptAndHash(sent);
    if (bytes !== undefined) return { state: 'opened', sent, bytes };
    this.#failure = `the tag of ${name} does not verify: a key, the prologue or a byte is not that of this handshake`;
    return { state: 'failed', sent, why: this.#failure };
  }

  #mixEphemeral(e: Uint8Array): void {
    if (this.#protocol.pattern.psks > 0) this.#isSealed = true;
    // Nothing depends any more on a hash that a missing secret went into.
    if (this.#isHashLost) return;
    this.#symmetric.mixHash(e);
    if (this.#protocol.pattern.psks > 0) this.#symmetric.mixKey(e);
  }

  #mixPsk(): void {
    this.#isSealed = true;
    const name: Secret = `psk${++this.#psks}`;
    const psk = this.#known.get(name);
    if (psk === undefined) this.#unmet.push([name]);
    if (psk === undefined || this.#unmet.length > 0) this.#isHashLost = true;
    else this.#symmetric.mixKeyAndHash(psk);
  }

  #need(clause: Clause): boolean {
    if (clause.some((secret) => this.#known.has(secret))) return true;
    this.#unmet.push(clause);
    return false;
  }

  #mixDh(clause: Clause): void {
    this.#isSealed = true;
    if (!this.#need(clause) || this.#unmet.length > 0) return;
    const [initiator, responder] = clause as [`${Role}.${'s' | 'e'}`, `${Role}.${'s' | 'e'}`];
    const isInitiators = this.#known.has(initiator);
    const own = this.#known.get(isInitiators ? initiator : responder)!;
    // Absent only after a static public key that did not open: nothing depends on it any more.
    const other = this.#publics.get(isInitiators ? responder : initiator);
    if (other !== undefined) this.#symmetric.mixKey(this.#protocol.dh.dh(own, other));
  }
}
