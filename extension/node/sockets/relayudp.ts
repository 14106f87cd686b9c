import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Address, Link } from '../../../dissector/protocol/index.ts';
import { ownAddress, unmapped } from './address.ts';
import type { RelayPort, RelayPortEvents } from './relayport.ts';
import { lostPort, SocketFailure, socketReason } from './socketsentences.ts';

/** Bytes that the system is asked to keep for a busy relay. */
const RECEIVE_BUFFER = 4 << 20;
/** Bytes of datagrams that wait in this process to be sent; what comes on top is lost, as in a full network. */
const SEND_QUEUE = 8 << 20;
/** Datagrams of an address that wait until its socket to the forward address is there. */
const MOST_EARLY = 16;
/** How long sockets that are being closed may take to send what was written. */
const FAREWELL_MS = 2000;

/** An address that datagrams came from, with its own socket to the forward address. */
interface Flow {
  readonly client: Link;
  readonly forward: Socket;
  server: Link | undefined;
  early: Uint8Array[];
  /** That nothing listens there is told once, until something comes. */
  hasFailed: boolean;
}

/** UDP sockets of one relay: each address that it hears from is another port towards the forward address, as behind a NAT (RFC 4787). */
export class RelayUdpPort implements RelayPort {
  readonly #socket: Socket;
  readonly #target: Address;
  readonly #events: RelayPortEvents;
  readonly #flows = new Map<string, Flow>();
  /** By the ids of both links. */
  readonly #byLink = new Map<number, Flow>();
  readonly local: Address;
  /** Datagrams that the system has not taken yet. */
  #onTheirWay = 0;
  #isClosed = false;
  #isEnding = false;

  private constructor(socket: Socket, target: Address, events: RelayPortEvents) {
    this.#socket = socket;
    this.#target = target;
    this.#events = events;
    const { address: ip, port } = socket.address();
    this.local = { ip, port };
    socket.on('message', (bytes, from) => this.#came(bytes, { ip: unmapped(from.address), port: from.port }));
    socket.on('error', (error) => events.told(socketReason(error, this.local), true));
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  /** Throws a SocketFailure. */
  static async open(at: Address, target: Address, events: RelayPortEvents): Promise<RelayUdpPort> {
    const socket = socketFor(at);
    try {
      socket.bind(at.port, at.ip);
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw new SocketFailure(socketReason(error, at));
    }
    return new RelayUdpPort(socket, target, events);
  }

  get lost(): string | undefined {
    return this.#isClosed && !this.#isEnding ? lostPort(this.local) : undefined;
  }

  write(link: Link, bytes: Uint8Array): boolean {
    const flow = this.#byLink.get(link.id);
    const socket = link.dialled ? flow?.forward : this.#socket;
    if (flow === undefined || socket === undefined || this.#isClosed || socket.getSendQueueSize() > SEND_QUEUE) return false;
    const sent = (error: Error | null): void => {
      this.#onTheirWay--;
      if (error !== null) this.#failed(flow, error, link.remote);
    };
    this.#onTheirWay++;
    if (link.dialled) socket.send(bytes, sent);
    else socket.send(bytes, link.remote.port, link.remote.ip, sent);
    return true;
  }

  finish(): void {}

  read(): void {}

  close({ id, dialled, remote }: Link): void {
    const flow = this.#byLink.get(id);
    this.#byLink.delete(id);
    if (flow === undefined) return;
    if (!dialled) this.#flows.delete(key(remote));
    // One that never reached the forward address has no link of its own to be closed by.
    if (dialled || flow.server === undefined) this.#released(flow.forward);
  }

  async end(): Promise<void> {
    this.#isEnding ||= !this.#isClosed;
    // What was handed over is on its way before the socket is closed.
    for (const end = Date.now() + FAREWELL_MS; this.#onTheirWay > 0 && !this.#isClosed && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 1));
    for (const { forward } of this.#flows.values()) forward.close();
    this.#flows.clear();
    this.#byLink.clear();
    if (!this.#isClosed) this.#socket.close();
  }

  #came(bytes: Uint8Array, remote: Address): void {
    if (this.#isEnding) return;
    const flow = this.#flows.get(key(remote)) ?? this.#opened(remote);
    if (flow === undefined) return;
    if (flow.server !== undefined) this.#events.received(flow.client.id, plain(bytes));
    else if (flow.early.length < MOST_EARLY) flow.early.push(plain(bytes));
  }

  #opened(remote: Address): Flow | undefined {
    const { ip, port } = this.local;
    const forward = socketFor(this.#target);
    let flow: Flow | undefined;
    const client = this.#events.opened(remote, { ip: ownAddress(ip, remote.ip), port }, (link) => {
      flow = { client: link, forward, server: undefined, early: [], hasFailed: false };
      this.#flows.set(key(remote), flow);
      this.#byLink.set(link.id, flow);
    });
    if (client === undefined || flow === undefined) {
      forward.close();
      return undefined;
    }
    this.#dial(flow);
    return flow;
  }

  #dial(flow: Flow): void {
    const { forward } = flow;
    forward.on('error', (error) => this.#failed(flow, error, this.#target));
    forward.on('message', (datagram) => {
      flow.hasFailed = false;
      if (flow.server !== undefined) this.#events.received(flow.server.id, plain(datagram));
    });
    forward.once('connect', () => this.#connected(flow));
    forward.connect(this.#target.port, this.#target.ip);
  }

  #connected(flow: Flow): void {
    const { address: ip, port } = flow.forward.address();
    const server = this.#events.forwarded(flow.client.id, this.#target, { ip, port }, (link) => {
      flow.server = link;
      this.#byLink.set(link.id, flow);
    });
    if (server === undefined) return void this.#released(flow.forward);
    for (const bytes of flow.early.splice(0)) this.#events.received(flow.client.id, bytes);
  }

  #failed(flow: Flow, error: Error, at: Address): void {
    if (flow.server === undefined) this.#events.unreached(flow.client.id, socketReason(error, at));
    if (!flow.hasFailed) this.#events.told(socketReason(error, at), true);
    flow.hasFailed = true;
  }

  /** What was handed over is on its way first. */
  #released(socket: Socket): void {
    socket.removeAllListeners('message');
    setImmediate(() => {
      try {
        socket.close();
      } catch {
        // It was closed with all the others.
      }
    });
  }
}

function socketFor({ ip }: Address): Socket {
  return createSocket({ type: isIP(ip) === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
}

function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function key({ ip, port }: Address): string {
  return `${ip} ${port}`;
}
