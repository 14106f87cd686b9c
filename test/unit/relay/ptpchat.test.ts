/** The text of a MESSAGE is edited, signed with its sender's key and sealed under its channel's; and where that cannot be done, it is said. */
import { describe, expect, it } from 'vitest';
import { Choices, KeyRing } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { Relay } from '../../../dissector/relay/index.ts';
import { createIdentity, type RsaIdentity } from '../peers/certificate.ts';
import { type SignedForm, signText } from '../peers/signedtext.ts';
import { Chain, type End } from './chain.ts';

const ptpchat = protocols.find(({ id }) => id === 'ptpchat')!;
const rsaOf = ({ keys }: End): string => keys.find((line) => line.startsWith('PTPCHAT_RSA_PRIVATE'))!;
const channelKeys = ({ keys }: End): string[] => keys.filter((line) => line.startsWith('PTPCHAT_CHANNEL_KEY'));
const textsAt = ({ delivered }: End): unknown[] =>
  delivered.flatMap(({ message, given }) => (message === 'MESSAGE' ? [given.text] : []));

/** A client in a channel of its server, which holds a MESSAGE of it. */
async function held(
  { closed, transport = 'udp', choices = new Choices() }: { closed: boolean; transport?: 'udp' | 'tcp'; choices?: Choices },
  keys: (client: End, server: End) => readonly string[],
) {
  const node = { choices };
  const chain = (await Chain.of(ptpchat, { transport, choices, client: node, server: node })).run(600);
  const { client, server } = chain;
  if (closed) {
    server.node.send(server.link.id, 'CHANNEL', { msg_data: { channel: 'den', closed: true } });
    chain.run(300);
  }
  const channel = closed ? 'den' : 'lobby';
  client.node.send(client.link.id, 'JOIN', { msg_data: { channel } });
  chain.run(600);
  const say = (text: string): void => {
    client.node.send(client.link.id, 'MESSAGE', { msg_data: { channel, text } });
    chain.run(50);
  };
  say('before');
  chain.ring.add('late', keys(client, server).join('\n'));
  chain.relay.keysCame();
  chain.relay.mode = 'step';
  say('sent');
  const [message] = chain.relay.held.filter((each) => each.message === 'MESSAGE');
  const edited = (change: object) => ({
    values: { ...message!.values!, msg_data: { ...(message!.values!.msg_data as object), ...change } },
  });
  const go = (change: object | undefined): void => {
    chain.relay.release(message!.id, change && edited(change));
    chain.relay.mode = 'automatic';
    chain.run(50);
    say('after');
  };
  return { chain, message: message!, go };
}

describe('a MESSAGE of ptpchat', () => {
  for (const closed of [false, true])
    for (const transport of ['udp', 'tcp'] as const)
      it(`in ${closed ? 'a closed' : 'an open'} channel over ${transport} is signed and sealed again with the keys of both`, async () => {
        const { chain, message, go } = await held({ closed, transport }, (client, server) => [
          rsaOf(client),
          ...channelKeys(server),
        ]);
        expect(message.values).toMatchObject({ msg_type: 'MESSAGE', msg_data: { text: 'sent' } });
        go({ text: 'edited, and longer than what was sent' });
        expect(textsAt(chain.server)).toEqual(['before', 'edited, and longer than what was sent', 'after']);
        expect(chain.server.complaints()).toEqual([]);
        expect(chain.told.filter((text) => text.includes('signature'))).toEqual([]);
      });

  it.each(['back-to-back', 'length'])('goes on in the framing of its stream: %s', async (framing) => {
    const choices = new Choices({ 'ptpchat.framing': framing });
    const { chain, go } = await held({ closed: false, transport: 'tcp', choices }, (client) => [rsaOf(client)]);
    go({ text: 'edited' });
    expect(textsAt(chain.server)).toEqual(['before', 'edited', 'after']);
  });

  it.each(['aes-256-cbc', 'aes-256-gcm', 'aes-256-ctr'])('is sealed again with the cipher of its channel: %s', async (cipher) => {
    const choices = new Choices({ 'ptpchat.cipher': cipher });
    // The key of the channel is in the KEY that went to the client.
    const { chain, message, go } = await held({ closed: true, choices }, (client) => [rsaOf(client)]);
    expect(message.values).toMatchObject({ msg_data: { text: 'sent' } });
    go({ text: 'edited' });
    expect(textsAt(chain.server)).toEqual(['before', 'edited', 'after']);
    expect(chain.server.complaints()).toEqual([]);
  });

  it('without the private key of its sender keeps the old signature: that is said, and the receiver refuses it', async () => {
    const { chain, message, go } = await held({ closed: true }, (_, server) => channelKeys(server));
    expect(message.values).toMatchObject({ msg_data: { text: 'sent' } });
    go({ text: 'edited' });
    expect(chain.told).toContain(
      'The signature in MESSAGE is not made again without PTPCHAT_RSA_PRIVATE of its sender: the receiver refuses another text.',
    );
    expect(chain.server.complaints().join()).toContain('The signature of a MESSAGE is wrong');
    expect(textsAt(chain.server)).toEqual(['before', 'after']);
  });

  it('without the key of its channel has no text, and that is said', async () => {
    const wrong = 'PTPCHAT_CHANNEL_KEY den AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
    const { chain, message, go } = await held({ closed: true }, () => [wrong]);
    expect(message.values!.msg_data).not.toHaveProperty('text');
    go({ message: 'AAAA' });
    expect(chain.told.join()).toContain('No given key opens the text of this MESSAGE: "message" goes on as you wrote it.');
    expect(textsAt(chain.server)).toEqual(['before', 'after']);
  });

  it('that is not edited goes on byte for byte, and its "message" may be written by hand', async () => {
    const { chain, go } = await held({ closed: true }, (client, server) => [rsaOf(client), ...channelKeys(server)]);
    go(undefined);
    expect(chain.bytes('sent', 0)).toBe(chain.bytes('received', 0));
    const again = await held({ closed: false }, (client) => [rsaOf(client)]);
    again.go({ message: Buffer.from('no signature').toString('base64') });
    expect(again.chain.server.complaints().join()).toContain('A MESSAGE is not signed');
  });
});

