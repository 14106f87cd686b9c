/** Peerscope's node of botd against the second peer, which shares no code with it, on sockets of this machine. */
import { describe, expect, it } from 'vitest';
import { Choices } from '../../../dissector/protocol/index.ts';
import { botd } from '../../../dissector/protocols/botd/index.ts';
import type { NodeOptions } from '../../../dissector/testnode/index.ts';
import { fault } from '../testnode/network.ts';
import type { AesMode } from './aes.ts';
import { type BotdChoices, BotdListener, type BotdOptions, BotdPeer } from './botdpeer.ts';
import { readProto, writeProto } from './protobuf.ts';
import { endsWithTest, findings, type RecordedNode, startRecorded, until } from './recorded.build.ts';
import { newSecret, publicPoint, sharedPoint } from './secp256k1.ts';

const nodeSecret = newSecret();
const peerSecret = newSecret();
const nodeKey = publicPoint(nodeSecret, 'compressed');
const peerKey = publicPoint(peerSecret, 'compressed');

interface Wish {
  readonly node?: Partial<NodeOptions>;
  readonly peer?: Partial<BotdOptions>;
  /** Whom the one that dials takes the other for; it is right without this. */
  readonly expected?: Buffer;
}

type Meet = (wish?: Wish) => Promise<{ readonly node: RecordedNode; readonly peer: BotdPeer }>;

const identity = (recipient: Buffer): string =>
  JSON.stringify({ secp256k1_private: nodeSecret.toString('hex'), recipient_pubkey: recipient.toString('hex') });

const peerDials: Meet = async ({ node: options, peer: wish, expected = nodeKey } = {}) => {
  const node = await startRecorded(botd, { identity: identity(peerKey), ...options });
  const peer = endsWithTest(await BotdPeer.dial(node.socket.local.port, expected, { secret: peerSecret, ...wish }));
  return { node, peer };
};

const nodeDials: Meet = async ({ node: options, peer: wish, expected = peerKey } = {}) => {
  const listener = endsWithTest(await BotdListener.open({ secret: peerSecret, ...wish }));
  const address = { ip: '127.0.0.1', port: listener.port };
  const node = await startRecorded(botd, { identity: identity(expected), ...options }, address);
  return { node, peer: await listener.accepted() };
};

const isOpen = ({ socket: { node } }: RecordedNode): boolean => node.links.some(({ id }) => node.status(id).ready);
const hasNoLinks = ({ socket }: RecordedNode) => socket.node.links.length === 0;

async function handshake({ node, peer }: Awaited<ReturnType<Meet>>): Promise<void> {
  await until(() => isOpen(node) && peer.key !== undefined);
}

/** A Ping each way, and the Pong that answers it. */
async function bothPing({ node, peer }: Awaited<ReturnType<Meet>>): Promise<void> {
  await handshake({ node, peer });
  const own = peer.ping();
  expect((await peer.heard.first('pong')).pingId).toBe(own);
  node.sends('Ping', { id: 'from the node' });
  expect((await peer.heard.first('ping')).id).toBe('from the node');
  await until(() => [...node.opened().messages()].filter(({ message }) => message === 'Pong').length === 2);
}

const messages = (node: RecordedNode, keys?: readonly string[]): string[] =>
  [...node.opened(keys).messages()].map(({ message, state }) => `${message} ${state}`);

const conversation = ['Init', 'Ack', 'Ping', 'Pong', 'Ping', 'Pong'].map((name) => `${name} decoded`);

