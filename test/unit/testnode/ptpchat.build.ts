/** Nodes of ptpchat for its tests: two, three, and two in a closed channel. */
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import type { NodeOptions } from '../../../dissector/testnode/index.ts';
import { findings, type Member, Network, told } from './network.ts';

/** Making RSA keys takes time: three nodes have theirs for all tests. */
export const identities = await Promise.all(
  [1, 2, 3].map((n) => ptpchat.peer!.createIdentity((length) => new Uint8Array(length).fill(n))),
);
const [first, second, third] = identities;

export async function pair(one: Partial<NodeOptions> = {}, other: Partial<NodeOptions> = {}) {
  const network = new Network();
  const a = await network.add(ptpchat, { port: 7101, identity: first!, ...one });
  const b = await network.add(ptpchat, { port: 9001, identity: second!, ...other });
  a.dial(b);
  return { network, a, b };
}

export const quiet = (...members: Member[]) => members.flatMap((member) => [...findings(member), ...member.complaints()]);
/** All but what is said again and again. */
export const said = (member: Member) => told(member).filter((line) => !/ (HELLO|ROUTING)$/.test(line));

/** Two clients of one server. */
export async function three(transport: 'udp' | 'tcp' = 'udp', ip = '127.0.0.1') {
  const network = new Network();
  const a = await network.add(ptpchat, { port: 7101, ip, transport, identity: first! });
  const s = await network.add(ptpchat, { port: 9001, ip, transport, identity: second! });
  const c = await network.add(ptpchat, { port: 7102, ip, transport, identity: third! });
  a.dial(s);
  c.dial(s);
  network.run(1000);
  return { network, a, s, c };
}

/** A closed channel of the server that the others have joined, with all that follows from that. */
export async function closed(one: Partial<NodeOptions> = {}, other: Partial<NodeOptions> = {}) {
  const { network, a, b } = await pair(one, other);
  network.run(1000);
  b.node.send(1, 'CHANNEL', { closed: true, channel: 'garden' });
  network.run(100);
  a.node.send(1, 'JOIN', { channel: 'garden' });
  network.run(1000);
  return { network, a, b };
}