describe('the text of a MESSAGE, of which the length of its signature says where it ends,', async () => {
  const [sender, longer, short] = await Promise.all([2048, 3072, 1024].map((bits) => createIdentity(`of ${bits} bits`, bits)));
  const privateOf = ({ privateKey }: RsaIdentity): string =>
    `PTPCHAT_RSA_PRIVATE ${privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64')}`;
  const long = 'A text of many words. '.repeat(17).slice(0, 360);

  /** A MESSAGE of node a that a relay holds, edited where it has a text. */
  function relayed(
    { by, text = long, form = 'text-signature-sha256' }: { by: RsaIdentity; text?: string; form?: SignedForm },
    { shows, keys = [] }: { shows?: RsaIdentity; keys?: readonly RsaIdentity[] },
  ) {
    const told: string[] = [];
    const sent: string[] = [];
    const ring = new KeyRing(ptpchat.keys);
    ring.add('test', keys.map(privateOf).join('\n'));
    const relay = new Relay(
      { protocol: ptpchat, protocols: [ptpchat], transport: 'udp', choices: new Choices(), keys: ring, mode: 'step' },
      {
        ...{ now: () => 0n, clock: () => 0, random: (length) => new Uint8Array(length), wake: () => {}, read: () => {} },
        ...{ finish: () => {}, close: () => {} },
        write: (_, bytes) => void sent.push(new TextDecoder().decode(bytes)),
        happened: (event) => void (event.kind === 'told' && told.push(event.text)),
      },
    );
    const { id } = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
    relay.forwarded(id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 });
    const send = (msg_type: string, msg_data: object): void =>
      relay.received(id, new TextEncoder().encode(JSON.stringify({ msg_type, msg_data })));
    const ids = { node_id: 'a', recipient_id: 'b' };
    if (shows !== undefined) send('CERTIFICATE', { msg_id: '1', ...ids, certificate: shows.certificate.raw.toString('base64') });
    send('MESSAGE', {
      ...{ msg_id: '2', node_id: 'a', channel: 'lobby', channel_id: 'c1', recipient: [{ node_id: 'b' }], timestamp: 1 },
      message: signText(text, form, by).toString('base64'),
    });
    const held = relay.held.at(-1)!;
    const data = held.values!.msg_data as Record<string, unknown>;
    const edit = (change: object): Buffer => {
      relay.release(held.id, { values: { ...held.values!, msg_data: { ...data, ...change } } as never });
      return Buffer.from((JSON.parse(sent.at(-1)!) as { msg_data: { message: string } }).msg_data.message, 'base64');
    };
    return { text: data.text, edit, told };
  }
  const unsure = /^No known key verifies the signature of this MESSAGE, and it may have more than one length/;

  it.each(['text-signature-sha256', 'signature-text-sha1'] as const)(
    'is whole by the certificate of its sender, whatever keys are given: %s',
    (form) => {
      const { text, edit } = relayed({ by: sender!, form }, { shows: sender!, keys: [longer!, sender!] });
      expect(text).toBe(long);
      expect(edit({ text: 'edited' }).equals(signText('edited', form, sender!))).toBe(true);
      const other = relayed({ by: sender!, form }, { shows: sender!, keys: [longer!] });
      expect(other.text).toBe(long);
      // The old signature stands beside the new text, and nothing of the old text.
      expect(other.edit({ text: 'edited' })).toHaveLength(6 + 256);
    },
  );

  it('is whole by its sender’s private key without any certificate', () => {
    expect(relayed({ by: sender! }, { keys: [longer!, sender!] }).text).toBe(long);
  });

  it('is not given by a key of another size, and that is said', () => {
    const { text, edit, told } = relayed({ by: sender! }, { keys: [longer!] });
    expect(text).toBeUndefined();
    expect(edit({ message: 'AAAA' }).toString('base64')).toBe('AAAA');
    expect(told.at(-1)).toMatch(unsure);
  });

  it('is not cut by the usual sizes where a sender of 1024 bits writes a long one', () => {
    const { text, edit, told } = relayed({ by: short!, text: long.slice(0, 200) }, {});
    expect(text).toBeUndefined();
    edit({ message: 'AAAA' });
    expect(told.at(-1)).toMatch(unsure);
    expect(relayed({ by: short!, text: long.slice(0, 200) }, { shows: short! }).text).toBe(long.slice(0, 200));
  });

  it('is given where one length alone leaves a text, also beside a key of another size', () => {
    expect(relayed({ by: sender!, text: 'Good morning.' }, { keys: [longer!] }).text).toBe('Good morning.');
  });
});
