import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Address } from '../../../dissector/protocol/index.ts';
import { ownAddress, unmapped } from './address.ts';
import { lostPort, SocketFailure, socketReason } from './socketsentences.ts';

/** Bytes that the system is asked to keep for a busy port. */
const RECEIVE_BUFFER = 4 << 20;
/** Bytes of datagrams that wait in this process to be sent; what comes on top is lost, as in a full network. */
const SEND_QUEUE = 8 << 20;
/** How long sockets that are being closed may take to send what was written. */
const FAREWELL_MS = 2000;

export interface DatagramEvents {
  /** The bytes belong to the socket: they are read before this returns, or copied. */
  received(bytes: Uint8Array, remote: Address): void;
  /** The socket reports an error, in a sentence. */
  failed(text: string): void;
}

/** A socket for addresses of the family of `ip`, not bound yet. */
export function datagramSocket({ ip }: Address): Socket {
  return createSocket({ type: isIP(ip) === 6 ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER });
}

/** The bound UDP socket of a port. What is sent is counted until the system has taken it, also of sockets that the port has besides. */
export class DatagramPort {
  readonly #socket: Socket;
  readonly local: Address;
  /** Datagrams that the system has not taken yet. */
  #onTheirWay = 0;
  #isClosed = false;
  #isEnding = false;

  private constructor(socket: Socket, events: DatagramEvents) {
    this.#socket = socket;
    const { address: ip, port } = socket.address();
    this.local = { ip, port };
    socket.on('message', (bytes, from) => events.received(bytes, { ip: unmapped(from.address), port: from.port }));
    socket.on('error', (error) => events.failed(socketReason(error, this.local)));
    socket.on('close', () => {
      this.#isClosed = true;
    });
  }

  /** Throws a SocketFailure. */
  static async bind(at: Address, events: DatagramEvents): Promise<DatagramPort> {
    const socket = datagramSocket(at);
    try {
      socket.bind(at.port, at.ip);
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw new SocketFailure(socketReason(error, at));
    }
    return new DatagramPort(socket, events);
  }

  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** It was closed by something else than `end`, in a sentence. */
  get lost(): string | undefined {
    return this.#isClosed && !this.#isEnding ? lostPort(this.local) : undefined;
  }

  /** The address that this machine has towards that one. */
  towards(remote: Address): Address {
    return { ip: ownAddress(this.local.ip, remote.ip), port: this.local.port };
  }

  /** From this socket, or from a connected one of the same port; false where too much waits already. `failed` hears of an error. */
  send(bytes: Uint8Array, to: Address | Socket, failed: (error: Error) => void): boolean {
    const socket = 'ip' in to ? this.#socket : to;
    if (this.#isClosed || socket.getSendQueueSize() > SEND_QUEUE) return false;
    this.#onTheirWay++;
    const sent = (error: Error | null): void => {
      this.#onTheirWay--;
      if (error !== null) failed(error);
    };
    if ('ip' in to) socket.send(bytes, to.port, to.ip, sent);
    else socket.send(bytes, sent);
    return true;
  }

  /** What was handed over is on its way before the socket is closed, and before that `others` close theirs. */
  async end(others: () => void = () => {}): Promise<void> {
    this.#isEnding ||= !this.#isClosed;
    for (const end = Date.now() + FAREWELL_MS; this.#onTheirWay > 0 && !this.#isClosed && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 1));
    others();
    if (!this.#isClosed) this.#socket.close();
  }
}
