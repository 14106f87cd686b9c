/** The text of a MESSAGE is edited, signed with its sender's key and sealed under its channel's; and where that cannot be done, it is said. */
import { describe, expect, it } from 'vitest';
import { Choices } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
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
    expect(chain.told.join()).toContain('No given key opens the text of the MESSAGE');
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
