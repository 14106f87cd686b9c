/** Two test nodes that talk over a hostile wire, while strangers and a careless person send whatever comes to mind. */
import { openBytes, type Protocol } from '../../dissector/index.ts';
import type { Link } from '../../dissector/protocol/index.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import { type Mode, type NodeLimits, nodeLimits } from '../../dissector/testnode/index.ts';
import { mutate } from '../../extension/author/mutate.ts';
import { Random } from '../../extension/author/random.ts';
import { type Member, Network, type Wire } from '../unit/testnode/network.ts';
import { samples } from './samples.ts';

/** Small enough to be met in every attack. */
const limits: NodeLimits = {
  ...nodeLimits,
  ...{ links: 6, handshakeSeconds: 5, idleSeconds: 40, heldMessages: 5, replayed: 3 },
};
const modes: readonly Mode[] = ['automatic', 'automatic', 'automatic', 'step', 'intercept'];
const STEPS = 30;
const STEP_MS = 1500;
/** Writes of one attack: an honest pair needs some dozens, and two that answer each other for ever need no end. */
const MOST_WRITES = 20_000;
/** Longer than any link lives without a word. */
const QUIET_MS = 60_000;
const strangerIp = '127.0.0.9';

export const attacked: readonly Protocol[] = [...protocols, ...samples.map(({ protocol }) => protocol)].filter(
  ({ peer }) => peer !== undefined,
);

export interface Attack {
  readonly protocol: string;
  readonly writes: number;
}

interface Attacked {
  readonly member: Member;
  /** The role that it was started with. */
  readonly role: string | undefined;
}

