/** A node of p2p on its connections: the handshake, keepalives, an empty node list, and DISCONNECT. */
import { concatBytes } from '@noble/hashes/utils.js';
import { type Field, valueIn } from '../../../bytes/index.ts';
import type { FieldValues } from '../../../codec/index.ts';
import { bitsOf, type DhPublicKey, dhInRange, integer, readDhPublicKey, writeDhPublicKey } from '../../../crypto/index.ts';
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
} from '../../../protocol/index.ts';
import { cipherChoice, keyChoice } from '../choices.ts';
import { keepaliveSeconds } from '../conformance.ts';
import { dhLabel } from '../keys.ts';
import { keyOf, publicValue, sharedSecret } from '../keyschedule.ts';
import { machine, type PeerState } from '../machine.ts';
import { forms, packetNamed, packetOf } from '../messages.ts';
import { refusalIn } from '../recognise.ts';
import { defaultsOf } from './defaults.ts';
import { delivered } from './delivered.ts';
import { RunningCipher } from './stream.ts';

export interface Group {
  readonly p: bigint;
  readonly g: bigint;
}

interface Connection {
  readonly isOutbound: boolean;
  /** Decrypted as far as there is a key. */
  readonly input: StreamBuffer;
  state: PeerState;
  /** The exponent of this side in the group of the HELLO, and the other side's public key. */
  exponent: bigint | undefined;
  group: Group | undefined;
  theirs: DhPublicKey | undefined;
  sending: RunningCipher | undefined;
  receiving: RunningCipher | undefined;
  /** What came before the first packet that decrypts, as it stood on the wire: a side that cannot use the key refuses in clear. */
  undecrypted: Uint8Array | undefined;
  over: boolean;
}

/** Bytes of HELLO_ACK's init_vector. */
const VECTOR = 16;
/** Bytes of a DISCONNECT: type, size and the longest reason. */
const longestRefusal = 2 + 255;
const KEEPALIVE_MS = keepaliveSeconds * 1000;

export class P2pPeer implements NodeSession {
  readonly #context: NodeContext;
  readonly #group: Group;
  readonly #role: string | undefined;
  readonly #connections = new Map<number, Connection>();
  readonly #pending = new PendingBytes();

  constructor(context: NodeContext, group: Group, role: string | undefined) {
    this.#context = context;
    this.#group = group;
    this.#role = role;
  }

