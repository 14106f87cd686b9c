import type { FieldValues } from '../codec/index.ts';
import type { Address, Link } from '../protocol/index.ts';
import { type Environment, type Fault, type NodeEvent, TestNode } from '../testnode/index.ts';
import type { Carriage } from './carriage.ts';
import type { RelayEnvironment } from './environment.ts';
import { withoutMeasures } from './measures.ts';
import type { RelayOptions } from './options.ts';
import type { Way } from './units.ts';

const ways: readonly Way[] = [0, 1];

export interface SessionsParts extends Pick<RelayOptions, 'protocol' | 'transport' | 'choices' | 'limits' | 'seed'> {
  readonly identity: string;
  readonly environment: RelayEnvironment;
  /** By way. */
  readonly carriages: readonly [Carriage, Carriage];
  /** By side: what its session does wrong. 0 is who connected, 1 the forward address. */
  faults(side: Way): readonly Fault[];
  /** A number that no other link of the relay has. */
  takeLink(): number;
  happened(event: NodeEvent): void;
  /** A link is gone, by its session or by the other side. */
  closed(sessions: Sessions, link: Link, abrupt: boolean): void;
}

/** One side: a node with a single link. */
interface Side {
  readonly node: TestNode;
  /** As the node knows it, and as the relay does. */
  inner: number | undefined;
  link: Link | undefined;
}

/** Two sessions that a relay has on behalf of one who connected: one with that one, and one with the forward address. */
export class Sessions {
  readonly #parts: SessionsParts;
  readonly sides: readonly [Side, Side];
  /** By side: it is gone, and what it said goes on before the other one is closed. */
  readonly gone: [boolean, boolean] = [false, false];
  /** By side: its stream is not read. */
  readonly isStopped: [boolean, boolean] = [false, false];

  /** Throws a NodeRefusal for an identity or a transport that the protocol does not take. */
  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.sides = [this.#side(0), this.#side(1)];
  }

  /** `attach` is told the link before its session speaks on it. */
  open(side: Way, remote: Address, local: Address, attach: (link: Link) => void): Link | undefined {
    const own = this.sides[side];
    const dialled = side === 1;
    own.node.opened(remote, local, dialled, ({ id }) => {
      own.inner = id;
      own.link = { id: this.#parts.takeLink(), remote, local, dialled };
      attach(own.link);
    });
    return own.link;
  }

  /** Its handshake is done, and it is open. */
  isReady(side: Way): boolean {
    const { node, inner } = this.sides[side];
    return inner !== undefined && !this.gone[side] && node.status(inner).ready;
  }

  carriage(way: Way): Carriage {
    return this.#parts.carriages[way];
  }

  received(side: Way, bytes: Uint8Array): void {
    const { node, inner } = this.sides[side];
    if (inner !== undefined) node.received(inner, bytes);
  }

  /** Says a message in the session of a side. Throws an Error when it cannot be made. */
  say(side: Way, message: string, values: FieldValues): void {
    const { node, inner } = this.sides[side];
    if (inner === undefined || this.gone[side]) throw new Error('The link is closed.');
    // No person has named the address of who connected: it may be forged.
    node.send(inner, message, values, side === 1);
  }

  /** A link was closed by the other side, or could not be opened. */
  closed(side: Way, why: string, abrupt: boolean): void {
    const { node, inner } = this.sides[side];
    if (inner !== undefined) node.closed(inner, why, abrupt);
  }

  /** Says goodbye on a side, as the protocol does, and closes it. */
  disconnect(side: Way, why: string): void {
    const { node, inner } = this.sides[side];
    if (inner !== undefined && !this.gone[side]) node.disconnect(inner, why);
  }

  settle(): void {
    for (const way of ways) this.carriage(way).settle();
  }

  #side(side: Way): Side {
    const { protocol, transport, choices, limits, seed = 1, identity, environment } = this.#parts;
    const own: { node: TestNode | undefined; inner: number | undefined; link: Link | undefined } = {
      ...{ node: undefined, inner: undefined, link: undefined },
    };
    const write: Pick<Environment, 'write' | 'close' | 'delivered' | 'happened'> = {
      write: (_, bytes) => environment.write(own.link!, bytes),
      close: (_, abrupt) => environment.close(own.link!, abrupt),
      delivered: (_, message, values) => {
        const { fields = [] } = protocol.messages?.find(({ name }) => name === message) ?? {};
        this.carriage(side).take(message, withoutMeasures(values, fields));
      },
      happened: (event) => this.#happened(side, event),
    };
    own.node = new TestNode(
      {
        ...{ protocol, transport, choices, identity, seed: seed + side, faults: this.#parts.faults(side) },
        ...(limits === undefined ? {} : { limits }),
      },
      {
        ...write,
        now: () => environment.now(),
        clock: () => environment.clock(),
        random: (length) => environment.random(length),
        wake: () => environment.wake(),
      },
    );
    return own as Side;
  }

  /** With the link as the relay knows it. */
  #happened(side: Way, event: NodeEvent): void {
    if (event.kind === 'held') return;
    const { link } = this.sides[side];
    const isOfLink = 'link' in event && event.link !== undefined && link !== undefined;
    if (event.kind === 'closed') this.gone[side] = true;
    this.#parts.happened(isOfLink ? ({ ...event, link } as NodeEvent) : event);
    if (event.kind === 'closed' && link !== undefined) this.#parts.closed(this, link, event.abrupt);
  }
}
