import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address, Link } from '../../../dissector/protocol/index.ts';
import { unmapped } from './address.ts';
import { PacedSocket } from './pacedsocket.ts';
import type { Port, PortEvents } from './port.ts';
import { lostPort, SocketFailure, socketReason } from './socketsentences.ts';

/** TCP connections of one node: those that came to its server, and those that it dialled. */
export class TcpPort implements Port {
  readonly #server: Server | undefined;
  readonly #events: PortEvents;
  readonly #unwrittenBytes: number;
  readonly #sockets = new Map<number, PacedSocket>();
  readonly #dialling = new Set<Socket>();
  #local: Address;
  #isEnding = false;

  private constructor(server: Server | undefined, local: Address, unwrittenBytes: number, events: PortEvents) {
    this.#server = server;
    this.#unwrittenBytes = unwrittenBytes;
    this.#local = local;
    this.#events = events;
    server?.on('connection', (socket) => this.#connected(socket, false));
    server?.on('error', (error) => events.told(socketReason(error, local), true));
  }

  /** Listens; without an address it only dials. Breaks off a link on which more than `unwrittenBytes` wait. Throws a SocketFailure. */
  static async open(at: Address | undefined, unwrittenBytes: number, events: PortEvents): Promise<TcpPort> {
    if (at === undefined) return new TcpPort(undefined, { ip: '', port: 0 }, unwrittenBytes, events);
    const server = createServer({ noDelay: true });
    try {
      server.listen(at.port, at.ip);
      await once(server, 'listening');
    } catch (error) {
      throw new SocketFailure(socketReason(error, at));
    }
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : at.port;
    return new TcpPort(server, { ip: at.ip, port }, unwrittenBytes, events);
  }

  get local(): Address {
    return this.#local;
  }

  get lost(): string | undefined {
    return this.#server?.listening === false && !this.#isEnding ? lostPort(this.#local) : undefined;
  }

  dial(remote: Address): void {
    const socket = connect({ host: remote.ip, port: remote.port, noDelay: true });
    const failed = (error: Error): void => {
      this.#dialling.delete(socket);
      this.#events.told(socketReason(error, remote), true);
    };
    this.#dialling.add(socket);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.#dialling.delete(socket);
      this.#connected(socket, true);
    });
  }

  reach(): undefined {
    return undefined;
  }

  write(link: Link, bytes: Uint8Array): boolean {
    const socket = this.#sockets.get(link.id);
    if (socket === undefined) return false;
    if (socket.waiting + bytes.length > this.#unwrittenBytes) {
      this.#gone(
        link.id,
        `The other side does not read: ${this.#unwrittenBytes} bytes wait (limit unwrittenBytes).`,
        true,
        'own',
      );
      socket.reset();
      return false;
    }
    socket.write(bytes);
    return true;
  }

  close(link: Link, abrupt: boolean): void {
    const socket = this.#sockets.get(link.id);
    this.#sockets.delete(link.id);
    if (socket === undefined) return;
    if (abrupt) socket.reset();
    else socket.end();
  }

  async end(): Promise<void> {
    this.#isEnding ||= this.lost === undefined;
    for (const socket of this.#dialling) socket.destroy();
    for (const id of [...this.#sockets.keys()]) this.close({ id } as Link, false);
    // One that was closed before tells of its end no more.
    if (this.#server === undefined || this.lost !== undefined) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #connected(socket: Socket, dialled: boolean): void {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    const remote = { ip: unmapped(remoteAddress), port: remotePort };
    const local = { ip: unmapped(localAddress), port: localPort };
    if (dialled) this.#local = local;
    // The node may speak at once.
    const link = this.#events.opened(remote, local, dialled, ({ id }) => void this.#sockets.set(id, new PacedSocket(socket)));
    if (link === undefined) return void socket.destroy();
    socket.on('data', (bytes) => this.#events.received(link.id, bytes));
    socket.on('error', (error) => this.#gone(link.id, socketReason(error, remote), true));
    socket.on('close', () => this.#gone(link.id, 'The other side has closed the connection.', false));
  }

  #gone(link: number, why: string, abrupt: boolean, by: 'own' | 'other' = 'other'): void {
    this.#sockets.delete(link);
    this.#events.closed(link, why, abrupt, by);
  }
}