  opened(link: Link): void {
    const isOutbound = this.#role === undefined ? link.dialled : this.#role === 'outbound';
    this.#connections.set(link.id, {
      ...{ isOutbound, input: new StreamBuffer(), state: machine.start, over: false },
      ...{
        exponent: undefined,
        group: undefined,
        theirs: undefined,
        sending: undefined,
        receiving: undefined,
        undecrypted: undefined,
      },
    });
    if (isOutbound) this.#context.send(link.id, 'HELLO');
  }

  closed(link: number): void {
    this.#connections.delete(link);
    this.#pending.forget(link);
  }

  shutdown(link: number): void {
    const connection = this.#connections.get(link);
    if (connection !== undefined && connection.state !== 'closed') this.#context.send(link, 'DISCONNECT', { reason: 'bye' });
  }

  status(link: number): LinkStatus {
    const state = this.#connections.get(link)?.state ?? machine.start;
    return { state, doc: machine.states[state], ready: state === 'open' };
  }

  allowedMessages(link: number): readonly string[] {
    const connection = this.#connections.get(link);
    if (connection === undefined) return [];
    // Packets inside a tunnel travel in TUNNEL_DATA.
    const names = allowed(machine, connection.state, connection.isOutbound ? 'opener' : 'answerer');
    return names.filter((name) => !name.startsWith('TUNNEL_CREATE'));
  }

  timer(link: number, name: string): void {
    const connection = this.#connections.get(link);
    if (connection?.state !== 'open') return;
    if (name === 'keepalive') this.#context.send(link, 'KEEP_ALIVE');
    else if (name === 'timeout') this.#drop(link, connection, 'timeout', `No KEEP_ALIVE came in ${keepaliveSeconds} s.`);
  }

  received(link: number, bytes: Uint8Array): void {
    const connection = this.#connections.get(link);
    if (connection === undefined || connection.over) return;
    const { input, receiving } = connection;
    if (connection.undecrypted !== undefined) this.#keep(connection, concatBytes(connection.undecrypted, bytes));
    input.append(receiving === undefined ? bytes : receiving.open(bytes), 0, 0);
    this.#read(link, connection);
    if (connection.over) return;
    this.#pending.set(link, input.length);
    if (this.#pending.sum > this.#context.limits.pendingStream)
      this.#drop(link, connection, 'limit', 'Parts of packets on all connections are over the limit pendingStream.');
  }

  fill(link: number, message: string, given: FieldValues): FieldValues {
    const connection = this.#existing(link);
    const packet = packetNamed(message);
    if (packet === undefined) throw new Error(`p2p has no message "${message}" that can be sent.`);
    const random = (length: number): Uint8Array => this.#context.random(length);
    const filled = (values: FieldValues): FieldValues => ({ type: packet.type, ...values, ...given });
    switch (message) {
      case 'HELLO': {
        const { p, g } = this.#group;
        return filled({
          a_peer_public_key: this.#ownKey(connection, this.#group),
          param_g: g.toString(16),
          param_p: p.toString(16),
        });
      }
      case 'HELLO_ACK': {
        if (connection.group === undefined) throw new Error('HELLO_ACK answers a HELLO, and none came.');
        return filled({ b_peer_public_key: this.#ownKey(connection, connection.group), init_vector: random(VECTOR) });
      }
      case 'FIN':
        return filled({ random_data: random(random(1)[0]!) });
      default:
        return filled(defaultsOf(message, random));
    }
  }

  emit(link: number, message: string, values: FieldValues, { wrongKey = false }: Corruption): Uint8Array {
    const connection = this.#existing(link);
    const form = forms.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`p2p has no message "${message}".`);
    const clear = form.encode(values);
    const { sending } = connection;
    const bytes = sending === undefined ? clear : sending.seal(clear, wrongKey);
    connection.state =
      advance(machine, connection.state, message, connection.isOutbound ? 'opener' : 'answerer') ?? connection.state;
    if (message === 'HELLO_ACK') this.#encrypt(link, connection, values.init_vector as Uint8Array);
    if (message === 'FIN_ACK') this.#context.timer(link, 'keepalive', KEEPALIVE_MS);
    if (message === 'KEEP_ALIVE' && !connection.isOutbound) this.#context.timer(link, 'timeout', KEEPALIVE_MS);
    return bytes;
  }

  #read(link: number, connection: Connection): void {
    const { input } = connection;
    while (!connection.over && input.length > 0) {
      const packet = packetOf(input.bytes[0]!);
      if (packet === undefined) return void this.#unreadable(link, connection, `No packet has the type ${input.bytes[0]}.`);
      // Whatever is not allowed ends the handshake, so nobody waits for the rest of it.
      if (connection.state !== 'open' && this.#next(connection, packet.name) === undefined)
        return void this.#unreadable(link, connection, `${packet.name} is not allowed in the state "${connection.state}".`);
      const { end, problem } = packet.decode(input.bytes, 0, 0, input.bytes.length, this.#context.limits);
      if (problem?.kind === 'incomplete') return;
      if (problem !== undefined)
        return void this.#unreadable(link, connection, `${packet.name} cannot be read: ${problem.text}.`);
      // Its fields are read after the buffer has moved on.
      const bytes = input.bytes.slice(0, end);
      const { field } = packet.decode(bytes, 0, 0, end, this.#context.limits);
      input.take(end);
      connection.undecrypted = undefined;
      this.#packet(link, connection, packet.name, field);
      if (connection.state === 'open' && delivered.includes(packet.name)) this.#deliver(link, packet.name, bytes);
    }
  }

  /** More than a DISCONNECT has is none. */
  #keep(connection: Connection, bytes: Uint8Array): void {
    connection.undecrypted = bytes.length > longestRefusal ? undefined : bytes;
  }

  /** Bytes that are no packet of the encrypted stream: they may be a DISCONNECT in clear, or its beginning. */
  #unreadable(link: number, connection: Connection, why: string): void {
    const { undecrypted } = connection;
    const refusal = undecrypted === undefined ? undefined : refusalIn(undecrypted);
    if (refusal === 'begun') return;
    if (undecrypted === undefined || refusal === undefined) return void this.#fail(link, connection, why);
    const reason = new TextDecoder().decode(undecrypted.subarray(2));
    this.#end(link, connection, `The other side disconnects in clear: ${JSON.stringify(reason)}.`, false);
  }

  #next({ state, isOutbound }: Connection, name: string): PeerState | undefined {
    return advance(machine, state, name, isOutbound ? 'answerer' : 'opener');
  }

  #packet(link: number, connection: Connection, name: string, field: Field): void {
    const next = this.#next(connection, name);
    if (next === undefined)
      return void this.#context.tell(link, `${name} is not allowed in the state "${connection.state}".`, true);
    connection.state = next;
    switch (name) {
      case 'HELLO':
        return void this.#hello(link, connection, field);
      case 'HELLO_ACK':
        return void this.#helloAck(link, connection, field);
      case 'FIN':
        return void this.#context.send(link, 'FIN_ACK');
      case 'KEEP_ALIVE':
        return void this.#keepAlive(link, connection);
      case 'NLIST_REQ':
        return void this.#context.send(link, 'NLIST_RES');
      case 'TUNNEL_REQ':
        return void this.#context.tell(link, 'The request for a tunnel is not answered: this node opens none.');
      case 'DISCONNECT':
        return void this.#end(
          link,
          connection,
          `The other side disconnects: ${JSON.stringify(valueIn(field, 'reason'))}.`,
          false,
        );
    }
  }

  #deliver(link: number, name: string, bytes: Uint8Array): void {
    const { values } = forms.find((form) => form.name === name)!.decode(bytes, this.#context.limits);
    this.#context.deliver(link, name, values);
  }

  #hello(link: number, connection: Connection, field: Field): void {
    const [p, g] = ['param_p', 'param_g'].map((name) => BigInt(`0x${valueIn(field, name) || '0'}`)) as [bigint, bigint];
    const key = this.#theirKey(link, connection, valueIn(field, 'a_peer_public_key'));
    if (key === undefined) return;
    if (key.p !== p || key.g !== g)
      return void this.#fail(link, connection, 'The parameters inside a_peer_public_key are not param_p and param_g.');
    connection.group = { p, g };
    connection.theirs = key;
    this.#context.send(link, 'HELLO_ACK');
  }

  #helloAck(link: number, connection: Connection, field: Field): void {
    const key = this.#theirKey(link, connection, valueIn(field, 'b_peer_public_key'));
    if (key === undefined) return;
    if (key.p !== connection.group?.p || key.g !== connection.group.g)
      return void this.#fail(link, connection, 'The parameters inside b_peer_public_key are not those of the HELLO.');
    connection.theirs = key;
    this.#encrypt(link, connection, valueIn(field, 'init_vector') as Uint8Array);
    if (!connection.over) this.#context.send(link, 'FIN');
  }

  #theirKey(link: number, connection: Connection, der: Field['value']): DhPublicKey | undefined {
    const key = readDhPublicKey(der instanceof Uint8Array ? der : new Uint8Array(0), this.#context.limits);
    const why = typeof key === 'string' ? key : dhInRange(key.y, key.p) ? undefined : 'the public key lies outside 2..p-2';
    if (why === undefined) return key as DhPublicKey;
    this.#fail(link, connection, `The other side's key cannot be used: ${why}.`);
    return undefined;
  }

  /** Both directions are encrypted from here on: what is there already is ciphertext. */
  #encrypt(link: number, connection: Connection, iv: Uint8Array): void {
    const { theirs, exponent, input } = connection;
    const z = theirs === undefined || exponent === undefined ? undefined : sharedSecret(theirs, exponent, this.#context.limits);
    const key = z && keyOf(z, this.#context.choices.of(keyChoice)[0]!)?.key;
    if (key === undefined) return void this.#fail(link, connection, 'The shared secret is too short for a key of 32 bytes.');
    const secret = { cipher: this.#context.choices.of(cipherChoice)[0]!.cipher, key, iv };
    connection.sending = new RunningCipher(secret);
    connection.receiving = new RunningCipher(secret);
    const rest = input.bytes.slice();
    this.#keep(connection, rest);
    input.take(rest.length);
    input.append(connection.receiving.open(rest), 0, 0);
  }

  /** "The inbound peer is responsible for sending initial keepalives"; the other side answers. */
  #keepAlive(link: number, connection: Connection): void {
    if (connection.isOutbound) return void this.#context.send(link, 'KEEP_ALIVE');
    this.#context.timer(link, 'timeout', undefined);
    this.#context.timer(link, 'keepalive', KEEPALIVE_MS);
  }

  /** The DER of this side's public key; its exponent is drawn once. */
  #ownKey(connection: Connection, group: Group): Uint8Array {
    if (connection.exponent === undefined) {
      connection.exponent = integer(this.#context.random(Math.ceil(bitsOf(group.p) / 8)));
      connection.group = group;
      this.#context.key(`${dhLabel} ${connection.exponent.toString(16)}`);
    }
    return writeDhPublicKey({ ...group, y: publicValue(group, connection.exponent, this.#context.limits)! });
  }

  #fail(link: number, connection: Connection, why: string): void {
    this.#drop(link, connection, connection.state === 'open' ? 'malformed packet' : 'failed handshake', why);
  }

  #drop(link: number, connection: Connection, reason: string, why: string): void {
    this.#context.send(link, 'DISCONNECT', { reason });
    this.#end(link, connection, why, true);
  }

  #end(link: number, connection: Connection, why: string, grave: boolean): void {
    connection.over = true;
    this.#context.tell(link, why, grave);
    this.#context.close(link, why);
  }

  #existing(link: number): Connection {
    const connection = this.#connections.get(link);
    if (connection === undefined) throw new Error('The connection is closed.');
    return connection;
  }
}
