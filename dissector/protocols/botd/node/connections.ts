/** A node of botd on its connections: Init and Ack in clear, then encrypted frames, with a Ping every half minute. */
import { equalBytes, toHex, valuesOf } from '../../../bytes/index.ts';
import type { Encodable, FieldValues } from '../../../codec/index.ts';
import { secp256k1 } from '../../../crypto/index.ts';
import {
  advance,
  allowed,
  type Corruption,
  type Link,
  type LinkStatus,
  type NodeContext,
  type NodeSession,
  PendingBytes,
  StreamBuffer,
  wrongKeyOf,
} from '../../../protocol/index.ts';
import { type CipherCandidate, cipherChoice, keyChoice } from '../choices.ts';
import { checksumFits } from '../cleartext.ts';
import { soonest, window } from '../conformance.ts';
import { clearFrame, withLength } from '../frames.ts';
import { type Hello, readHello, verifyAck, verifyInit } from '../handshake.ts';
import { ephemeralLabel } from '../keys.ts';
import { keysOf, sharedPoint, signedInAck, signedInInit } from '../keyschedule.ts';
import { ownLimits } from '../limits.ts';
import { machine, type PeerState } from '../machine.ts';
import { clearHead, forms, lengthOf, sealedHead } from '../messages.ts';
import { shapeOf } from '../plaintext.ts';

/** Keys of the node itself; the recipient's stands in the Init that it sends. */
export interface LongTerm {
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly recipient: Uint8Array;
}

interface Connection {
  readonly isOpener: boolean;
  readonly ephemeral: Uint8Array;
  readonly buffer: StreamBuffer;
  state: PeerState;
  init: Hello | undefined;
  key: Uint8Array | undefined;
  /** Ping that has no Pong yet, and when the other side sent its last one (nanoseconds). */
  ping: string | undefined;
  heard: bigint | undefined;
  over: boolean;
}

const ID_BYTES = 16;
const protobuf = forms.find(({ name }) => name === 'protobuf')!;

export class BotdPeer implements NodeSession {
  readonly #context: NodeContext;
  readonly #keys: LongTerm;
  readonly #role: string | undefined;
  readonly #connections = new Map<number, Connection>();
  readonly #pending = new PendingBytes();

  constructor(context: NodeContext, keys: LongTerm, role: string | undefined) {
    this.#context = context;
    this.#keys = keys;
    this.#role = role;
  }

  opened(link: Link): void {
    const isOpener = this.#role === undefined ? link.dialled : this.#role === 'opener';
    const ephemeral = this.#secret();
    const before = { state: machine.start, init: undefined, key: undefined, ping: undefined, heard: undefined, over: false };
    this.#connections.set(link.id, { isOpener, ephemeral, buffer: new StreamBuffer(), ...before });
    this.#context.key(`${ephemeralLabel} ${toHex(ephemeral)}`);
    if (isOpener) this.#context.send(link.id, 'Init');
  }

  closed(link: number): void {
    this.#connections.delete(link);
    this.#pending.forget(link);
  }

  /** The specification has no farewell: the connection is closed. */
  shutdown(): void {}

  status(link: number): LinkStatus {
    const state = this.#connections.get(link)?.state ?? machine.start;
    return { state, doc: machine.states[state], ready: state === 'open' };
  }

  allowedMessages(link: number): readonly string[] {
    const connection = this.#connections.get(link);
    return connection === undefined ? [] : allowed(machine, connection.state, connection.isOpener ? 'opener' : 'answerer');
  }

  timer(link: number, name: string): void {
    const connection = this.#connections.get(link);
    if (connection === undefined || name !== 'ping') return;
    // "If it doesn't receive a corresponding pong MAY terminate the network connection."
    if (connection.ping !== undefined) return void this.#end(link, connection, `No Pong came in ${window} s.`);
    this.#context.send(link, 'Ping');
  }

