/** Test nodes that talk without sockets: one clock and one wire, which carries each write after a millisecond. */
import { type MessageLine, type OpenedCapture, openBytes, type Protocol } from '../../../dissector/index.ts';
import { type Address, Choices, type Link } from '../../../dissector/protocol/index.ts';
import {
  type Fault,
  type NodeEvent,
  type NodeOptions,
  parseFault,
  Recorder,
  TestNode,
} from '../../../dissector/testnode/index.ts';

const START = 1_700_000_000_000_000_000n;
const LATENCY_MS = 1;

export interface Member {
  readonly node: TestNode;
  readonly address: Address;
  readonly events: NodeEvent[];
  /** Lines of its key log. */
  readonly keys: string[];
  /** What it has recorded, keys inside. */
  capture(): Uint8Array;
  dial(other: Member): void;
  /** Sentences that were told, the grave ones alone. */
  complaints(): string[];
}

/** What becomes of a write on its way: pieces, each after so many milliseconds. */
export type Wire = (bytes: Uint8Array, from: Member) => readonly { readonly bytes: Uint8Array; readonly after: number }[];

interface Delivery {
  readonly at: number;
  readonly go: () => void;
}

export class Network {
  #now = 0;
  #seed = 1;
  #deliveries: Delivery[] = [];
  readonly #wire: Wire;
  readonly members: Member[] = [];

  constructor(wire: Wire = (bytes) => [{ bytes, after: LATENCY_MS }]) {
    this.#wire = wire;
  }

  async add(
    protocol: Protocol,
    options: Partial<NodeOptions> & {
      readonly port: number;
      readonly ip?: string;
      readonly random?: (length: number) => Uint8Array;
    },
  ): Promise<Member> {
    const transport = options.transport ?? protocol.peer!.transports[0]!;
    const random = options.random ?? ((length: number) => this.#random(length));
    const identity = options.identity ?? (await protocol.peer!.createIdentity(random));
    const events: NodeEvent[] = [];
    const keys: string[] = [];
    const chunks: Uint8Array[] = [];
    const address = { ip: options.ip ?? '127.0.0.1', port: options.port };
    const recorder = new Recorder({
      ...{ transport, secrets: true, application: 'Peerscope', now: () => this.now() },
      stoodStill: () => ({ milliseconds: made?.stoodStill ?? 0, why: 'a debugger was stopped' }),
      write: (bytes) => void chunks.push(bytes.slice()),
    });
    const ways = new Map<number, { member: Member; link: number }>();
    let made: TestNode | undefined;
    const self = (): Member => member;
    const node: TestNode = new TestNode(
      { protocol, choices: new Choices(), ...options, transport, identity },
      {
        now: () => this.now(),
        clock: () => this.#now,
        random,
        write: (link, bytes) => {
          for (const { bytes: piece, after } of this.#wire(bytes.slice(), self()))
            this.#after(after, () => this.#carry(self(), ways, link, piece, transport));
        },
        close: (link, abrupt) => {
          const way = ways.get(link.id);
          if (transport === 'tcp' && way !== undefined)
            this.#after(LATENCY_MS, () => way.member.node.closed(way.link, 'closed by the other side', abrupt));
        },
        reach: () => (transport === 'udp' ? address : undefined),
        wake: () => {},
        happened: (event) => {
          recorder.record(event);
          events.push(event);
          if (event.kind === 'key') keys.push(event.line);
        },
      },
    );
    made = node;
    const member: Member = {
      ...{ node, address, events, keys },
      capture: () => Uint8Array.from(Buffer.concat(chunks)),
      dial: (other) => this.#dial(member, ways, other, transport),
      complaints: () => events.flatMap((event) => (event.kind === 'told' && event.grave ? [event.text] : [])),
    };
    waysOf.set(member, ways);
    this.members.push(member);
    return member;
  }

  /** Nanoseconds since 1970. */
  now(): bigint {
    return START + BigInt(Math.round(this.#now * 1_000_000));
  }

  /** Lets so many milliseconds pass, with all that is due in them. */
  run(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const waits = this.members.map(({ node }) => this.#now + (node.wait ?? Number.POSITIVE_INFINITY));
      const next = Math.min(...waits, ...this.#deliveries.map(({ at }) => at));
      if (next > end) break;
      this.#now = Math.max(this.#now, next);
      const due = this.#deliveries.filter(({ at }) => at <= this.#now);
      this.#deliveries = this.#deliveries.filter(({ at }) => at > this.#now);
      for (const { go } of due) go();
      for (const { node } of this.members) node.tick();
    }
    this.#now = end;
  }

  #after(milliseconds: number, go: () => void): void {
    this.#deliveries.push({ at: this.#now + milliseconds, go });
  }

  #dial(from: Member, ways: Ways, to: Member, transport: 'udp' | 'tcp'): void {
    const own = from.node.opened(to.address, from.address, true)!;
    if (transport === 'udp') return;
    const theirs = to.node.opened(from.address, to.address, false);
    if (theirs === undefined) return void from.node.closed(own.id, 'refused', true);
    ways.set(own.id, { member: to, link: theirs.id });
    waysOf.get(to)!.set(theirs.id, { member: from, link: own.id });
  }

  #carry(from: Member, ways: Ways, link: Link, bytes: Uint8Array, transport: 'udp' | 'tcp'): void {
    const way = ways.get(link.id);
    if (transport === 'tcp') return void way?.member.node.received(way.link, bytes);
    const to = this.members.find(({ address }) => same(address, link.remote));
    if (to === undefined) return;
    const known = to.node.links.find(({ remote }) => same(remote, from.address));
    const own = known ?? to.node.opened(from.address, to.address, false);
    if (own !== undefined) to.node.received(own.id, bytes);
  }

  /** Bytes that are the same in every run. */
  #random(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0;
      return this.#seed >>> 24;
    });
  }
}

type Ways = Map<number, { member: Member; link: number }>;
const waysOf = new WeakMap<Member, Ways>();

function same(a: Address, b: Address): boolean {
  return a.ip === b.ip && a.port === b.port;
}

/** The recording of a member, opened with the keys inside it. */
export function recorded(member: Member): OpenedCapture {
  const opened = openBytes(member.capture());
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

/** Its messages by name, with an arrow for what the member sent and received. */
export function told(member: Member): string[] {
  return [...recorded(member).messages()].map(
    ({ message, src, state }) =>
      `${src.endsWith(`:${member.address.port}`) ? '>' : '<'} ${message}${state === 'decoded' ? '' : ` (${state})`}`,
  );
}

export function findings(member: Member): string[] {
  return [...recorded(member).findings()].filter(({ severity }) => severity !== 'note').map(({ rule }) => rule);
}

export function lines(member: Member): MessageLine[] {
  return [...recorded(member).messages()];
}

export function fault(text: string, { names, peer }: Protocol): Fault {
  const parsed = parseFault(text, names, peer!.transports[0]!, peer!);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
