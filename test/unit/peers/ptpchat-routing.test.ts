/** Who is in a channel, which nodes there are, and the paths between them: three parties, one or two of them the second peer. */
import { describe, expect, it } from 'vitest';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import type { Transport } from './jsonlinks.ts';
import type { Met } from './ptpchat.build.ts';
import {
  nodeDials,
  nodeId,
  nodeOptions,
  otherIdentity,
  otherNodeId,
  otherNodeIdentity,
  peerAlone,
  peerDials,
  peerId,
  peerIdentity,
  problems,
  recordedAs,
  texts,
  transports,
  udp,
} from './ptpchat.build.ts';
import type { PtpchatPeer } from './ptpchatpeer.ts';
import { findings, type RecordedNode, startRecorded, until } from './recorded.build.ts';

const otherId = 'another peer';
const knows = (node: RecordedNode, channel: string) => () =>
  recordedAs('CHANNEL', node).some(({ fields }) => fields.channel === channel);

/** The node in the middle, and two second peers that know of each other by it alone. */
async function nodeInTheMiddle(transport: Transport): Promise<Met & { readonly other: PtpchatPeer }> {
  const { node, peer } = await peerDials({ transport });
  const other = await peerAlone(transport, { nodeId: otherId, identity: otherIdentity });
  await other.dial(node.socket.local.port);
  await other.verb('HELLO');
  return { node, peer, other };
}

/** Two nodes that know of each other by the second peer alone. */
async function peerInTheMiddle(transport: Transport): Promise<Met & { readonly other: RecordedNode }> {
  const { node, peer } = await nodeDials({ transport });
  const address = { ip: '127.0.0.1', port: peer.port };
  const other = await startRecorded(ptpchat, nodeOptions(transport, { identity: otherNodeIdentity }), address);
  await peer.verb('HELLO', ({ node_id }) => node_id === otherNodeId);
  return { node, peer, other };
}

/** A KEY in its recording opens with its own private key. */
const hasOwnKey = (node: RecordedNode) => recordedAs('KEY', node).some(({ state }) => state === 'decoded');