describe.each([
  ['the second peer dials', peerDials, 'Init'],
  ['the node dials', nodeDials, 'Ack'],
] as const)('botd, where %s', (_, meet, spoken) => {
  it('shakes hands, and each answers the Ping of the other', async () => {
    const met = await meet();
    await bothPing(met);
    expect(met.peer.heard.all.filter(({ kind }) => kind === 'refused' || kind === 'closed')).toEqual([]);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
    expect(messages(met.node)).toEqual(conversation);
  });

  it('carries any protobuf message, both ways', async () => {
    const met = await meet();
    await handshake(met);
    const payload = writeProto({ 1: 'text', 3: Buffer.of(1, 2, 3), 9: 300n, 70000: 2n ** 64n - 1n });
    const form = botd.messages!.find(({ name }) => name === 'protobuf')!;
    met.node.sends('protobuf', form.decode(Uint8Array.from(payload)).values);
    expect((await met.peer.heard.first('protobuf')).fields).toEqual(readProto(payload));
    met.peer.send(payload);
    const trees = () =>
      [...met.node.opened().messages()].flatMap(({ message, fields }) =>
        message === 'protobuf' ? [(fields as { tree: object[] }).tree] : [],
      );
    await until(() => trees().length === 2);
    for (const tree of trees())
      expect(tree).toMatchObject([{ field: 1, string: 'text' }, { field: 3, bytes: '010203' }, { field: 9 }, { field: 70_000 }]);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });

  const keyPins = { 'sha256-point': 'sha256-compressed-point', x: 'x-coordinate', 'sha256-x': 'sha256-x' } as const;
  const ciphers: readonly AesMode[] = ['aes-256-gcm', 'aes-256-ctr', 'aes-256-cbc'];
  const pairs = Object.keys(keyPins).flatMap((key) => ciphers.map((cipher) => ({ key: key as BotdChoices['key'], cipher })));
  it.each(pairs)('agrees on key $key and $cipher where both are told so', async ({ key, cipher }) => {
    const choices = new Choices({ 'botd.key': keyPins[key], 'botd.cipher': cipher });
    const met = await meet({ node: { choices }, peer: { key, cipher } });
    await bothPing(met);
    // The reader of the recording is told nothing: it finds the choice that the frames prove.
    expect(messages(met.node)).toEqual(conversation);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });

  it('does not agree where only one is told so', async () => {
    const met = await meet({ peer: { key: 'sha256-x' } });
    await handshake(met);
    met.peer.ping();
    await until(() => met.node.complaints().length > 0);
    expect(met.node.complaints()).toEqual(['A frame does not open under the key of the session.']);
    met.node.sends('Ping');
    await met.peer.heard.first('refused');
    expect(met.peer.heard.all.map(({ kind }) => kind)).not.toContain('ping');
  });

  const encodings = (['compressed', 'uncompressed'] as const).flatMap((points) =>
    (['compact', 'der'] as const).flatMap((signatures) =>
      (['low', 'high'] as const).map((half) => ({ points, signatures, half })),
    ),
  );
  it.each(encodings)('takes $points points and $signatures signatures with a $half S', async (peer) => {
    const met = await meet({ peer });
    await bothPing(met);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });

  it.each([1, 7])('is understood in pieces of %i bytes', async (pieces) => {
    const met = await meet({ peer: { pieces } });
    await bothPing(met);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });

  it(`refuses a forged ${spoken} of the peer`, async () => {
    const { node, peer } = await meet({ peer: { signedWith: newSecret() } });
    await peer.heard.first('closed');
    await until(() => hasNoLinks(node));
    expect(node.complaints()).toEqual([expect.stringMatching(`^The ${spoken} is refused: the signature does not verify`)]);
    expect(findings(node)).toEqual(['botd.signature']);
  });

  const other = spoken === 'Init' ? 'Ack' : 'Init';
  it(`has a forged ${other} of the node refused`, async () => {
    const { node, peer } = await meet({ node: { faults: [fault(`wrong-signature:${other}`, botd)] } });
    expect(await peer.heard.first('refused')).toMatchObject({ why: `The signature of the ${other} is wrong.` });
    await until(() => hasNoLinks(node));
    expect(findings(node)).toContain('botd.signature');
  });

  it('is over at the second Ping within 30 seconds', async () => {
    const met = await meet();
    await handshake(met);
    met.peer.ping();
    await met.peer.heard.first('pong');
    met.peer.ping();
    await met.peer.heard.first('closed');
    expect(met.node.complaints()).toEqual([expect.stringMatching(/^A second Ping came after /)]);
    expect(findings(met.node)).toEqual(['botd.ping-interval']);
  });

  it('is opened by keys of either side, and by no others', async () => {
    const met = await meet();
    await bothPing(met);
    const { node, peer } = met;
    const [opener] = [...node.opened().messages()].map(({ fields }) => (fields as { ephemeral_pubkey: string }).ephemeral_pubkey);
    const nodeEphemeral = Buffer.from(node.keys[0]!.split(' ')[1]!, 'hex');
    const ephemeral = (secret: Buffer): string => `BOTD_EPHEMERAL_PRIVATE ${secret.toString('hex')}`;
    const point = (secret: Buffer): string => {
      const shared = sharedPoint(secret, publicPoint(nodeEphemeral, 'compressed'));
      return `BOTD_SHARED_POINT ${opener} ${shared.toString('hex')}`;
    };
    const aes = (key: Buffer): string => `BOTD_AES_KEY ${opener} ${key.toString('hex')}`;
    for (const line of [ephemeral(peer.ephemeral), point(peer.ephemeral), aes(peer.key!)])
      expect(messages(node, [line])).toEqual(conversation);
    const stranger = newSecret();
    for (const keys of [[], [ephemeral(stranger)], [point(stranger)], [aes(stranger)], [ephemeral(peerSecret)]]) {
      const states = [...node.opened(keys).messages()].map(({ state }) => state);
      expect(states).toEqual(['decoded', 'decoded', 'encrypted', 'encrypted', 'encrypted', 'encrypted']);
    }
  });
});

