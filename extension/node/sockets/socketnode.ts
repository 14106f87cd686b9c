/** A test node with sockets, a clock and random bytes. */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { Address } from '../../../dissector/protocol/index.ts';
import { type Environment, type NodeEvent, type NodeOptions, nodeLimits, TestNode } from '../../../dissector/testnode/index.ts';
import { isLoopback } from './address.ts';
import { Alarm } from './alarm.ts';
import { wallClock } from './clock.ts';
import type { Port, PortEvents } from './port.ts';
import { TcpPort } from './tcp.ts';
import { UdpPort } from './udp.ts';

export interface SocketNodeOptions extends NodeOptions {
  /** Where it listens; a node that only dials takes a port that is free. */
  readonly listen: Address | undefined;
  /** Whether it may talk to an address beyond this machine that another node has named; no without it. */
  mayReach?(ip: string): boolean;
  /** Called for everything that happens, in order. */
  happened(event: NodeEvent): void;
}

export class SocketNode {
  readonly node: TestNode;
  readonly #port: Port;
  #ended: Promise<void> | undefined;
  /** The first timers are set while it is being made. */
  readonly #alarm = new Alarm(
    () => (this.node as TestNode | undefined)?.wait,
    () => this.node.tick(),
  );

  /** Throws a SocketFailure or a NodeRefusal. */
  static async start(options: SocketNodeOptions, dialled?: Address): Promise<SocketNode> {
    let node: SocketNode | undefined;
    const events: PortEvents = {
      // What still comes while its goodbyes are on their way finds nobody.
      opened: (remote, local, own, attach) =>
        node!.#ended === undefined ? node!.node.opened(remote, local, own, attach) : undefined,
      known: (remote) => node!.node.linkTo(remote),
      // A Buffer says another thing to `slice` and JSON than the array that it is.
      received: (link, { buffer, byteOffset, length }) => node!.node.received(link, new Uint8Array(buffer, byteOffset, length)),
      closed: (link, why, abrupt, by) => node?.node.closed(link, why, abrupt, by),
      told: (text, grave) => options.happened({ kind: 'told', link: undefined, text, grave }),
    };
    const loopback = isIP(dialled?.ip ?? '') === 6 ? '::1' : '127.0.0.1';
    const any = isIP(dialled?.ip ?? '') === 6 ? '::' : '0.0.0.0';
    const own = dialled === undefined || dialled.ip.startsWith('127.') || dialled.ip === '::1' ? loopback : any;
    const port =
      options.transport === 'udp'
        ? await UdpPort.open(options.listen ?? { ip: own, port: 0 }, events)
        : await TcpPort.open(options.listen, (options.limits ?? nodeLimits).unwrittenBytes, events);
    try {
      node = new SocketNode(options, port);
    } catch (error) {
      await port.end();
      throw error;
    }
    if (dialled !== undefined) port.dial(dialled);
    return node;
  }

  private constructor(options: SocketNodeOptions, port: Port) {
    this.#port = port;
    const environment: Environment = {
      now: wallClock,
      clock: () => performance.now(),
      random: (length) => new Uint8Array(randomBytes(length)),
      write: (link, bytes) => {
        if (!port.write(link, bytes)) this.unsent++;
      },
      close: (link, abrupt) => port.close(link, abrupt),
      // Other nodes name addresses to go to: a node that stays on this machine is not led away.
      reach: (remote) => (isLoopback(remote.ip) || options.mayReach?.(remote.ip) ? port.reach(remote) : undefined),
      wake: () => this.#alarm.set(),
      happened: options.happened,
    };
    this.node = new TestNode(options, environment);
  }

  /** Writes that were dropped because too much waited. */
  unsent = 0;

  get local(): Address {
    return this.#port.local;
  }

  /** Its socket was closed under it, in a sentence: it can only be stopped. */
  get lost(): string | undefined {
    return this.#port.lost;
  }

  dial(remote: Address): void {
    this.#port.dial(remote);
  }

  /** Says goodbye, unless `quiet`, and closes everything; asked again, it is the same end. */
  stop(how: { readonly quiet?: boolean } = {}): Promise<void> {
    this.#ended ??= this.#end(how);
    return this.#ended;
  }

  async #end(how: { readonly quiet?: boolean }): Promise<void> {
    this.node.stop(how);
    this.#alarm.end();
    await this.#port.end();
  }
}
