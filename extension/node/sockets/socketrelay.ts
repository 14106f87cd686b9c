/** A relay with sockets, a clock and random bytes. */
import { randomBytes } from 'node:crypto';
import type { Address } from '../../../dissector/protocol/index.ts';
import { Relay, type Relaying, type RelayOptions, TerminatingRelay } from '../../../dissector/relay/index.ts';
import { type NodeEvent, NodeRefusal, nodeLimits } from '../../../dissector/testnode/index.ts';
import { addressText } from './address.ts';
import { Alarm } from './alarm.ts';
import { wallClock } from './clock.ts';
import type { RelayPort, RelayPortEvents } from './relayport.ts';
import { RelayTcpPort } from './relaytcp.ts';
import { RelayUdpPort } from './relayudp.ts';

export interface SocketRelayOptions extends RelayOptions {
  readonly listen: Address;
  /** The only address that is dialled. */
  readonly forward: Address;
  /** Called for everything that happens, in order. */
  happened(event: NodeEvent): void;
}

export class SocketRelay {
  readonly relay: Relaying;
  readonly #port: RelayPort;
  /** The first timers are set while it is being made. */
  readonly #alarm = new Alarm(
    () => (this.relay as Relaying | undefined)?.wait,
    () => this.relay.tick(),
  );
  #ended: Promise<void> | undefined;
  /** Writes that were dropped because too much waited. */
  unsent = 0;

  /** Throws a SocketFailure or a NodeRefusal. */
  static async start(options: SocketRelayOptions): Promise<SocketRelay> {
    const { listen, forward, transport, limits = nodeLimits } = options;
    if (listen.ip === forward.ip && listen.port === forward.port)
      throw new NodeRefusal(`A relay to itself would never end: it listens on ${addressText(listen)}.`);
    let made: SocketRelay | undefined;
    const relay = (): Relaying => made!.relay;
    const events: RelayPortEvents = {
      // What still comes while it ends finds nobody.
      opened: (remote, local, attach) => (made!.#ended === undefined ? relay().opened(remote, local, attach) : undefined),
      forwarded: (client, remote, local, attach) => relay().forwarded(client, remote, local, attach),
      unreached: (client, why) => relay().unreached(client, why),
      received: (link, bytes) => relay().received(link, bytes),
      ended: (link) => relay().ended(link),
      closed: (link, why, abrupt) => relay().closed(link, why, abrupt),
      told: (text, grave) => options.happened({ kind: 'told', link: undefined, text, grave }),
    };
    const port =
      transport === 'udp'
        ? await RelayUdpPort.open(listen, forward, events)
        : await RelayTcpPort.open(listen, forward, limits.unwrittenBytes, events);
    try {
      made = new SocketRelay(options, port);
    } catch (error) {
      await port.end();
      throw error;
    }
    return made;
  }

  private constructor(options: SocketRelayOptions, port: RelayPort) {
    this.#port = port;
    const Kind = options.terminates === undefined ? Relay : TerminatingRelay;
    this.relay = new Kind(options, {
      now: wallClock,
      random: (length) => new Uint8Array(randomBytes(length)),
      clock: () => performance.now(),
      write: (link, bytes) => {
        if (!port.write(link, bytes)) this.unsent++;
      },
      finish: (link) => port.finish(link),
      close: (link, abrupt) => port.close(link, abrupt),
      read: (link, isRead) => port.read(link, isRead),
      wake: () => this.#alarm.set(),
      happened: options.happened,
    });
  }

  get local(): Address {
    return this.#port.local;
  }

  /** Its socket was closed under it, in a sentence: it can only be stopped. */
  get lost(): string | undefined {
    return this.#port.lost;
  }

  /** Drops what is held and closes everything; asked again, it is the same end. */
  stop(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    this.relay.stop();
    this.#alarm.end();
    await this.#port.end();
  }
}
