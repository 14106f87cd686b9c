/** Peerscope's node of ptpchat against the second peer, which shares no code with it, on sockets of this machine. */
import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Met, Wish } from './ptpchat.build.ts';
import {
  nodeDials,
  nodeId,
  nodeIdentity,
  nodesGarden,
  peerDials,
  peerId,
  peerIdentity,
  peersGarden,
  problems,
  recordedAs,
  texts,
  transports,
} from './ptpchat.build.ts';
import { until } from './recorded.build.ts';

const roles: readonly (readonly [string, (wish?: Wish) => Promise<Met>])[] = [
  ['the second peer dials', peerDials],
  ['the node dials', nodeDials],
];
const meetings = transports.flatMap(([over, transport]) =>
  roles.map(([role, meet]) => [`${role} over ${over}`, (wish: Wish = {}) => meet({ transport, ...wish })] as const),
);

const listed = (...ids: string[]) => ids.map((node_id) => ({ node_id }));

const isListed = ({ members }: Readonly<Record<string, unknown>>, ...ids: string[]) =>
  JSON.stringify(members) === JSON.stringify(listed(...ids));

/** A text each way, which the other side has opened and verified. */
async function bothWrite({ node, peer }: Met, id: string, channel: string): Promise<void> {
  node.sends('MESSAGE', { channel, text: 'grüße' });
  expect(await peer.heard.first('text')).toMatchObject({ from: nodeId, channelId: id, text: 'grüße', valid: true, form: 'cms' });
  await peer.acknowledged(peer.write(id, 'and to you'));
  expect(texts(node)).toEqual([
    ['grüße', true],
    ['and to you', true],
  ]);
}

describe.each(meetings)('ptpchat, where %s', (_, meet) => {
  it('both say HELLO again and again', async () => {
    const { node, peer } = await meet();
    const own = () => recordedAs('HELLO', node).map(({ fields }) => fields.node_id === nodeId);
    await until(() => [true, false].every((wanted) => own().filter((each) => each === wanted).length >= 2));
    await peer.verb('HELLO');
    expect(problems(node)).toEqual([]);
  });

  it('each shows its certificate to the other, under the msg_id of the question', async () => {
    const { node, peer } = await meet();
    const asked = peer.askForCertificate();
    await peer.acknowledged(asked);
    const { data } = await peer.verb('CERTIFICATE');
    expect(data).toMatchObject({ msg_id: asked, node_id: nodeId, recipient_id: peerId });
    const { certificate } = await peer.heard.first('certificate');
    const secret = (JSON.parse(nodeIdentity) as { rsa_private: string }).rsa_private;
    const key = createPrivateKey({ key: Buffer.from(secret, 'base64'), type: 'pkcs8', format: 'der' });
    expect([certificate.checkPrivateKey(key), certificate.verify(certificate.publicKey)]).toEqual([true, true]);
    expect(certificate.checkPrivateKey(peerIdentity.privateKey)).toBe(false);

    node.sends('GETCERTIFICATE', { msg_id: 'asked by the node' });
    // The node acknowledges the CERTIFICATE, whose msg_id is that of its question.
    await peer.acknowledged('asked by the node');
    // Over UDP the node asks for one before: a certificate is more than three times a question, and an ACK proves the address.
    expect(new Set(recordedAs('CERTIFICATE', node).map(({ fields }) => fields.certificate))).toEqual(
      new Set([certificate, peerIdentity.certificate].map(({ raw }) => raw.toString('base64'))),
    );
    expect(problems(node)).toEqual([]);
  });

  it('the peer joins a channel of the node, speaks in it and leaves', async () => {
    const { node, peer } = await meet();
    node.sends('CHANNEL', { channel: 'house' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'house');
    expect(data).toMatchObject({ node_id: nodeId, members: listed(nodeId) });
    const id = String(data.channel_id);
    peer.join(id);
    await peer.verb('CHANNEL', (again) => again.channel === 'house' && isListed(again, nodeId, peerId));
    await bothWrite({ node, peer }, id, 'house');
    expect((await peer.verb('MESSAGE')).data.recipient).toEqual(listed(peerId));
    peer.leave(id);
    await until(() => recordedAs('LEAVE', node).length === 1);
    node.sends('CHANNEL', { channel: 'house' });
    await peer.verb('CHANNEL', (again) => again.channel === 'house' && again.msg_id !== data.msg_id && isListed(again, nodeId));
    expect(problems(node)).toEqual([]);
  });

  it('the node joins a channel of the peer, speaks in it and leaves', async () => {
    const { node, peer } = await meet();
    peer.createChannel('7', 'house');
    await until(() => recordedAs('CHANNEL', node).some(({ fields }) => fields.channel === 'house'));
    node.sends('JOIN', { channel: 'house' });
    expect((await peer.verb('JOIN')).data).toMatchObject({ node_id: nodeId, channel: 'house', channel_id: '7' });
    await bothWrite({ node, peer }, '7', 'house');
    node.sends('LEAVE', { channel: 'house' });
    expect((await peer.verb('LEAVE')).data).toMatchObject({ node_id: nodeId, channel: 'house', channel_id: '7' });
    expect([...peer.channels.get('7')!.members]).toEqual([peerId]);
    expect(problems(node)).toEqual([]);
  });

  it('the peer gets the key of a closed channel of the node, and both encrypt under it', async () => {
    const { node, peer } = await meet();
    const id = await nodesGarden({ node, peer });
    const { data } = await peer.verb('KEY');
    expect(data).toMatchObject({
      node_id: nodeId,
      recipient_id: peerId,
      channel: 'garden',
      channel_id: id,
      cipher: 'AES-256-CBC',
    });
    await peer.heard.first('key');
    await bothWrite({ node, peer }, id, 'garden');
    expect(problems(node)).toEqual([]);
  });

  it('the node gets the key of a closed channel of the peer, and both encrypt under it', async () => {
    const { node, peer } = await meet();
    const id = await peersGarden({ node, peer });
    // It shows its certificate "in advance of a GETCERTIFICATE".
    expect((await peer.verb('CERTIFICATE')).data).toMatchObject({ node_id: nodeId, recipient_id: peerId });
    await peer.verb('ACK', ({ msg_id }) => recordedAs('KEY', node).some(({ fields }) => fields.msg_id === msg_id));
    await bothWrite({ node, peer }, id, 'garden');
    expect(problems(node)).toEqual([]);
  });
});
