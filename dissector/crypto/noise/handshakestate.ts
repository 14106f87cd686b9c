import { concatBytes } from '@noble/hashes/utils.js';
import { tagLength } from './cipherfunctions.ts';
import type { CipherState } from './cipherstate.ts';
import type { DhToken, Role, Token } from './pattern.ts';
import type { NoiseProtocol } from './protocolname.ts';
import { SymmetricState } from './symmetricstate.ts';

/** The most bytes of a Noise message (The Noise Protocol Framework, section 3). */
export const maxMessageLength = 65_535;

/** What one side brings. Private and public keys have DHLEN bytes, pre-shared keys 32. */
export interface HandshakeKeys {
  /** The own static private key, where the pattern has one. */
  readonly s?: Uint8Array | undefined;
  /** The own ephemeral private key: random, and new for each handshake. A side that sends no `e` needs none. */
  readonly e?: Uint8Array | undefined;
  /** The other side's static public key, where the pattern has it known beforehand. */
  readonly rs?: Uint8Array | undefined;
  /** In the order of their use. */
  readonly psks?: readonly Uint8Array[] | undefined;
}

/** The ciphers after a handshake; in a one-way pattern only one of both is there. */
export interface TransportCiphers {
  readonly send: CipherState | undefined;
  readonly receive: CipherState | undefined;
}

/**
 * Begins a handshake as one of its sides; a sentence that names the key that is missing, of another length, or one too many.
 *
 * @example
 * const protocol = readProtocolName('Noise_XX_25519_ChaChaPoly_BLAKE2s');
 * const handshake = beginHandshake(protocol, 'initiator', { s, e: crypto.getRandomValues(new Uint8Array(32)) });
 */
export function beginHandshake(
  protocol: NoiseProtocol,
  role: Role,
  keys: HandshakeKeys,
  prologue: Uint8Array = new Uint8Array(0),
): HandshakeState | string {
  return unfit(protocol, role, keys) ?? new HandshakeState(protocol, role, keys, prologue);
}

function unfit({ pattern, dh }: NoiseProtocol, role: Role, { s, e, rs, psks = [] }: HandshakeKeys): string | undefined {
  const sends = (token: Token) => pattern.messages.some(({ sender, tokens }) => sender === role && tokens.includes(token));
  const needed = [
    ['s, the static private key', s, sends('s') || pattern.preMessages.includes(role)],
    ['e, the ephemeral private key', e, sends('e')],
    ["rs, the other side's static public key", rs, pattern.preMessages.some((side) => side !== role)],
  ] as const;
  for (const [name, key, isNeeded] of needed) {
    if (key === undefined && isNeeded) return `${pattern.name} needs ${name}`;
    if (key !== undefined && key.length !== dh.dhLength) return `${name}, has ${key.length} bytes, not ${dh.dhLength}`;
  }
  if (psks.length !== pattern.psks) return `${pattern.name} takes ${pattern.psks} pre-shared keys, not ${psks.length}`;
  const psk = psks.find(({ length }) => length !== 32);
  return psk && `a pre-shared key has ${psk.length} bytes, not 32`;
}

/** HandshakeState (section 5.3): one side of a handshake. */
export class HandshakeState {
  readonly protocol: NoiseProtocol;
  readonly role: Role;
  readonly #keys: HandshakeKeys;
  #symmetric: SymmetricState;
  /** The other side's public keys. */
  #remote: { readonly e?: Uint8Array | undefined; readonly s?: Uint8Array | undefined };
  #next = 0;
  #psks = 0;

  /** For `beginHandshake`, which checks the keys. */
  constructor(protocol: NoiseProtocol, role: Role, keys: HandshakeKeys, prologue: Uint8Array) {
    this.protocol = protocol;
    this.role = role;
    this.#keys = keys;
    this.#remote = { s: keys.rs };
    this.#symmetric = new SymmetricState(protocol);
    this.#symmetric.mixHash(prologue);
    for (const side of protocol.pattern.preMessages) this.#symmetric.mixHash(side === role ? this.#public('s') : keys.rs!);
  }

  /** Every message of the pattern was written or read. */
  get isComplete(): boolean {
    return this.#next === this.protocol.pattern.messages.length;
  }

