import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Address, Link } from '../../../dissector/protocol/index.ts';
import { unmapped } from './address.ts';
import type { RelayPort, RelayPortEvents } from './relayport.ts';
import { lostPort, SocketFailure, socketReason } from './socketsentences.ts';

/** How long a connection that is being closed may take to send what was written. */
const FAREWELL_MS = 2000;

/** One of the two connections of a pair. It is not read while the other one does not take what it brings, or too much of it is held. */
class Leg {
  readonly socket: Socket;
  other: Leg | undefined;
  /** Why it was broken off, where it was. */
  why: string | undefined;
  #isUnread = false;
  #isWaiting = false;

  constructor(socket: Socket) {
    this.socket = socket;
    // Nothing is read until the pair is whole.
    socket.pause();
    socket.on('drain', () => this.other?.wait(false));
  }

  /** The other side of the pair takes no more, or does again. */
  wait(isWaiting: boolean): void {
    this.#isWaiting = isWaiting;
    this.#set();
  }

  read(isRead: boolean): void {
    this.#isUnread = !isRead;
    this.#set();
  }

  write(bytes: Uint8Array): void {
    if (!this.socket.writable) return;
    if (!this.socket.write(bytes)) this.other?.wait(true);
  }

  close(abrupt: boolean): void {
    if (abrupt) return void this.socket.resetAndDestroy();
    this.socket.end();
    setTimeout(() => this.socket.destroy(), FAREWELL_MS).unref();
  }

  #set(): void {
    if (this.#isUnread || this.#isWaiting) this.socket.pause();
    else this.socket.resume();
  }
}

/** TCP connections of one relay. A slow side is written no more than it takes, and the other one is not read in the meantime. */
export class RelayTcpPort implements RelayPort {
  readonly #server: Server;
  readonly #forward: Address;
  readonly #events: RelayPortEvents;
  readonly #unwrittenBytes: number;
  readonly #legs = new Map<number, Leg>();
  /** All that are open, in a pair or not yet. */
  readonly #sockets = new Set<Socket>();
  readonly local: Address;
  #isEnding = false;

  private constructor(server: Server, local: Address, forward: Address, unwrittenBytes: number, events: RelayPortEvents) {
    this.#server = server;
    this.local = local;
    this.#forward = forward;
    this.#unwrittenBytes = unwrittenBytes;
    this.#events = events;
    server.on('connection', (socket) => this.#connected(socket));
    server.on('error', (error) => events.told(socketReason(error, local), true));
  }

  /** Throws a SocketFailure. */
  static async open(at: Address, forward: Address, unwrittenBytes: number, events: RelayPortEvents): Promise<RelayTcpPort> {
    const server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true });
    try {
      server.listen(at.port, at.ip);
      await once(server, 'listening');
    } catch (error) {
      throw new SocketFailure(socketReason(error, at));
    }
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : at.port;
    return new RelayTcpPort(server, { ip: at.ip, port }, forward, unwrittenBytes, events);
  }

  get lost(): string | undefined {
    return !this.#server.listening && !this.#isEnding ? lostPort(this.local) : undefined;
  }

  write(link: Link, bytes: Uint8Array): boolean {
    const leg = this.#legs.get(link.id);
    if (leg === undefined) return false;
    if (leg.socket.writableLength + bytes.length > this.#unwrittenBytes) {
      leg.why = `It does not read: ${this.#unwrittenBytes} bytes wait (limit unwrittenBytes).`;
      leg.socket.resetAndDestroy();
      return false;
    }
    leg.write(bytes);
    return true;
  }

  finish(link: Link): void {
    this.#legs.get(link.id)?.socket.end();
  }

  close(link: Link, abrupt: boolean): void {
    const leg = this.#legs.get(link.id);
    this.#legs.delete(link.id);
    leg?.close(abrupt);
  }

  read(link: Link, isRead: boolean): void {
    this.#legs.get(link.id)?.read(isRead);
  }

  async end(): Promise<void> {
    this.#isEnding ||= this.lost === undefined;
    // Those that were not in a pair yet; the others have been closed as their links were.
    const known = new Set([...this.#legs.values()].map(({ socket }) => socket));
    for (const socket of this.#sockets) if (known.has(socket) || socket.connecting) socket.destroy();
    if (this.lost !== undefined) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #connected(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    const remote = { ip: unmapped(remoteAddress), port: remotePort };
    let client: Leg | undefined;
    const link = this.#events.opened(remote, { ip: unmapped(localAddress), port: localPort }, ({ id }) => {
      client = this.#leg(socket, remote, id);
    });
    if (link === undefined || client === undefined) return void socket.destroy();
    const came = client;
    const forward = connect({ host: this.#forward.ip, port: this.#forward.port, noDelay: true, allowHalfOpen: true });
    this.#sockets.add(forward);
    const failed = (error: Error): void => {
      this.#sockets.delete(forward);
      this.#events.unreached(link.id, socketReason(error, this.#forward));
    };
    forward.once('error', failed);
    forward.once('connect', () => {
      forward.off('error', failed);
      const own = { ip: unmapped(forward.localAddress ?? ''), port: forward.localPort ?? 0 };
      const other = this.#events.forwarded(link.id, this.#forward, own, ({ id }) => {
        const server = this.#leg(forward, this.#forward, id);
        came.other = server;
        server.other = came;
      });
      if (other === undefined) return void forward.resetAndDestroy();
      for (const leg of [came, came.other]) leg?.read(true);
    });
  }

  #leg(socket: Socket, remote: Address, id: number): Leg {
    const leg = new Leg(socket);
    this.#legs.set(id, leg);
    this.#sockets.add(socket);
    // A Buffer says another thing to `slice` and JSON than the array that it is.
    socket.on('data', ({ buffer, byteOffset, length }) => this.#events.received(id, new Uint8Array(buffer, byteOffset, length)));
    socket.on('end', () => this.#events.ended(id));
    socket.on('error', (error) => {
      leg.why ??= socketReason(error, remote);
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (!this.#legs.delete(id)) return;
      this.#events.closed(id, leg.why ?? 'The other side has closed the connection.', leg.why !== undefined);
    });
    return leg;
  }
}
