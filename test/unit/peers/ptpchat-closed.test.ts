/** What ptpchat's specification leaves open about keys, ciphers and signatures, and what a wrong key or a forgery comes to. */
import { describe, expect, it } from 'vitest';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { fault } from '../testnode/network.ts';
import type { AesMode } from './aes.ts';
import type { KeyWrap } from './keywrap.ts';
import type { Met } from './ptpchat.build.ts';
import {
  nodeDials,
  nodeId,
  nodesGarden,
  otherIdentity,
  peerDials,
  peerIdentity,
  peersGarden,
  pinned,
  problems,
  recordedAs,
  strangerIdentity,
  texts,
  udp,
} from './ptpchat.build.ts';
import { findings, until } from './recorded.build.ts';
import type { SignedForm } from './signedtext.ts';

const text = 'under the rose';
const wrapPins = {
  'oaep-sha1': 'rsa-oaep-sha-1',
  'oaep-sha256': 'rsa-oaep-sha-256',
  pkcs1: 'rsa-pkcs1-v1.5',
} as const satisfies Record<KeyWrap, string>;
const ciphers: readonly AesMode[] = ['aes-256-cbc', 'aes-256-gcm', 'aes-256-ctr'];

async function bothWrite({ node, peer }: Met, id: string): Promise<void> {
  node.sends('MESSAGE', { channel: 'garden', text });
  expect(await peer.heard.first('text')).toMatchObject({ from: nodeId, channelId: id, text, valid: true });
  await peer.acknowledged(peer.write(id, text));
  expect(texts(node)).toEqual([
    [text, true],
    [text, true],
  ]);
}

describe('open choices of closed channels', () => {
  const pairs = (Object.keys(wrapPins) as KeyWrap[]).flatMap((wrap) => ciphers.map((cipher) => ({ wrap, cipher })));

  it.each(pairs)('the node gives a key by $wrap for $cipher, where both are told so', async ({ wrap, cipher }) => {
    const choices = pinned(udp, { 'ptpchat.keyWrapping': wrapPins[wrap], 'ptpchat.cipher': cipher });
    const met = await peerDials({ node: { choices }, peer: { wrap } });
    const id = await nodesGarden(met);
    await met.peer.heard.first('key');
    // The KEY names the cipher: the peer was not told.
    expect(met.peer.channels.get(id)!.cipher).toBe(cipher);
    await bothWrite(met, id);
    expect(problems(met.node)).toEqual([]);
  });

  it.each(pairs)('the peer gives a key by $wrap for $cipher, and the node is not told', async ({ wrap, cipher }) => {
    const met = await peerDials({ peer: { wrap, cipher } });
    const id = await peersGarden(met);
    await met.peer.verb('ACK', ({ msg_id }) => recordedAs('KEY', met.node).some(({ fields }) => fields.msg_id === msg_id));
    await bothWrite(met, id);
    expect(problems(met.node)).toEqual([]);
  });

  const forms: readonly SignedForm[] = [
    ...(['cms', 'cms-without-attributes', 'text-signature-sha256'] as const),
    ...(['text-signature-sha1', 'signature-text-sha256', 'signature-text-sha1'] as const),
  ];
  it.each(forms)('a text signed as %s is read by the node, in a closed channel and in an open one', async (form) => {
    const met = await nodeDials({ peer: { form } });
    const { node, peer } = met;
    const id = await nodesGarden(met);
    await peer.heard.first('key');
    peer.createChannel('open', 'house');
    await until(() => recordedAs('CHANNEL', node).some(({ fields }) => fields.channel === 'house'));
    node.sends('JOIN', { channel: 'house' });
    await peer.verb('JOIN');
    for (const channel of [id, 'open']) await peer.acknowledged(peer.write(channel, `${text}, grüße`));
    expect(texts(node)).toEqual([
      [`${text}, grüße`, true],
      [`${text}, grüße`, true],
    ]);
    expect(problems(node)).toEqual([]);
  });

  it.each(['der', 'pem'] as const)('the node takes a certificate as %s', async (certificate) => {
    const met = await peerDials({ peer: { certificate } });
    const id = await nodesGarden(met);
    await met.peer.heard.first('key');
    await bothWrite(met, id);
    expect(problems(met.node)).toEqual([]);
  });

  /** Longer than a double is exact: an id that loses digits is another one. */
  const numbers = { nodeId: '98765432109876543210', ids: 'numbers' } as const;
  it('ids may be numbers of any length: the node keeps their digits', async () => {
    const met = await peerDials({ peer: numbers });
    const { node, peer } = met;
    const id = await nodesGarden(met);
    await peer.heard.first('key');
    await bothWrite(met, id);
    expect((await peer.verb('KEY')).json).toContain(`"recipient_id":${numbers.nodeId},`);
    expect(recordedAs('KEY', node)[0]?.fields.recipient_id).toBe(numbers.nodeId);
    expect(problems(node)).toEqual([]);
  });

  it('the key of a channel whose id is a number opens its messages', async () => {
    const met = await peerDials({ peer: numbers });
    const id = await peersGarden(met, '12345678901234567890');
    await met.peer.verb('ACK', ({ msg_id }) => recordedAs('KEY', met.node).some(({ fields }) => fields.msg_id === msg_id));
    await bothWrite(met, id);
    const line = (key: Buffer) => `PTPCHAT_CHANNEL_KEY ${id} ${key.toString('base64')}`;
    expect(texts(met.node, [line(met.peer.channels.get(id)!.key!)])).toEqual(texts(met.node));
    expect(texts(met.node, [line(Buffer.alloc(32, 7))])).toEqual([
      [undefined, null],
      [undefined, null],
    ]);
    expect(problems(met.node)).toEqual([]);
  });

  it('the node asks for a certificate that did not come along with the JOIN, and gives the key then', async () => {
    const met = await peerDials();
    const id = await nodesGarden(met, false);
    await met.peer.verb('GETCERTIFICATE');
    await met.peer.heard.first('key');
    await bothWrite(met, id);
    expect(problems(met.node)).toEqual([]);
  });

  it('attachments travel beside the text, neither signed nor encrypted', async () => {
    const met = await peerDials();
    const id = await nodesGarden(met);
    await met.peer.heard.first('key');
    const attachment = [{ attachment: Buffer.from('a file').toString('base64'), attachment_type: 'text/plain' }];
    await met.peer.acknowledged(met.peer.write(id, text, attachment));
    expect(recordedAs('MESSAGE', met.node)[0]?.fields).toMatchObject({ attachment, text });
    met.node.sends('MESSAGE', { channel: 'garden', text, attachment });
    expect((await met.peer.verb('MESSAGE')).data.attachment).toEqual(attachment);
    expect(problems(met.node)).toEqual([]);
  });
});

