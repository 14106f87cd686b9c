/** Two test nodes with a relay between them, without sockets: one clock, and a queue of writes that go one after the other. */
import type { FieldValues } from '../../../dissector/codec/index.ts';
import { Choices, KeyRing, type Link, type Protocol } from '../../../dissector/protocol/index.ts';
import { protocols as builtIn } from '../../../dissector/protocols/index.ts';
import {
  parseRelayFault,
  Relay,
  type RelayFault,
  type Relaying,
  type RelayOptions,
  TerminatingRelay,
} from '../../../dissector/relay/index.ts';
import { mulberry32, type NodeEvent, type NodeOptions, seededBytes, TestNode } from '../../../dissector/testnode/index.ts';

const START = 1_700_000_000_000_000_000n;
const addresses = {
  client: { ip: '127.0.0.1', port: 5000 },
  relay: { ip: '127.0.0.1', port: 6000 },
  out: { ip: '127.0.0.1', port: 6001 },
  server: { ip: '127.0.0.1', port: 7000 },
} as const;

export interface End {
  readonly node: TestNode;
  readonly link: Link;
  readonly events: NodeEvent[];
  /** Lines of its key log. */
  readonly keys: string[];
  /** Messages of the application that it has accepted. */
  readonly delivered: { readonly message: string; readonly given: FieldValues }[];
  /** Sentences that were told, the grave ones alone. */
  complaints(): string[];
}

export interface ChainOptions extends Partial<Omit<RelayOptions, 'faults' | 'keys'>> {
  readonly faults?: readonly string[];
  /** Lines of a key log that the relay is given; `all`: those of both nodes, as they come. */
  readonly keys?: readonly string[] | 'all';
  readonly client?: Partial<NodeOptions>;
  readonly server?: Partial<NodeOptions>;
}

export class Chain {
  readonly relay: Relaying;
  readonly events: NodeEvent[] = [];
  readonly protocol: Protocol;
  readonly ring: KeyRing;
  client!: End;
  server!: End;
  #now = 0;
  #queue: (() => void)[] = [];
  readonly #random = mulberry32(1);
  readonly #transport: 'udp' | 'tcp';

  static async of(protocol: Protocol, options: ChainOptions = {}): Promise<Chain> {
    const chain = new Chain(protocol, options);
    await chain.#connect(options);
    return chain;
  }

  private constructor(protocol: Protocol, { faults = [], keys = [], ...options }: ChainOptions) {
    this.protocol = protocol;
    this.#transport = options.transport ?? protocol.peer!.transports[0]!;
    const protocols = [...builtIn.filter(({ id }) => id !== protocol.id), protocol];
    this.ring = new KeyRing(protocols.flatMap((each) => each.keys));
    if (keys !== 'all') this.ring.add('test', keys.join('\n'));
    const Kind = options.terminates === undefined ? Relay : TerminatingRelay;
    this.relay = new Kind(
      {
        ...{ protocol, protocols, choices: new Choices(), keys: this.ring, ...options, transport: this.#transport },
        faults: faults.map((text) => faultOf(text, protocol, this.#transport)),
      },
      {
        now: () => this.now(),
        clock: () => this.#now,
        random: (length) => seededBytes(this.#random, length),
        write: (link, bytes) => this.#later(() => this.#toEnd(link, (end) => end.node.received(end.link.id, bytes.slice()))),
        finish: (link) => this.#later(() => this.#toEnd(link, (end) => end.node.closed(end.link.id, 'closed'))),
        close: (link, abrupt) => this.#later(() => this.#toEnd(link, (end) => end.node.closed(end.link.id, 'closed', abrupt))),
        read: () => {},
        wake: () => {},
        happened: (event) => void this.events.push(event),
      },
    );
  }

  now(): bigint {
    return START + BigInt(Math.round(this.#now * 1_000_000));
  }

  /** Carries what is written, until nothing is, and lets so many milliseconds pass. */
  run(milliseconds = 0): this {
    const end = this.#now + milliseconds;
    for (;;) {
      while (this.#queue.length > 0) this.#queue.shift()!();
      if (this.#now >= end) return this;
      this.#now = Math.min(end, this.#now + 10);
      for (const each of [this.client.node, this.server.node, this.relay]) each.tick();
    }
  }

  /** Notes at what the relay has sent. */
  get notes(): string[] {
    return this.events.flatMap((event) => (event.kind === 'sent' && event.note !== undefined ? [event.note] : []));
  }

  get told(): string[] {
    return this.events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
  }

  /** Bytes that have passed on a way, as they came and as they went on. */
  bytes(kind: 'received' | 'sent', way: 0 | 1): string {
    const isForward = kind === 'sent' ? way === 0 : way === 1;
    const all = this.events.flatMap((event) => (event.kind === kind && event.link.dialled === isForward ? [event.bytes] : []));
    return Buffer.concat(all).toString('hex');
  }

  async #connect({ client, server, keys }: ChainOptions): Promise<void> {
    const [first, second] = [await this.#end(keys, client), await this.#end(keys, server)];
    const came = this.relay.opened(addresses.client, addresses.relay)!;
    const left = this.relay.forwarded(came.id, addresses.server, addresses.out)!;
    this.server = second(addresses.out, addresses.server, false, left.id);
    this.client = first(addresses.relay, addresses.client, true, came.id);
  }

  async #end(given: ChainOptions['keys'], options: Partial<NodeOptions> = {}) {
    const { protocol } = this;
    const random = (length: number): Uint8Array => seededBytes(this.#random, length);
    const identity = options.identity ?? (await protocol.peer!.createIdentity(random));
    const events: NodeEvent[] = [];
    const keys: string[] = [];
    const delivered: End['delivered'] = [];
    let at = 0;
    const node = new TestNode(
      { protocol, choices: new Choices(), ...options, transport: this.#transport, identity },
      {
        ...{ now: () => this.now(), clock: () => this.#now, random, wake: () => {} },
        write: (_, bytes) => {
          const copy = bytes.slice();
          this.#later(() => this.relay.received(at, copy));
        },
        delivered: (_, message, given) => void delivered.push({ message, given }),
        close: (_, abrupt) => this.#later(() => this.relay.closed(at, 'closed', abrupt)),
        happened: (event) => {
          events.push(event);
          if (event.kind !== 'key') return;
          keys.push(event.line);
          if (given !== 'all') return;
          this.ring.add('test', event.line);
          this.relay.keysCame();
        },
      },
    );
    const complaints = (): string[] => events.flatMap((event) => (event.kind === 'told' && event.grave ? [event.text] : []));
    return (remote: Link['remote'], local: Link['local'], dialled: boolean, relayed: number): End => {
      at = relayed;
      return { node, events, keys, delivered, complaints, link: node.opened(remote, local, dialled)! };
    };
  }

  #toEnd({ dialled }: Link, call: (end: End) => void): void {
    call(dialled ? this.server : this.client);
  }

  #later(go: () => void): void {
    this.#queue.push(go);
  }
}

export function faultOf(text: string, protocol: Protocol, transport: 'udp' | 'tcp'): RelayFault {
  const fault = parseRelayFault(text, protocol.names, transport, protocol.peer!);
  if (typeof fault === 'string') throw new Error(fault);
  return fault;
}

/** What an end has received, in hex. */
export function heard({ events }: End): string {
  return Buffer.concat(events.flatMap((event) => (event.kind === 'received' ? [event.bytes] : []))).toString('hex');
}
