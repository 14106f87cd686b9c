import { isIP } from 'node:net';
import type { Address, Link } from '../../../dissector/protocol/index.ts';
import { DatagramPort } from './datagrams.ts';
import type { Port, PortEvents } from './port.ts';
import { socketReason } from './socketsentences.ts';

/** One UDP socket with all the addresses that it talks with. */
export class UdpPort implements Port {
  readonly #port: DatagramPort;
  readonly #events: PortEvents;

  private constructor(port: DatagramPort, events: PortEvents) {
    this.#port = port;
    this.#events = events;
  }

  /** Throws a SocketFailure. */
  static async open(at: Address, events: PortEvents): Promise<UdpPort> {
    const port: DatagramPort = await DatagramPort.bind(at, {
      received: (bytes, remote) => {
        const link = opened.#link(remote, false);
        if (link !== undefined) events.received(link.id, bytes);
      },
      failed: (text) => events.told(text, true),
    });
    const opened = new UdpPort(port, events);
    return opened;
  }

  get local(): Address {
    return this.#port.local;
  }

  get lost(): string | undefined {
    return this.#port.lost;
  }

  dial(remote: Address): void {
    this.#link(remote, true);
  }

  reach(remote: Address): Address | undefined {
    if (isIP(remote.ip) !== isIP(this.local.ip) || remote.port === 0) return undefined;
    return this.#port.towards(remote);
  }

  write({ remote }: Link, bytes: Uint8Array): boolean {
    return this.#port.send(bytes, remote, (error) => this.#events.told(socketReason(error, remote), true));
  }

  close(): void {}

  end(): Promise<void> {
    return this.#port.end();
  }

  #link(remote: Address, dialled: boolean): Link | undefined {
    return this.#events.known(remote) ?? this.#events.opened(remote, this.#port.towards(remote), dialled);
  }
}