  received(link: number, bytes: Uint8Array): void {
    const connection = this.#connections.get(link);
    if (connection === undefined || connection.over) return;
    const { buffer } = connection;
    buffer.append(bytes, 0, 0);
    while (!connection.over && buffer.length >= sealedHead) {
      const length = lengthOf(buffer.bytes);
      const [limit, most] =
        connection.state === 'open'
          ? ['frameLength', this.#context.limits.frameLength]
          : ['handshakeLength', valuesOf(ownLimits, this.#context.limits).handshakeLength];
      if (length > most)
        return void this.#end(link, connection, `A frame of ${length} bytes is over the limit ${limit} of ${most}.`);
      const size = length + (connection.state === 'open' ? sealedHead : clearHead);
      if (buffer.length < size) break;
      const frame = buffer.bytes.slice(0, size);
      buffer.take(size);
      if (connection.state === 'open') this.#sealed(link, connection, frame.subarray(sealedHead));
      else this.#clear(link, connection, frame);
    }
    if (connection.over) return;
    this.#pending.set(link, buffer.length);
    if (this.#pending.sum > this.#context.limits.pendingStream)
      this.#end(link, connection, 'Parts of frames on all connections are over the limit pendingStream.');
  }

  fill(link: number, message: string, given: FieldValues): FieldValues {
    const connection = this.#existing(link);
    const id = given.id ?? toHex(this.#context.random(ID_BYTES));
    const ephemeral_pubkey = secp256k1.publicOf(connection.ephemeral)!;
    const { secret, publicKey, recipient } = this.#keys;
    // A key that is missing is signed as none.
    const bytesOf = (value: Encodable | undefined): Uint8Array => (value instanceof Uint8Array ? value : new Uint8Array(0));
    switch (message) {
      case 'Init': {
        // Keys that are given are signed like its own: what is wrong about them is then they alone.
        const keys: FieldValues = { sender_pubkey: publicKey, recipient_pubkey: recipient, ephemeral_pubkey, ...given };
        const [own, theirs, e] = [keys.sender_pubkey, keys.recipient_pubkey, keys.ephemeral_pubkey].map(bytesOf);
        return { id, signature: secp256k1.sign(secret, signedInInit(own, theirs, e)!.digest), ...keys };
      }
      case 'Ack': {
        const { init } = connection;
        if (init === undefined) throw new Error('An Ack answers an Init, and none came.');
        const e = given.ephemeral_pubkey instanceof Uint8Array ? given.ephemeral_pubkey : ephemeral_pubkey;
        const signature = secp256k1.sign(
          secret,
          signedInAck({ recipient: bytesOf(init.recipient), sender: bytesOf(init.sender) }, e)!.digest,
        );
        return { id, init_id: init.id ?? '', ephemeral_pubkey, signature, ...given };
      }
      case 'Pong':
        return { id, ping_id: '', ...given };
      case 'Ping':
        return { id, ...given };
      default:
        return given;
    }
  }

  emit(link: number, message: string, values: FieldValues, { wrongKey = false }: Corruption): Uint8Array {
    const connection = this.#existing(link);
    const form = forms.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`botd has no message "${message}" that can be sent.`);
    const payload = form.encode(values);
    const isClear = message === 'Init' || message === 'Ack';
    if (!isClear && connection.key === undefined) throw new Error(`${message} is encrypted, and there is no key yet.`);
    const bytes = isClear ? clearFrame(payload) : this.#sealedFrame(connection.key!, payload, wrongKey);
    const was = connection.state;
    connection.state = advance(machine, was, message, connection.isOpener ? 'opener' : 'answerer') ?? was;
    if (message === 'Init') connection.init = readHello('Init', payload, 0, this.#context.limits);
    if (message === 'Ping') {
      connection.ping = String(values.id);
      this.#context.timer(link, 'ping', window * 1000);
    }
    if (was !== 'open' && connection.state === 'open') this.#context.timer(link, 'ping', window * 1000);
    return bytes;
  }

  #clear(link: number, connection: Connection, frame: Uint8Array): void {
    if (!checksumFits(frame)) this.#context.tell(link, 'The checksum of a frame is wrong; the frame is read all the same.', true);
    const hello = readHello(connection.isOpener ? 'Ack' : 'Init', frame.subarray(clearHead), 0, this.#context.limits);
    const { message, problem, missing, ephemeral } = hello;
    if (problem !== undefined || missing.length > 0 || ephemeral === undefined)
      return void this.#end(
        link,
        connection,
        `The ${message} cannot be read: ${problem?.text ?? (missing.join(', ') || 'no point')}.`,
      );
    const check = message === 'Init' ? verifyInit(hello) : verifyAck(hello, connection.init);
    // "MUST close the connection if the signature does not validate."
    if (check.state !== 'valid') return void this.#end(link, connection, `The ${message} is refused: ${check.why}.`);
    if (message === 'Ack' && hello.initId !== connection.init?.id)
      this.#context.tell(link, 'The init_id of the Ack is not the id of the Init.', true);
    if (message === 'Init' && !this.#isOwn(hello.recipient!))
      return void this.#end(
        link,
        connection,
        `The Init is for another node: this one's recipient_pubkey is ${toHex(this.#keys.publicKey)}.`,
      );
    connection.state =
      advance(machine, connection.state, message, connection.isOpener ? 'answerer' : 'opener') ?? connection.state;
    const point = sharedPoint(connection.ephemeral, ephemeral);
    connection.key = point && keysOf(point, this.#context.choices.of(keyChoice))[0]!.key;
    if (message === 'Ack') {
      this.#context.timer(link, 'ping', window * 1000);
      return;
    }
    connection.init = hello;
    this.#context.send(link, 'Ack');
  }

  /** A key may be written compressed or not: it is one point. */
  #isOwn(key: Uint8Array): boolean {
    const point = secp256k1.readPoint(key);
    return point !== undefined && equalBytes(point, this.#keys.publicKey);
  }

  #sealed(link: number, connection: Connection, encrypted: Uint8Array): void {
    const plaintext = connection.key === undefined ? undefined : this.#cipher.mode.open(connection.key, encrypted);
    if (plaintext === undefined)
      return void this.#context.tell(link, 'A frame does not open under the key of the session.', true);
    const shape = shapeOf(plaintext);
    if (shape.kind === 'pair' && shape.pingId === connection.ping) {
      connection.ping = undefined;
      return;
    }
    if (shape.kind === 'broken') this.#context.tell(link, `A frame is no protobuf: ${shape.problem.text}.`, true);
    // Two texts that answer no Ping are a message like any other.
    if (shape.kind === 'protobuf' || shape.kind === 'pair')
      this.#context.deliver(link, 'protobuf', protobuf.decode(plaintext, this.#context.limits).values);
    if (shape.kind !== 'Ping') return;
    const now = this.#context.clock();
    const since = connection.heard === undefined ? Number.POSITIVE_INFINITY : Number(now - connection.heard) / 1e9;
    connection.heard = now;
    // "SHOULD close the channel if it receives more than one ping from the same peer in the 30 second window."
    if (since < soonest) return void this.#end(link, connection, `A second Ping came after ${since.toFixed(1)} s.`);
    this.#context.send(link, 'Pong', { ping_id: shape.id });
  }

  #end(link: number, connection: Connection, why: string): void {
    connection.over = true;
    this.#context.tell(link, why, true);
    this.#context.close(link, why);
  }

  #sealedFrame(key: Uint8Array, payload: Uint8Array, wrongKey: boolean): Uint8Array {
    const { mode } = this.#cipher;
    const used = wrongKey ? wrongKeyOf(key) : key;
    return withLength(mode.seal(used, this.#context.random(mode.ivLength), payload)!);
  }

  get #cipher(): CipherCandidate {
    return this.#context.choices.of(cipherChoice)[0]!;
  }

  /** A scalar below the curve's order: one in 2^128 random ones is none. */
  #secret(): Uint8Array {
    for (;;) {
      const secret = this.#context.random(32);
      if (secp256k1.publicOf(secret) !== undefined) return secret;
    }
  }

  #existing(link: number): Connection {
    const connection = this.#connections.get(link);
    if (connection === undefined) throw new Error('The connection is closed.');
    return connection;
  }
}
