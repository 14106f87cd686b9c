import { type Check, toHex } from '../../../bytes/index.ts';
import type { Encodable, FieldValues, MessageForm } from '../../../codec/index.ts';
import { type SigningKey, signatureDigest } from '../../../crypto/index.ts';
import { advance, type Corruption, ReplayWindow, wrongKeyOf } from '../../../protocol/index.ts';
import { bindingPurpose, checkClaim } from '../claim.ts';
import {
  type ExchangeKeys,
  exchange,
  hashMessage2,
  keysOf,
  nn,
  openMessage2,
  readMessage1,
  sealMessage2,
} from '../keyschedule.ts';
import { machine, type SessionState } from '../machine.ts';
import { closingCounter, ephemeralLength, firstData, forms, helloParts, type Name, sealedParts } from '../messages.ts';

/** Bytes of a message in clear: header, `e` where there is one, payload. */
type Bytes = Uint8Array;

/** A RespHello that opens: anyone who saw the InitHello can make one, so it counts only once its claim is checked. */
export interface OpenedRespHello {
  /** As it stands in clear. */
  readonly clear: Bytes;
  readonly h2: Uint8Array;
  readonly keys: ExchangeKeys;
}

/** One session as one of its two sides lives it. */
export class PeerSession {
  readonly isInitiator: boolean;
  readonly #private: Uint8Array;
  readonly e: Uint8Array;
  /** Its minute is over: it counts no more. */
  isOver = false;
  state: SessionState = machine.start;
  /** The other side's DER key, claimed in its first message and proven in its last of the handshake. */
  remote: Uint8Array | undefined;
  /** InitHello as it stood on the wire, and the handshake after it. */
  hello: Bytes | undefined;
  #h1: Uint8Array | undefined;
  #h2: Uint8Array | undefined;
  /** Keys of the own direction and of the other one. */
  #send: Uint8Array | undefined;
  #receive: Uint8Array | undefined;
  #next = firstData;
  readonly #window = new ReplayWindow();
  /** The responder's ephemeral, when this is the initiator, and the other way round. */
  #theirs: Uint8Array | undefined;
  /** The RespHello that was accepted, as it stood on the wire: no other one is answered. */
  accepted: Bytes | undefined;
  /** What answers a handshake message that comes again. */
  answer: FieldValues | undefined;
  tries = 0;

  constructor(isInitiator: boolean, ephemeral: Uint8Array) {
    this.isInitiator = isInitiator;
    this.#private = ephemeral;
    this.e = nn.dh.publicOf(ephemeral);
  }

  get direction(): 0 | 1 {
    return this.isInitiator ? 0 : 1;
  }

  /** The name of the timer at whose end it is over. */
  get lifeTimer(): string {
    return `over ${toHex(this.e)}`;
  }

  /** The other side's claim was accepted and data may be sent. */
  get ready(): boolean {
    return (
      !this.isOver &&
      this.#send !== undefined &&
      ['init_done', 'complete', 'initiator_closed', 'responder_closed'].includes(this.state)
    );
  }

  takeCounter(): number {
    return this.#next++;
  }

