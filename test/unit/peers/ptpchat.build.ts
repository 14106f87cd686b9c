/** Pairs of Peerscope's node of ptpchat and the second peer, on sockets of this machine. */
import { Choices } from '../../../dissector/protocol/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import type { NodeOptions } from '../../../dissector/testnode/index.ts';
import { createIdentity } from './certificate.ts';
import type { Transport } from './jsonlinks.ts';
import { type PtpchatOptions, PtpchatPeer } from './ptpchatpeer.ts';
import { endsWithTest, findings, type RecordedNode, startRecorded, until } from './recorded.build.ts';

/** Making RSA keys takes time: all tests have the same. */
export const [nodeIdentity, otherNodeIdentity, peerIdentity, otherIdentity, strangerIdentity] = await Promise.all([
  ptpchat.peer!.createIdentity((length) => new Uint8Array(length).fill(1)),
  ptpchat.peer!.createIdentity((length) => new Uint8Array(length).fill(2)),
  createIdentity('the second peer'),
  createIdentity('another one'),
  createIdentity('a stranger'),
]);
export const [nodeId, otherNodeId] = [nodeIdentity, otherNodeIdentity].map(
  (identity) => (JSON.parse(identity) as { node_id: string }).node_id,
) as [string, string];
export const peerId = 'the second peer';

export interface Wish {
  readonly transport?: Transport;
  readonly node?: Partial<NodeOptions>;
  readonly peer?: Partial<PtpchatOptions>;
}

export interface Met {
  readonly node: RecordedNode;
  readonly peer: PtpchatPeer;
}

export const udp: Transport = { kind: 'udp' };
export const transports: readonly (readonly [string, Transport])[] = [
  ['UDP', udp],
  ['TCP with lengths', { kind: 'tcp', framing: 'length' }],
  ['TCP back to back', { kind: 'tcp', framing: 'back-to-back' }],
];

export function pinned(transport: Transport, others: Readonly<Record<string, string>> = {}): Choices {
  return new Choices({ ...(transport.kind === 'tcp' ? { 'ptpchat.framing': transport.framing } : {}), ...others });
}

export async function peerAlone(transport: Transport = udp, wish: Partial<PtpchatOptions> = {}): Promise<PtpchatPeer> {
  return endsWithTest(await PtpchatPeer.open({ nodeId: peerId, identity: peerIdentity, transport, ...wish }));
}

export function nodeOptions(transport: Transport, wish: Partial<NodeOptions> = {}): Partial<NodeOptions> {
  return { identity: nodeIdentity, transport: transport.kind, choices: pinned(transport), ...wish };
}

async function greeted({ node, peer }: Met): Promise<Met> {
  await peer.verb('HELLO');
  await until(() => node.socket.node.links.some(({ id }) => node.socket.node.status(id).ready));
  return { node, peer };
}

export async function peerDials({ transport = udp, node: options, peer: wish }: Wish = {}): Promise<Met> {
  const node = await startRecorded(ptpchat, nodeOptions(transport, options));
  const peer = await peerAlone(transport, wish);
  await peer.dial(node.socket.local.port);
  return greeted({ node, peer });
}

export async function nodeDials({ transport = udp, node: options, peer: wish }: Wish = {}): Promise<Met> {
  const peer = await peerAlone(transport, wish);
  const node = await startRecorded(ptpchat, nodeOptions(transport, options), { ip: '127.0.0.1', port: peer.port });
  return greeted({ node, peer });
}

/** The fields and states of all messages of one verb in the recording. */
export function recordedAs(verb: string, node: RecordedNode, keys?: readonly string[]) {
  return [...node.opened(keys).messages()].flatMap(({ message, fields, state, signature_valid }) =>
    message === verb ? [{ fields: fields as Readonly<Record<string, unknown>>, state, signature_valid }] : [],
  );
}

/** Texts of MESSAGEs with what their signature is worth, as the recording tells them. */
export function texts(node: RecordedNode, keys?: readonly string[]): unknown[] {
  return recordedAs('MESSAGE', node, keys).map(({ fields, signature_valid }) => [fields.text, signature_valid]);
}

/** What is wrong, for the reader of the recording and for the node. */
export function problems(node: RecordedNode): string[] {
  return [...findings(node), ...node.complaints()];
}

/** The node has a closed channel, which the peer joins; it has the key in the end. */
export async function nodesGarden({ node, peer }: Met, showsCertificate = true): Promise<string> {
  node.sends('CHANNEL', { closed: true, channel: 'garden' });
  const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'garden');
  const id = String(data.channel_id);
  peer.join(id, showsCertificate);
  const asked = peer.askForKey(id);
  await peer.acknowledged(asked);
  return id;
}

/** The peer has a closed channel, which the node joins, with its certificate and the question for the key. */
export async function peersGarden({ node, peer }: Met, id = 'the-garden'): Promise<string> {
  peer.createChannel(id, 'garden', true);
  await until(() => recordedAs('CHANNEL', node).some(({ fields }) => fields.channel === 'garden'));
  node.sends('JOIN', { channel: 'garden' });
  await peer.verb('GETKEY');
  return id;
}
