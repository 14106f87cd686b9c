import type { Socket } from 'node:dgram';
import type { Address, Link } from '../../../dissector/protocol/index.ts';
import { DatagramPort, datagramSocket } from './datagrams.ts';
import type { RelayPort, RelayPortEvents } from './relayport.ts';
import { socketReason } from './socketsentences.ts';

/** Datagrams of an address that wait until its socket to the forward address is there. */
const MOST_EARLY = 16;

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
  readonly #port: DatagramPort;
  readonly #target: Address;
  readonly #events: RelayPortEvents;
  readonly #flows = new Map<string, Flow>();
  /** By the ids of both links. */
  readonly #byLink = new Map<number, Flow>();

  private constructor(port: DatagramPort, target: Address, events: RelayPortEvents) {
    this.#port = port;
    this.#target = target;
    this.#events = events;
  }

  /** Throws a SocketFailure. */
  static async open(at: Address, target: Address, events: RelayPortEvents): Promise<RelayUdpPort> {
    const port: DatagramPort = await DatagramPort.bind(at, {
      received: (bytes, remote) => opened.#came(bytes, remote),
      failed: (text) => events.told(text, true),
    });
    const opened = new RelayUdpPort(port, target, events);
    return opened;
  }

  get local(): Address {
    return this.#port.local;
  }

  get lost(): string | undefined {
    return this.#port.lost;
  }

  write(link: Link, bytes: Uint8Array): boolean {
    const flow = this.#byLink.get(link.id);
    if (flow === undefined) return false;
    return this.#port.send(bytes, link.dialled ? flow.forward : link.remote, (error) => this.#failed(flow, error, link.remote));
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

  end(): Promise<void> {
    return this.#port.end(() => {
      for (const { forward } of this.#flows.values()) forward.close();
      this.#flows.clear();
      this.#byLink.clear();
    });
  }

  #came(bytes: Uint8Array, remote: Address): void {
    if (this.#port.isEnding) return;
    const flow = this.#flows.get(key(remote)) ?? this.#opened(remote);
    if (flow === undefined) return;
    if (flow.server !== undefined) this.#events.received(flow.client.id, plain(bytes));
    else if (flow.early.length < MOST_EARLY) flow.early.push(plain(bytes));
  }

  #opened(remote: Address): Flow | undefined {
    const forward = datagramSocket(this.#target);
    let flow: Flow | undefined;
    const client = this.#events.opened(remote, this.#port.towards(remote), (link) => {
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

function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function key({ ip, port }: Address): string {
  return `${ip} ${port}`;
}