  /** The bytes of a message in clear. Where it cannot be made, the counter that it took is the next one's. Throws as the form does. */
  encoded({ encode }: Pick<MessageForm, 'encode'>, values: FieldValues): Bytes {
    try {
      return encode(values);
    } catch (error) {
      if (values.counter === this.#next - 1) this.#next--;
      throw error;
    }
  }

  /** The machine goes on with a message of this side or the other; one that it does not allow leaves the state. */
  advance(name: Name, own: boolean): void {
    const by = own === this.isInitiator ? 'opener' : 'answerer';
    this.state = advance(machine, this.state, name, by) ?? this.state;
  }

  /** The handshake hash that this side's claim in a message covers. */
  signed(name: 'RespHello' | 'InitDone'): Uint8Array {
    const hash = name === 'RespHello' ? this.#h1 : this.#h2;
    if (hash === undefined) throw new Error(`${name} signs the handshake so far, and there is none yet.`);
    return hash;
  }

  claim(key: SigningKey, name: 'RespHello' | 'InitDone'): { [name: string]: Encodable } {
    return { key_x509: key.spki, sig: key.sign(signatureDigest(bindingPurpose, this.signed(name))) };
  }

  /** InitHello is on the wire, sent or received. */
  opened(message: Bytes): void {
    const { e, rest: payload } = helloParts(message);
    this.hello = message;
    this.#h1 = readMessage1(e, payload).h;
    if (!this.isInitiator) this.#theirs = e;
  }

  /** RespHello for the wire; throws where no InitHello came, or one of low order. */
  seal2(message: Bytes, { wrongKey = false }: Corruption): Bytes {
    const { e, rest: payload } = helloParts(message);
    const made = this.#theirs === undefined ? undefined : exchange(this.#private, this.#theirs);
    if (this.#h1 === undefined || made === undefined) throw new Error('RespHello answers an InitHello, and none came.');
    const keys = wrongKey ? keysOf(wrongKeyOf(made.ee)) : made;
    const { ciphertext, h } = sealMessage2(this.#h1, e, payload, keys);
    this.#h2 = h;
    this.#receive = keys.i2r;
    this.#send = keys.r2i;
    return Uint8Array.from([...message.subarray(0, message.length - payload.length), ...ciphertext]);
  }

  /** Undefined when it does not open. The session stays as it is. */
  open2(message: Bytes): OpenedRespHello | undefined {
    const { e, rest: ciphertext } = helloParts(message);
    const keys = e.length < ephemeralLength ? undefined : exchange(this.#private, e);
    if (this.#h1 === undefined || keys === undefined) return undefined;
    const message2 = hashMessage2(this.#h1, e, ciphertext);
    const payload = openMessage2(message2, ciphertext, keys);
    if (payload === undefined) return undefined;
    const head = message.subarray(0, message.length - ciphertext.length);
    return { clear: Uint8Array.from([...head, ...payload]), h2: message2.h, keys };
  }

  /** The session goes on with the keys of a RespHello. */
  accept2(message: Bytes, { h2, keys }: OpenedRespHello): void {
    this.accepted = message.slice();
    this.#h2 = h2;
    this.#send = keys.i2r;
    this.#receive = keys.r2i;
  }

  /** InitDone, data or closing for the wire; throws before there are keys. */
  seal(message: Bytes, counter: number, { wrongKey = false }: Corruption): Bytes {
    if (this.#send === undefined) throw new Error('The session has no keys yet: its handshake is not done.');
    const { header, ciphertext: plaintext } = sealedParts(message);
    const key = wrongKey ? wrongKeyOf(this.#send) : this.#send;
    // The counter of a closing is the last there is, and data may be wanted after it all the same.
    if (counter >= firstData && counter >= this.#next && counter < closingCounter) this.#next = counter + 1;
    return Uint8Array.from([...header, ...nn.cipher.encrypt(key, counter, header, plaintext)]);
  }

  /** The plaintext of a sealed message; `again` when its counter was opened before. */
  open(message: Bytes, counter: number): Bytes | 'again' | undefined {
    if (this.#receive === undefined || this.isOver) return undefined;
    const { header, ciphertext } = sealedParts(message);
    const plaintext = nn.cipher.decrypt(this.#receive, counter, header, ciphertext);
    if (plaintext === undefined || counter < firstData) return plaintext;
    return this.#window.accept(counter) === 'new' ? plaintext : 'again';
  }

  check(name: 'RespHello' | 'InitDone', claim: FieldValues | undefined): Check {
    return checkClaim(bytesOf(claim?.key_x509), bytesOf(claim?.sig), bindingPurpose, this.signed(name));
  }
}

/** Fields of a message; undefined for bytes that are not one. */
export function decoded(name: Name, message: Uint8Array): FieldValues | undefined {
  const { values, problem } = forms.find((form) => form.name === name)!.decode(message);
  return problem === undefined ? values : undefined;
}

export function claimOf(values: FieldValues | undefined): FieldValues | undefined {
  return (values?.payload as FieldValues | undefined)?.auth_claim as FieldValues | undefined;
}

export function bytesOf(value: Encodable | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