describe('botd where the Init comes from the one that was dialled', () => {
  it('shakes hands all the same', async () => {
    const node = await startRecorded(botd, { identity: identity(peerKey), role: 'opener' });
    const peer = endsWithTest(await BotdPeer.dial(node.socket.local.port, undefined, { secret: peerSecret }));
    await bothPing({ node, peer });
    expect([findings(node), node.complaints()]).toEqual([[], []]);
    expect(messages(node)).toEqual(conversation);
  });
});

describe('botd between strangers', () => {
  it('the node refuses an Init for another node', async () => {
    const { node, peer } = await peerDials({ expected: publicPoint(newSecret(), 'compressed') });
    await peer.heard.first('closed');
    expect(node.complaints()).toEqual([
      `The Init is for another node: this one's recipient_pubkey is ${nodeKey.toString('hex')}.`,
    ]);
    expect(peer.heard.all.map(({ kind }) => kind)).not.toContain('ack');
  });

  it('the node has its Init refused by another node than it meant', async () => {
    const { node, peer } = await nodeDials({ expected: nodeKey });
    expect(await peer.heard.first('refused')).toMatchObject({ why: 'The Init is for another node.' });
    await until(() => hasNoLinks(node));
  });

  it('the node refuses the Ack of one that has not the key which the Init names', async () => {
    const { node, peer } = await nodeDials({ peer: { secret: newSecret(), plays: peerKey } });
    await peer.heard.first('closed');
    expect(node.complaints()).toEqual([expect.stringMatching('^The Ack is refused: the signature does not verify')]);
    expect(isOpen(node)).toBe(false);
  });

  it('the node hears what comes in the same breath as the Ack', async () => {
    const met = await nodeDials({ peer: { afterAck: writeProto({ 1: 'at once' }) } });
    await met.peer.heard.first('protobuf');
    expect(messages(met.node)).toEqual(['Init', 'Ack', 'Ping', 'Pong'].map((name) => `${name} decoded`));
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });

  it('the node says of an Ack that names another Init, and goes on', async () => {
    const met = await nodeDials({ peer: { initId: 'another' } });
    await bothPing(met);
    expect(met.node.complaints()).toEqual(['The init_id of the Ack is not the id of the Init.']);
    expect(findings(met.node)).toEqual(['botd.init-id']);
  });
});

/** The specification names no encoding of a point: a node knows its own key in either. */
describe('open encodings of the key that an Init is for', () => {
  it.each(['compressed', 'uncompressed'] as const)('the node takes an Init for its own key, %s', async (form) => {
    const met = await peerDials({ expected: publicPoint(nodeSecret, form) });
    await bothPing(met);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });

  it.each(['compressed', 'uncompressed'] as const)('the node dials one whose key it was given %s', async (form) => {
    const met = await nodeDials({ expected: publicPoint(peerSecret, form) });
    await bothPing(met);
    expect([findings(met.node), met.node.complaints()]).toEqual([[], []]);
  });
});