describe('a list of members that does not fit', () => {
  it('the node that is listed and not in the channel leaves it', async () => {
    const { node, peer } = await peerDials();
    peer.createChannel('7', 'house');
    await until(knows(node, 'house'));
    peer.channels.get('7')!.members.add(nodeId);
    peer.announce('7');
    expect((await peer.verb('LEAVE')).data).toMatchObject({ node_id: nodeId, channel_id: '7' });
    expect(problems(node)).toEqual([]);
  });

  it('the node that is in the channel and not listed joins it again', async () => {
    const { node, peer } = await peerDials();
    peer.createChannel('7', 'house');
    await until(knows(node, 'house'));
    node.sends('JOIN', { channel: 'house' });
    const first = await peer.verb('JOIN');
    // A list that comes right after its JOIN may have been written before it: the node lets a while pass.
    const again = peer.verb('JOIN', ({ msg_id }) => msg_id !== first.data.msg_id);
    let isBack = false;
    void again.then(() => {
      isBack = true;
    });
    const seen = () => peer.heard.all.filter((item) => item.kind === 'wire' && item.verb === 'HELLO').length;
    while (!isBack) {
      peer.channels.get('7')!.members.delete(nodeId);
      peer.announce('7');
      const hellos = seen();
      await until(() => isBack || seen() > hellos);
    }
    expect((await again).data).toMatchObject({ node_id: nodeId, channel_id: '7' });
    expect(problems(node)).toEqual([]);
  });

  it('the peer does the same, and the recording shows nothing wrong with it', async () => {
    const { node, peer } = await peerDials();
    node.sends('CHANNEL', { channel: 'house' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'house');
    const channel_id = String(data.channel_id);
    const list = (...ids: string[]) => ({ channel: 'house', channel_id, members: ids.map((node_id) => ({ node_id })) });
    node.sends('CHANNEL', { ...list(nodeId, peerId), msg_id: 'a list by hand' });
    await until(() => recordedAs('LEAVE', node).length === 1);
    peer.join(channel_id);
    // The node's own list comes first: else it would cross the JOIN that the next one by hand asks for.
    await peer.verb('CHANNEL', ({ members, msg_id }) => (members as unknown[]).length === 2 && msg_id !== 'a list by hand');
    node.sends('CHANNEL', list(nodeId));
    await until(() => recordedAs('JOIN', node).length === 2);
    expect(recordedAs('LEAVE', node)[0]?.fields).toMatchObject({ node_id: peerId, channel_id });
    expect(findings(node)).toEqual([]);
  });
});

describe.each(transports)('three parties of ptpchat over %s', (_, transport) => {
  it('the node lists its neighbours in ROUTING', async () => {
    const { node, peer, other } = await nodeInTheMiddle(transport);
    // HELLO as the specification has it names nobody: a node is known by what it says later.
    for (const each of [peer, other]) await each.acknowledged(each.askForCertificate());
    for (const { id } of node.socket.node.links) node.socket.node.send(id, 'ROUTING');
    const nodes = node.socket.node.links.map(({ remote }, n) => ({
      ...{ node_id: [peerId, otherId][n], address: `${remote.ip}:${remote.port}` },
    }));
    for (const each of [peer, other]) await each.verb('ROUTING', (data) => JSON.stringify(data.nodes) === JSON.stringify(nodes));
    if (transport.kind === 'udp')
      expect(nodes.map(({ address }) => address)).toEqual([peer, other].map(({ port }) => `127.0.0.1:${port}`));
    expect(problems(node)).toEqual([]);
  });

  it('the node carries a MESSAGE from one peer to the other as it stands', async () => {
    const { node, peer, other } = await nodeInTheMiddle(transport);
    node.sends('CHANNEL', { channel: 'house' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'house');
    const id = String(data.channel_id);
    await other.verb('CHANNEL', ({ channel }) => channel === 'house');
    for (const each of [peer, other]) each.join(id);
    // The one in the middle says who is in it.
    await peer.verb('CHANNEL', ({ members }) => (members as unknown[]).length === 3);
    other.certificates.set(peerId, peerIdentity.certificate);
    await peer.acknowledged(peer.write(id, 'by way of the node'));
    expect(await other.heard.first('text')).toMatchObject({ from: peerId, text: 'by way of the node', valid: true });
    const [sent, passed] = recordedAs('MESSAGE', node).map(({ fields }) => fields);
    expect(passed).toEqual(sent);
    expect(peer.heard.all.filter(({ kind }) => kind === 'text')).toEqual([]);
    expect(problems(node)).toEqual([]);
  });

  it('the key of a closed channel of the node goes to each member under its own certificate', async () => {
    const { node, peer, other } = await nodeInTheMiddle(transport);
    node.sends('CHANNEL', { closed: true, channel: 'garden' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'garden');
    const id = String(data.channel_id);
    await other.verb('CHANNEL', ({ channel }) => channel === 'garden');
    for (const each of [peer, other]) {
      each.join(id);
      each.askForKey(id);
    }
    const [one, two] = await Promise.all([peer, other].map((each) => each.heard.first('key')));
    expect(one!.key.equals(two!.key)).toBe(true);
    const wrapped = recordedAs('KEY', node).map(({ fields }) => fields.key);
    expect(new Set(wrapped).size).toBe(2);
    await peer.verb('CHANNEL', ({ members, channel }) => channel === 'garden' && (members as unknown[]).length === 3);
    other.certificates.set(peerId, peerIdentity.certificate);
    peer.write(id, 'under the rose');
    expect(await other.heard.first('text')).toMatchObject({ from: peerId, text: 'under the rose', valid: true });
    expect(texts(node)).toEqual([
      ['under the rose', true],
      ['under the rose', true],
    ]);
    expect(problems(node)).toEqual([]);
  });
});

describe.each(transports)('the peer between two nodes of ptpchat over %s', (_, transport) => {
  it.each([false, true])('carries what one writes to the other, in a channel that is closed: %s', async (closed) => {
    const { node, peer, other } = await peerInTheMiddle(transport);
    peer.createChannel('7', 'house', closed);
    for (const each of [node, other]) {
      await until(knows(each, 'house'));
      each.sends('JOIN', { channel: 'house' });
    }
    await Promise.all([nodeId, otherNodeId].map((id) => peer.verb('JOIN', ({ node_id }) => node_id === id)));
    if (closed) await until(() => [node, other].every(hasOwnKey));
    peer.announce('7');
    const isWhole = (each: RecordedNode) =>
      recordedAs('CHANNEL', each).some(({ fields }) => (fields.members as unknown[]).length === 3);
    await until(() => [node, other].every(isWhole));
    node.sends('MESSAGE', { channel: 'house', text: 'by way of the peer' });
    await until(() => recordedAs('MESSAGE', other).length === 1);
    expect(await peer.heard.first('text')).toMatchObject({ from: nodeId, text: 'by way of the peer', valid: true });
    for (const each of [node, other]) expect(texts(each)).toEqual([['by way of the peer', true]]);
    expect([problems(node), problems(other)]).toEqual([[], []]);
  });
});

/** Over UDP alone: to open a path is to be reached by datagrams. */
describe('CONNECT', () => {
  it('the node helps two peers to each other', async () => {
    const { node, peer, other } = await nodeInTheMiddle(udp);
    await peer.connect('127.0.0.1');
    const two = await other.verb('CONNECT');
    const origin = String(two.data.dst);
    expect(two.data).toMatchObject({ dst: expect.stringMatching(/^127\.0\.0\.1:\d+$/), src: '127.0.0.1' });
    const four = await peer.verb('CONNECT');
    expect(four.data).toMatchObject({ src: origin, dst: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    // Each is heard by the other, from the sockets that the steps have named.
    const portOf = (socket: unknown) => Number(String(socket).split(':')[1]);
    const hello = (by: PtpchatPeer, socket: unknown) =>
      by.heard.first('wire', ({ verb, link }) => verb === 'HELLO' && link.remotePort === portOf(socket));
    await Promise.all([hello(peer, four.data.dst), hello(other, origin)]);
    const steps = recordedAs('CONNECT', node).map(({ fields: { dst, src } }) => ({ dst, src }));
    const [askedPort, answeredPort] = [origin, four.data.dst].map((socket) => String(portOf(socket)));
    expect(steps).toEqual([
      { dst: '127.0.0.1', src: askedPort },
      { dst: origin, src: '127.0.0.1' },
      { dst: origin, src: answeredPort },
      { dst: four.data.dst, src: origin },
    ]);
    expect(problems(node)).toEqual([]);
  });

  it('the node asks and another node answers, with the peer between them', async () => {
    const { node, peer, other } = await peerInTheMiddle(udp);
    peer.route();
    await until(() => recordedAs('ROUTING', node).length === 1);
    node.sends('CONNECT', { dst_node_id: otherNodeId });
    const ports = [node, other].map(({ socket }) => String(socket.local.port));
    const reaches = (each: RecordedNode) =>
      each.socket.node.links.some(({ id, remote }) => ports.includes(String(remote.port)) && each.socket.node.status(id).ready);
    await until(() => reaches(node) && reaches(other));
    const sockets = ports.map((port) => `127.0.0.1:${port}`);
    const steps = (each: RecordedNode) => recordedAs('CONNECT', each).map(({ fields: { dst, src } }) => ({ dst, src }));
    expect(steps(node)).toEqual([
      { dst: '127.0.0.1', src: ports[0] },
      { dst: sockets[1], src: sockets[0] },
    ]);
    expect(steps(other)).toEqual([
      { dst: sockets[0], src: '127.0.0.1' },
      { dst: sockets[0], src: ports[1] },
    ]);
    expect([problems(node), problems(other)]).toEqual([[], []]);
  });
});