  /** The next message is this side's to write. */
  get isTurn(): boolean {
    return this.protocol.pattern.messages[this.#next]?.sender === this.role;
  }

  /** The hash of all that both sides know by now; of a complete handshake, the one to bind to a channel (section 11.2). */
  get h(): Uint8Array {
    return this.#symmetric.h;
  }

  /** The other side's static public key, once it is known. */
  get rs(): Uint8Array | undefined {
    return this.#remote.s;
  }

  /** WriteMessage. Throws out of turn, and for a payload that makes the message longer than 65535 bytes. */
  writeMessage(payload: Uint8Array = new Uint8Array(0)): Uint8Array {
    const message = this.protocol.pattern.messages[this.#next];
    if (message?.sender !== this.role) throw new Error('It is not this side that sends the next message of the handshake.');
    const symmetric = this.#symmetric.copy();
    let psks = this.#psks;
    const parts: Uint8Array[] = [];
    for (const token of message.tokens) {
      if (token === 'e') {
        const e = this.#public('e');
        parts.push(e);
        this.#mixEphemeral(symmetric, e);
      } else if (token === 's') parts.push(symmetric.encryptAndHash(this.#public('s')));
      else if (token === 'psk') symmetric.mixKeyAndHash(this.#keys.psks![psks++]!);
      else symmetric.mixKey(this.#dh(token, this.#remote));
    }
    const bytes = concatBytes(...parts, symmetric.encryptAndHash(payload));
    if (bytes.length > maxMessageLength) throw new RangeError(`A Noise message has at most ${maxMessageLength} bytes.`);
    this.#symmetric = symmetric;
    this.#psks = psks;
    this.#next++;
    return bytes;
  }

  /**
   * ReadMessage: the payload, or a sentence that says why the message was refused; the handshake then stands as before it. Throws
   * out of turn.
   */
  readMessage(bytes: Uint8Array): Uint8Array | string {
    const message = this.protocol.pattern.messages[this.#next];
    if (message === undefined || message.sender === this.role) {
      throw new Error('It is not the other side that sends the next message of the handshake.');
    }
    if (bytes.length > maxMessageLength) return `a Noise message has at most ${maxMessageLength} bytes, this one ${bytes.length}`;
    const symmetric = this.#symmetric.copy();
    const remote = { ...this.#remote };
    let psks = this.#psks;
    let at = 0;
    const { dhLength } = this.protocol.dh;
    for (const token of message.tokens) {
      if (token === 'e' || token === 's') {
        const length = dhLength + (token === 's' && symmetric.hasKey ? tagLength : 0);
        // A copy: the key is kept, and the bytes are the caller's.
        const part = bytes.slice(at, at + length);
        at += length;
        if (part.length < length) return `the message has ${bytes.length} bytes and ends within its ${token}`;
        const key = token === 'e' ? part : symmetric.decryptAndHash(part);
        if (key === undefined) return 'the tag of its static public key does not verify';
        if (token === 'e') this.#mixEphemeral(symmetric, key);
        remote[token] = key;
      } else if (token === 'psk') symmetric.mixKeyAndHash(this.#keys.psks![psks++]!);
      else symmetric.mixKey(this.#dh(token, remote));
    }
    const payload = symmetric.decryptAndHash(bytes.subarray(at));
    if (payload === undefined) return 'the tag of its payload does not verify';
    this.#symmetric = symmetric;
    this.#remote = remote;
    this.#psks = psks;
    this.#next++;
    return payload;
  }

  /** Split, of a complete handshake; throws before. Each call gives ciphers that count from 0. */
  split(): TransportCiphers {
    if (!this.isComplete) throw new Error('The handshake is not complete.');
    const [first, second] = this.#symmetric.split();
    const back = this.protocol.pattern.isOneWay ? undefined : second;
    return this.role === 'initiator' ? { send: first, receive: back } : { send: back, receive: first };
  }

  /** Section 9.2: with pre-shared keys, an ephemeral goes into the key as well, so that no two messages have the same one. */
  #mixEphemeral(symmetric: SymmetricState, e: Uint8Array): void {
    symmetric.mixHash(e);
    if (this.protocol.pattern.psks > 0) symmetric.mixKey(e);
  }

  #public(key: 'e' | 's'): Uint8Array {
    return this.protocol.dh.publicOf(this.#keys[key]!);
  }

  #dh(token: DhToken, remote: { readonly e?: Uint8Array | undefined; readonly s?: Uint8Array | undefined }): Uint8Array {
    const [initiator, responder] = [...token] as ['e' | 's', 'e' | 's'];
    const [own, other] = this.role === 'initiator' ? [initiator, responder] : [responder, initiator];
    return this.protocol.dh.dh(this.#keys[own]!, remote[other]!);
  }
}
