/** JSON, texts and keys in the forms that the specification allows, however odd, between the second peer and the node. */
import { describe, expect, it } from 'vitest';
import { createIdentity } from './certificate.ts';
import type { Met } from './ptpchat.build.ts';
import {
  nodeDials,
  nodeId,
  nodesGarden,
  peerDials,
  peerId,
  problems,
  recordedAs,
  texts,
  transports,
  udp,
} from './ptpchat.build.ts';

/** What comes after this was said after all that the peer has said before. */
async function answered({ peer }: Met): Promise<void> {
  const asked = peer.askForCertificate();
  await peer.verb('CERTIFICATE', ({ msg_id }) => msg_id === asked);
}

/** "All other elements in the head should be ignored"; of HELLO msg_data, too. */
const hellos = [
  '{"msg_type":"HELLO"}',
  '{"msg_type":"HELLO","msg_data":null}',
  '{"msg_type":"HELLO","msg_data":{}}',
  '{"msg_type":"HELLO","msg_data":{"anything":[1,{"node_id":2}]}}',
  '{"msg_type":"HELLO","msg_data":"text"}',
  '{"msg_type":"HELLO","msg_data":[1]}',
  '{"msg_type":"HELLO","msg_data":5}',
  '{"version":1,"msg_type":"HELLO","sender":{"a":"}"}}',
  '{"msg_data":{"msg_type":"JOIN"},"msg_type":"HELLO"}',
  '{\n  "msg_type" : "HELLO",\r\n\t"msg_data" : { }\n}',
  '{"\\u006dsg_type":"H\\u0045LLO"}',
];

describe.each(transports)('ptpchat over %s', (_, transport) => {
  it.each(hellos)('the node takes %j for a HELLO', async (hello) => {
    const met = await peerDials({ transport });
    met.peer.sayJson(hello);
    await answered(met);
    // The one that it began with, and this one.
    const own = recordedAs('HELLO', met.node).filter(({ fields }) => fields.node_id !== nodeId);
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect(own.map(({ state }) => state)).not.toContain('malformed');
    expect(problems(met.node)).toEqual([]);
  });

  it('names and texts may hold what JSON, framing and base64 are made of', async () => {
    const met = await nodeDials({ transport });
    const { node, peer } = met;
    const [name, text] = ['b}"{\\ ü 🌱 [', '{"msg_type":"LEAVE"} }\\"{ grüße 🌱\n'];
    node.sends('CHANNEL', { channel: name, closed: true });
    const id = String((await peer.verb('CHANNEL', ({ channel }) => channel === name)).data.channel_id);
    peer.join(id);
    await peer.acknowledged(peer.askForKey(id));
    await peer.heard.first('key');
    node.sends('MESSAGE', { channel: name, text });
    expect(await peer.heard.first('text')).toMatchObject({ text, valid: true });
    await peer.acknowledged(peer.write(id, text));
    expect(texts(node)).toEqual([
      [text, true],
      [text, true],
    ]);
    expect(problems(node)).toEqual([]);
  });

  it('a long text comes whole', async () => {
    const met = await peerDials({ transport });
    const { node, peer } = met;
    const id = await nodesGarden(met);
    await peer.heard.first('key');
    const text = 'as long as a datagram can carry '.repeat(1000);
    node.sends('MESSAGE', { channel: 'garden', text });
    expect(await peer.heard.first('text')).toMatchObject({ text, valid: true });
    await peer.acknowledged(peer.write(id, text));
    expect(texts(node)).toEqual([
      [text, true],
      [text, true],
    ]);
    expect(problems(node)).toEqual([]);
  });

  it('an empty text is a text', async () => {
    const met = await peerDials({ transport });
    const { node, peer } = met;
    const id = await nodesGarden(met);
    await peer.heard.first('key');
    node.sends('MESSAGE', { channel: 'garden', text: '' });
    expect(await peer.heard.first('text')).toMatchObject({ text: '', valid: true });
    await peer.acknowledged(peer.write(id, ''));
    expect(texts(node)).toEqual([
      ['', true],
      ['', true],
    ]);
    expect(problems(node)).toEqual([]);
  });

  it('a message that comes twice is acknowledged twice, and is one', async () => {
    const met = await peerDials({ transport });
    const { node, peer } = met;
    const question = { msg_id: 'a question that is asked twice', node_id: peerId };
    peer.say('GETCERTIFICATE', question);
    peer.say('GETCERTIFICATE', question);
    await answered(met);
    const acks = peer.heard.all.filter(
      (item) => item.kind === 'wire' && item.verb === 'ACK' && item.data.msg_id === question.msg_id,
    );
    expect(acks).toHaveLength(2);
    expect(node.complaints()).toEqual([]);
  });
});

describe('RSA keys of other sizes', () => {
  for (const bits of [1024, 1536, 3072, 4096])
    it(`a certificate of ${bits} bits gets the key, and its signatures verify in every form`, async () => {
      const identity = await createIdentity(`${bits} bits`, bits);
      for (const form of ['cms', 'text-signature-sha256', 'signature-text-sha1'] as const) {
        const met = await peerDials({ transport: udp, peer: { identity, form } });
        const { node, peer } = met;
        const id = await nodesGarden(met);
        await peer.heard.first('key');
        await peer.acknowledged(peer.write(id, 'under the rose'));
        expect(texts(node)).toEqual([['under the rose', true]]);
        expect(problems(node)).toEqual([]);
        const pkcs8 = identity.privateKey.export({ type: 'pkcs8', format: 'der' });
        expect(texts(node, [`PTPCHAT_RSA_PRIVATE ${pkcs8.toString('base64')}`])).toEqual([['under the rose', true]]);
      }
    });
});