/** Runs the attack of a seed. Throws an Error that names the seed when something is found. */
export async function attack(seed: number, only: readonly Protocol[] = attacked): Promise<Attack> {
  const random = new Random(seed);
  const protocol = random.pick(only);
  try {
    return { protocol: protocol.id, writes: await attackOn(protocol, random) };
  } catch (cause) {
    throw new Error(`seed ${seed} (${protocol.id}): ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

async function attackOn(protocol: Protocol, random: Random): Promise<number> {
  const kind = protocol.peer!;
  const transport = kind.transports[0]!;
  const wire = new HostileWire(random, transport === 'tcp');
  const network = new Network(wire.carry);
  const joined = async (port: number): Promise<Attacked> => {
    const role = random.below(3) === 0 ? random.pick(kind.roles)?.id : undefined;
    const options = { port, transport, limits, mode: random.pick(modes), ...(role === undefined ? {} : { role }) };
    return { member: await network.add(protocol, options), role };
  };
  const both = [await joined(40_000), await joined(7000)] as const;
  const [a, b] = [both[0].member, both[1].member];
  a.dial(b);
  for (let step = 0; step < STEPS; step++) {
    network.run(random.below(STEP_MS));
    const victim = random.pick([a, b]);
    if (random.below(2) === 0) stranger(victim, wire, random, transport);
    if (random.below(3) === 0) person(victim, random, protocol);
    if (random.below(10) === 0) victim.node.mode = random.pick(modes);
    if (transport === 'tcp' && a.node.links.length < 2 && random.below(4) === 0) a.dial(b);
    checkBounds([a, b]);
  }
  wire.isHostile = false;
  for (const each of [a, b]) each.node.mode = 'automatic';
  network.run(QUIET_MS);
  if (wire.writes > MOST_WRITES) throw new Error(`more than ${MOST_WRITES} writes: they answer each other without an end`);
  await checkHealth(network, protocol, both);
  return wire.writes;
}

/** Passes on what was written as it is, or anything else in its place. */
class HostileWire {
  isHostile = true;
  writes = 0;
  /** All that was ever written, to be replayed. */
  readonly seen: Uint8Array[] = [];
  readonly #random: Random;
  readonly #isStream: boolean;

  constructor(random: Random, isStream: boolean) {
    this.#random = random;
    this.#isStream = isStream;
  }

  readonly carry: Wire = (bytes) => {
    if (++this.writes > MOST_WRITES) return [];
    if (this.seen.length < 200) this.seen.push(bytes);
    if (!this.isHostile) return [{ bytes, after: 1 }];
    const random = this.#random;
    const sent = random.below(10) < 6 ? [bytes] : this.#changed(bytes);
    const late = (): number => (random.below(8) === 0 ? 1 + random.below(3000) : 1);
    return sent.flatMap((each) => this.#pieces(each)).map((piece) => ({ bytes: piece, after: late() }));
  };

  /** Something like what was seen, or nothing like it. */
  made(): Uint8Array {
    const random = this.#random;
    const seen = this.seen.length === 0 ? new Uint8Array(8) : random.pick(this.seen);
    switch (random.below(4)) {
      case 0:
        return seen.slice();
      case 1:
        return Uint8Array.from({ length: random.below(400) }, () => random.below(256));
      default:
        return mutate(seen, this.seen.length === 0 ? seen : random.pick(this.seen), random);
    }
  }

  #changed(bytes: Uint8Array): Uint8Array[] {
    switch (this.#random.below(6)) {
      case 0:
        return [];
      case 1:
        return [bytes, bytes];
      case 2:
        return [this.made(), bytes];
      case 3:
        return [bytes, this.made(), this.made()];
      case 4:
        return [bytes.slice(0, this.#random.below(bytes.length))];
      default:
        return [mutate(bytes, this.made(), this.#random)];
    }
  }

  #pieces(bytes: Uint8Array): Uint8Array[] {
    if (!this.#isStream || this.#random.below(2) === 0) return [bytes];
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + this.#random.below(bytes.length);
      pieces.push(bytes.slice(at, end));
      at = end;
    }
    return pieces;
  }
}

/** Bytes from somewhere else, or a connection that says anything and goes away, or does not. */
function stranger({ node, address }: Member, wire: HostileWire, random: Random, transport: 'udp' | 'tcp'): void {
  const remote = { ip: strangerIp, port: 50_000 + random.below(2 * limits.links) };
  const known = node.links.find(({ remote: { ip, port } }) => ip === remote.ip && port === remote.port);
  const link: Link | undefined = known ?? node.opened(remote, address, random.below(4) === 0);
  if (link === undefined) return;
  for (let left = random.below(5); left > 0; left--) node.received(link.id, wire.made());
  if (transport === 'tcp' && random.below(2) === 0) node.closed(link.id, 'gone', random.below(2) === 0);
}

/** Whoever sits at the node: sends and edits what a page offers, and what it does not. */
function person({ node }: Member, random: Random, { messages = [] }: Protocol): void {
  const [link, held] = [random.pick(node.links), random.pick(node.held)];
  try {
    if (link !== undefined && random.below(2) === 0) {
      const offered = node.offers(link.id);
      const name = offered.length > 0 && random.below(4) > 0 ? random.pick(offered) : random.pick(messages).name;
      node.send(link.id, name);
    }
    if (held === undefined) return;
    const values = held.values === undefined ? undefined : { ...held.values, [random.pick(Object.keys(held.values)) ?? 'x']: 7 };
    const action = random.below(5);
    if (action === 0) node.drop(held.id);
    else if (action === 1) node.delay(held.id, random.below(2000));
    else if (action === 2) node.release(held.id, { ...(values === undefined ? {} : { values }), times: 2 });
    else node.release(held.id);
  } catch (error) {
    // A sentence for a person, never a mistake of the program.
    if (!(error instanceof Error) || isMistake(error.message)) throw new Error(`a person is told: ${error}`, { cause: error });
  }
}

function isMistake(text: string): boolean {
  return /mistake of Peerscope|undefined|is not a function|Cannot (read|convert|mix)|is not iterable|call stack/.test(text);
}

function checkBounds(members: readonly Member[]): void {
  for (const { node, events } of members) {
    if (node.links.length > limits.links) throw new Error(`${node.links.length} links at once`);
    // Those of both directions.
    if (node.held.length > 2 * limits.heldMessages) throw new Error(`${node.held.length} messages wait`);
    const mistake = events.find((event) => event.kind === 'told' && isMistake(event.text));
    if (mistake?.kind === 'told') throw new Error(`told: ${mistake.text}`);
  }
}

/** Once it is over, both nodes still shake hands, forget the others when they stop, and their recordings can be read. */
async function checkHealth(network: Network, protocol: Protocol, members: readonly Attacked[]): Promise<void> {
  const tried = members.map(({ member }) => member);
  checkBounds(tried);
  const [opener, answerer] = protocol.peer!.roles.map(({ id }) => id);
  for (const [index, { member, role }] of members.entries()) {
    const isOpener = role !== undefined && role === opener;
    const own = isOpener ? { role: answerer! } : {};
    const fresh = await network.add(protocol, { port: 41_000 + index, ...own });
    const [from, to] = isOpener || role === undefined ? [member, fresh] : [fresh, member];
    from.dial(to);
    network.run(100);
    // Where nothing opens a conversation, a person sends the first message.
    if (fresh.node.links.length === 0) {
      const link = from.node.links.at(-1)!.id;
      from.node.send(link, from.node.offers(link)[0]!);
      network.run(100);
    }
    const link = fresh.node.links.at(-1);
    if (link === undefined || !fresh.node.status(link.id).ready)
      throw new Error(`no handshake afterwards: ${[...member.complaints(), ...fresh.complaints()].slice(-3).join(' | ')}`);
    tried.push(fresh);
  }
  for (const { node, capture } of tried) {
    node.stop();
    if (node.links.length > 0) throw new Error('a stopped node has links');
    if (node.wait !== undefined) throw new Error('a stopped node has timers');
    const opened = openBytes(capture());
    if ('problem' in opened) throw new Error(opened.problem.text);
    for (const _ of opened.messages());
  }
}