describe('wrong keys and forgeries of ptpchat', () => {
  it('a member that has no key opens nothing', async () => {
    const met = await peerDials();
    const { node, peer } = met;
    const id = await nodesGarden(met);
    await peer.heard.first('key');
    delete peer.channels.get(id)!.key;
    node.sends('MESSAGE', { channel: 'garden', text });
    expect(await peer.heard.first('text')).toMatchObject({ valid: false, form: 'unknown' });
    expect(JSON.stringify(peer.heard.all)).not.toContain(text);
  });

  it('who has another private key does not open a KEY', async () => {
    const met = await peerDials({ peer: { signsWith: strangerIdentity } });
    await nodesGarden(met);
    expect((await met.peer.heard.first('unopened')).verb).toBe('KEY');
  });

  it('a KEY by another padding than the peer expects does not open', async () => {
    const met = await peerDials({ peer: { wrap: 'oaep-sha256' } });
    await nodesGarden(met);
    expect((await met.peer.heard.first('unopened')).verb).toBe('KEY');
  });

  it('a GETKEY of a node that is no member is not answered, by either', async () => {
    const met = await peerDials();
    const { node, peer } = met;
    node.sends('CHANNEL', { closed: true, channel: 'garden' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'garden');
    await peer.acknowledged(peer.askForKey(String(data.channel_id)));
    peer.createChannel('hedge', 'hedge', true);
    await until(() => recordedAs('CHANNEL', node).some(({ fields }) => fields.channel === 'hedge'));
    node.sends('GETKEY', { channel: 'hedge', channel_id: 'hedge' });
    await peer.verb('GETKEY');
    // What comes now is said after any KEY would have been.
    node.sends('GETCERTIFICATE');
    await peer.verb('GETCERTIFICATE');
    expect(recordedAs('KEY', node)).toEqual([]);
    expect(node.complaints()).toEqual(['A GETKEY is refused: its sender is not in the channel.']);
  });

  it('the node does not open a KEY that is for another certificate, and takes the right one after it', async () => {
    const met = await peerDials();
    const { node, peer } = met;
    peer.createChannel('hedge', 'garden', true);
    const channel = peer.channels.get('hedge')!;
    const { key } = channel;
    // As long as it has no key, it cannot answer with the right one.
    delete channel.key;
    await until(() => recordedAs('CHANNEL', node).some(({ fields }) => fields.channel === 'garden'));
    node.sends('JOIN', { channel: 'garden' });
    await peer.verb('GETKEY');
    channel.key = key!;
    await peer.acknowledged(peer.giveKey('hedge', nodeId, strangerIdentity.certificate));
    expect(node.complaints()).toEqual(['A KEY does not open with the private key of this node.']);
    await peer.acknowledged(peer.giveKey('hedge', nodeId));
    await bothWrite(met, 'hedge');
    expect(node.complaints()).toHaveLength(1);
  });

  it('the node tells of a signature that is not the sender’s, whoever’s certificate is inside', async () => {
    const met = await peerDials({ peer: { signsWith: strangerIdentity } });
    const { node, peer } = met;
    node.sends('GETCERTIFICATE', { msg_id: 'asked' });
    await peer.acknowledged('asked');
    node.sends('CHANNEL', { channel: 'house' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'house');
    peer.join(String(data.channel_id));
    await peer.acknowledged(peer.write(String(data.channel_id), text));
    expect(node.complaints()).toEqual(['A MESSAGE is signed with another key than that of its sender’s certificate.']);
    expect([texts(node), findings(node)]).toEqual([[[text, false]], ['ptpchat.signature']]);
  });

  it.each(['text-signature-sha256', 'signature-text-sha256'] as const)(
    'the node tells of a stranger’s signature, as %s',
    async (form) => {
      const met = await peerDials({ peer: { signsWith: strangerIdentity, form } });
      const { node, peer } = met;
      node.sends('GETCERTIFICATE', { msg_id: 'asked' });
      await peer.acknowledged('asked');
      node.sends('CHANNEL', { channel: 'house' });
      const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'house');
      peer.join(String(data.channel_id));
      await peer.acknowledged(peer.write(String(data.channel_id), text));
      expect(node.complaints()).toHaveLength(1);
      expect(texts(node)).toEqual([[text, false]]);
      expect(findings(node)).toEqual(['ptpchat.signature']);
    },
  );

  it('the peer does not take a wrong signature of the node', async () => {
    const met = await peerDials({ node: { faults: [fault('wrong-signature:MESSAGE', ptpchat)] } });
    const { node, peer } = met;
    node.sends('CHANNEL', { channel: 'house' });
    const { data } = await peer.verb('CHANNEL', ({ channel }) => channel === 'house');
    peer.join(String(data.channel_id));
    await until(() => recordedAs('JOIN', node).length === 1);
    node.sends('MESSAGE', { channel: 'house', text });
    expect((await peer.heard.first('text')).valid).toBe(false);
    expect(problems(node)).toContain('ptpchat.signature');
  });

  it.each(ciphers)('the peer does not open what the node encrypts under a wrong key with %s', async (cipher) => {
    const choices = pinned(udp, { 'ptpchat.cipher': cipher });
    const met = await peerDials({ node: { choices, faults: [fault('wrong-key:MESSAGE', ptpchat)] } });
    await nodesGarden(met);
    await met.peer.heard.first('key');
    met.node.sends('MESSAGE', { channel: 'garden', text });
    expect((await met.peer.heard.first('unopened')).verb).toBe('MESSAGE');
    expect(texts(met.node)).toEqual([[undefined, null]]);
  });

  it.each(ciphers)('the node does not open what the peer encrypts under a wrong key with %s', async (cipher) => {
    const met = await peerDials({ peer: { cipher } });
    const id = await peersGarden(met);
    const { node, peer } = met;
    await peer.verb('ACK', ({ msg_id }) => recordedAs('KEY', node).some(({ fields }) => fields.msg_id === msg_id));
    peer.channels.get(id)!.key = Buffer.alloc(32, 7);
    await peer.acknowledged(peer.write(id, text));
    expect(node.complaints()).toEqual(['A MESSAGE does not open: its text is no signed text under the key of its channel.']);
    expect(texts(node)).toEqual([[undefined, null]]);
  });
});

describe('the recording of a closed channel', () => {
  const rsa = (identity: typeof peerIdentity): string =>
    `PTPCHAT_RSA_PRIVATE ${identity.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`;
  const channelKey = (id: string, key: Buffer): string => `PTPCHAT_CHANNEL_KEY ${id} ${key.toString('base64')}`;

  it.each(ciphers)('is opened by the peer’s keys as by the node’s, and by no others, with %s', async (cipher) => {
    const met = await peerDials({ node: { choices: pinned(udp, { 'ptpchat.cipher': cipher }) } });
    const { node, peer } = met;
    const id = await nodesGarden(met);
    const { key } = await peer.heard.first('key');
    await bothWrite(met, id);
    for (const line of [rsa(peerIdentity), channelKey(id, key)])
      expect(texts(node, [line])).toEqual([
        [text, true],
        [text, true],
      ]);
    expect(recordedAs('KEY', node, [rsa(peerIdentity)])).toMatchObject([
      { state: 'decoded', fields: { key_decrypted: key.toString('hex') } },
    ]);
    for (const keys of [[], [rsa(otherIdentity)], [channelKey(id, Buffer.alloc(32, 7))], [channelKey('another', key)]]) {
      expect(texts(node, keys)).toEqual([
        [undefined, null],
        [undefined, null],
      ]);
      expect(recordedAs('KEY', node, keys)[0]?.state).toBe('encrypted');
    }
  });
});
