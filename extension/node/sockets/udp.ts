import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Address, Link } from '../../../dissector/protocol/index.ts';
import { ownAddress, unmapped } from './address.ts';
import type { Port, PortEvents } from './port.ts';
import { lostPort, SocketFailure, socketReason } from './socketsentences.ts';

/** Bytes that the system is asked to keep for a busy node. */
const RECEIVE_BUFFER = 4 << 20;
/** Bytes of datagrams that wait in this process to be sent; what comes on top is lost, as in a full network. */
const SEND_QUEUE = 8 << 20;
/** How long a socket that is being closed may take to send what was written. */
const FAREWELL_MS = 2000;

/** One UDP socket with all the addresses that it talks with. */
export class UdpPort implements Port {
  readonly #socket: Socket;
  readonly #events: PortEvents;
  readonly local: Address;
  /** Datagrams that the system has not taken yet. */
  #onTheirWay = 0;
  #isClosed = false;
  #isEnding = false;

  private constructor(socket: Socket, events: PortEvents) {
    this.#socket = socket;
    this.#events = events;
    const { address: ip, port } = socket.address();
    this.local = { ip, port };
    socket.on('message', (bytes, from) => this.#received(bytes, { ip: unmapped(from.address), port: from.port }));
    socket.on('error', (error) => events.told(socketReason(error, this.local), true));
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  /** Throws a SocketFailure. */
  static async open(at: Address, events: PortEvents): Promise<UdpPort> {
    const socket = createSocket({ type: isIP(at.ip) === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
    try {
      socket.bind(at.port, at.ip);
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw new SocketFailure(socketReason(error, at));
    }
    return new UdpPort(socket, events);
  }

  get lost(): string | undefined {
    return this.#isClosed && !this.#isEnding ? lostPort(this.local) : undefined;
  }

  dial(remote: Address): void {
    this.#link(remote, true);
  }

  reach(remote: Address): Address | undefined {
    if (isIP(remote.ip) !== isIP(this.local.ip) || remote.port === 0) return undefined;
    return this.#own(remote);
  }

  write(link: Link, bytes: Uint8Array): boolean {
    if (this.#isClosed || this.#socket.getSendQueueSize() > SEND_QUEUE) return false;
    const { ip, port } = link.remote;
    this.#onTheirWay++;
    this.#socket.send(bytes, port, ip, (error) => {
      this.#onTheirWay--;
      if (error !== null) this.#events.told(socketReason(error, link.remote), true);
    });
    return true;
  }

  close(): void {}

  async end(): Promise<void> {
    this.#isEnding ||= !this.#isClosed;
    // What was handed over is on its way before the socket is closed.
    for (const end = Date.now() + FAREWELL_MS; this.#onTheirWay > 0 && !this.#isClosed && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 1));
    if (!this.#isClosed) this.#socket.close();
  }

  #received(bytes: Uint8Array, remote: Address): void {
    const link = this.#link(remote, false);
    if (link !== undefined) this.#events.received(link.id, bytes);
  }

  #link(remote: Address, dialled: boolean): Link | undefined {
    return this.#events.known(remote) ?? this.#events.opened(remote, this.#own(remote), dialled);
  }

  #own(remote: Address): Address {
    const { ip, port } = this.local;
    return { ip: ownAddress(ip, remote.ip), port };
  }
}
