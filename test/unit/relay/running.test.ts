/** A cipher that runs through a stream: what follows an edit is sealed again, and both nodes go on. */
import { describe, expect, it } from 'vitest';
import { Choices, KeyRing, type Protocol, type RunningCipher } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { Relay } from '../../../dissector/relay/index.ts';
import { Chain } from './chain.ts';

const p2p = protocols.find(({ id }) => id === 'p2p')!;

/** Two nodes that are open, with the keys of both in the relay's ring. */
async function opened(keys: readonly string[] | 'all', choices = new Choices()) {
  const chain = (await Chain.of(p2p, { keys, choices, client: { choices }, server: { choices } })).run(400);
  const tunnel = (data: string) => ({ tunnel_id: 7n, data: new TextEncoder().encode(data) });
  const say = (data: string): void => {
    chain.client.node.send(chain.client.link.id, 'TUNNEL_DATA', tunnel(data));
    chain.run(10);
  };
  const texts = (): string[] =>
    chain.server.delivered.map(({ given }) => new TextDecoder().decode((given as { data: Uint8Array }).data));
  expect(chain.server.node.status(chain.server.link.id).ready).toBe(true);
  // The cipher is known once enough of either side has shown which it is.
  for (let n = 0; n < 3; n++) say(`before ${n}`);
  return {
    chain,
    say,
    texts,
    edit: (data: string) => ({ values: { ...chain.relay.held[0]!.values!, ...tunnel(data), size: data.length } }),
  };
}

describe('a packet of p2p', () => {
  it.each(['aes-256-cfb8', 'aes-256-cfb', 'aes-256-ctr'])(
    'is edited to another length under %s, and all that follows opens',
    async (cipher) => {
      const { chain, say, texts, edit } = await opened('all', new Choices({ 'p2p.cipher': cipher }));
      chain.relay.mode = 'step';
      say('short');
      say('held behind it');
      expect(chain.relay.held).toMatchObject([{ message: 'TUNNEL_DATA' }, { message: 'TUNNEL_DATA' }]);
      chain.relay.release(chain.relay.held[0]!.id, edit('a text that is much longer than the one that came'));
      chain.relay.mode = 'automatic';
      chain.run(10);
      for (let n = 0; n < 3; n++) say(`after ${n}`);
      // The other way has a state of its own, and was not touched.
      chain.server.node.send(chain.server.link.id, 'TUNNEL_DATA', { tunnel_id: 7n, data: Uint8Array.of(1) });
      chain.run(10);
      expect(texts().slice(3)).toEqual([
        'a text that is much longer than the one that came',
        'held behind it',
        'after 0',
        'after 1',
        'after 2',
      ]);
      expect(chain.client.delivered).toHaveLength(1);
      expect(chain.server.complaints()).toEqual([]);
      expect(chain.client.complaints()).toEqual([]);
      expect(chain.bytes('sent', 1)).toBe(chain.bytes('received', 1));
    },
  );

  it('is left out, sent twice and delayed behind another one by hand: the others open', async () => {
    const { chain, say, texts } = await opened('all');
    chain.relay.mode = 'step';
    for (const each of ['left out', 'twice', 'late', 'in time']) say(each);
    const [first, second, third, fourth] = chain.relay.held.map(({ id }) => id);
    chain.relay.drop(first!);
    chain.relay.release(second!, { times: 2 });
    chain.relay.delay(third!, 50);
    chain.relay.release(fourth!);
    chain.run(100);
    chain.relay.mode = 'automatic';
    say('as it was');
    expect(texts().slice(3)).toEqual(['twice', 'twice', 'in time', 'late', 'as it was']);
    expect(chain.server.complaints()).toEqual([]);
  });

  it('whose bytes are edited goes on with those, and what follows is sealed behind them', async () => {
    const { chain, say, texts } = await opened('all');
    chain.relay.mode = 'step';
    say('spoiled');
    const [held] = chain.relay.held;
    // The last byte of the text: under CFB8 the others stay.
    chain.relay.release(held!.id, { bytes: held!.bytes!.map((byte, at) => (at === held!.bytes!.length - 1 ? byte ^ 1 : byte)) });
    chain.relay.mode = 'automatic';
    chain.run(10);
    say('as it was');
    expect(texts().slice(3)).toEqual(['spoilee', 'as it was']);
    expect(chain.server.complaints()).toEqual([]);
  });

  it('that is edited in pieces of a stream goes on as a stream', async () => {
    const { chain, say, texts, edit } = await opened('all');
    chain.relay.mode = 'step';
    say('short');
    chain.relay.release(chain.relay.held[0]!.id, edit('longer than that'));
    chain.relay.mode = 'automatic';
    chain.run(10);
    // Parts of packets pass before their ends come.
    const { client } = chain;
    const whole = (): Uint8Array => {
      const before = chain.events.length;
      client.node.send(client.link.id, 'TUNNEL_DATA', { tunnel_id: 7n, data: new Uint8Array(3000).fill(65) });
      chain.run(10);
      return (chain.events.slice(before).find((event) => event.kind === 'received') as { bytes: Uint8Array }).bytes;
    };
    expect(whole().length).toBeGreaterThan(3000);
    expect(texts().at(-1)).toBe('A'.repeat(3000));
  });

  it('with the key of another connection, or none, is not edited, and that is said', async () => {
    const { chain, say, texts } = await opened([`P2P_DH_PRIVATE ${'11'.repeat(32)}`]);
    chain.relay.mode = 'step';
    // Where its packets end is not known: the first passes after a while, and then all wait in the pieces that they come in.
    say('first');
    chain.run(300);
    say('closed');
    const [held] = chain.relay.held;
    expect(held!.values).toBeUndefined();
    expect(chain.relay.whyNot(held!.id)).toBe('No message is known in these bytes: only they can be changed.');
    expect(() => chain.relay.release(held!.id, { values: { data: Uint8Array.of(1) } })).toThrow('only they can be changed');
    chain.relay.release(held!.id);
    chain.run(10);
    expect(texts().at(-1)).toBe('closed');
  });

  it('that a fault spoils is spoiled behind the cipher: the receiver loses the stream as without a relay', async () => {
    const { chain, say } = await opened('all');
    chain.relay.addFault({ fault: { kind: 'wrong-key', message: 'TUNNEL_DATA', at: 1 } as never, way: 0 });
    say('under another key');
    expect(chain.notes.join()).toContain('fault "wrong-key" on TUNNEL_DATA');
    expect(chain.server.complaints().join()).not.toBe('');
  });

  it('whose signature covers what is edited goes on with the old one, which is said', async () => {
    const { chain } = await opened('all');
    chain.relay.mode = 'step';
    const close = { tunnel_id: 7n, random: Uint8Array.of(1, 2), signature: new Uint8Array(128) };
    chain.client.node.send(chain.client.link.id, 'TUNNEL_CLOSE', close);
    chain.run(10);
    const [held] = chain.relay.held;
    expect(held).toMatchObject({ message: 'TUNNEL_CLOSE' });
    chain.relay.release(held!.id, { values: { ...held!.values!, random: Uint8Array.of(1, 3) } });
    expect(chain.told).toContain(
      'The signature in TUNNEL_CLOSE is not made again: if it covers what was edited, the receiver refuses it.',
    );
    chain.run(10);
    expect(chain.server.complaints()).toEqual([]);
  });
});

describe('a stream that begins in clear', () => {
  const choices = new Choices({ 'p2p.cipher': 'aes-256-cfb8' });

  /** A connection as a relay passes it on, again: all that comes to it is held, and its keys are known. */
  async function again(cipher: (of: RunningCipher) => RunningCipher = (of) => of) {
    const { chain, say } = await opened('all', choices);
    for (let n = 0; n < 3; n++) say(`more ${n}`);
    const protocol: Protocol = {
      ...p2p,
      runningCipher: (view) => {
        const made = p2p.runningCipher!(view);
        return made && cipher(made);
      },
    };
    const sent: Uint8Array[] = [];
    const told: string[] = [];
    const keys = new KeyRing(p2p.keys);
    keys.add('test', [...chain.client.keys, ...chain.server.keys].join('\n'));
    const relay = new Relay(
      { ...{ protocol, protocols: [protocol], transport: 'tcp', choices, keys, mode: 'intercept' } },
      {
        ...{ now: () => 0n, clock: () => 0, random: (length) => new Uint8Array(length), wake: () => {}, read: () => {} },
        ...{ finish: () => {}, close: () => {} },
        write: ({ dialled }, bytes) => void (dialled && sent.push(bytes)),
        happened: (event) => void (event.kind === 'told' && told.push(event.text)),
      },
    );
    const client = relay.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 })!;
    const server = relay.forwarded(client.id, { ip: '127.0.0.1', port: 4 }, { ip: '127.0.0.1', port: 3 })!;
    for (const event of chain.events)
      if (event.kind === 'received') relay.received(event.link.dialled ? server.id : client.id, event.bytes);
    const forward = relay.held.filter(({ direction }) => direction === 'out');
    expect(forward.slice(0, 1)).toMatchObject([{ message: 'HELLO' }]);
    expect(forward.at(-1)).toMatchObject({ message: 'TUNNEL_DATA' });
    const hex = () => Buffer.concat(sent).toString('hex');
    return { relay, forward, hex, told };
  }
  const hexOf = (...held: readonly { readonly bytes?: Uint8Array | undefined }[]): string =>
    Buffer.concat(held.map(({ bytes }) => bytes!)).toString('hex');

  it('goes on when a sealed message is let go before the last one in clear', async () => {
    const { relay, forward, hex } = await again();
    const [hello, first, ...others] = forward;
    relay.release(first!.id);
    relay.release(hello!.id);
    for (const { id } of others) relay.release(id);
    expect(hex()).toBe(hexOf(first!, hello!, ...others));
  });

  it('goes on when the last message in clear is dropped, and what follows is edited or left out', async () => {
    const { relay, forward, hex, told } = await again();
    const [hello, first, second, ...others] = forward;
    relay.drop(hello!.id);
    relay.release(first!.id);
    relay.drop(second!.id);
    relay.mode = 'automatic';
    const length = others.reduce((sum, { bytes }) => sum + bytes!.length, first!.bytes!.length);
    expect(hex()).toHaveLength(2 * length);
    // The cipher has not seen the second: under CFB8 that changes the first bytes behind it.
    expect(hex().slice(2 * first!.bytes!.length)).not.toBe(hexOf(...others));
    expect(told.filter((text) => !text.includes('dropped by hand'))).toEqual([]);
  });

  it('whose cipher makes nothing keeps the message held, and in automatic mode lets it go as it came', async () => {
    const { relay, forward, hex, told } = await again((made) => ({ ...made, seal: () => undefined }));
    const [, first, second] = forward;
    relay.drop(first!.id);
    expect(() => relay.release(second!.id)).toThrow('The cipher of this stream makes nothing');
    expect(relay.held.map(({ id }) => id)).toContain(second!.id);
    relay.mode = 'automatic';
    expect(hex()).toContain(hexOf(second!));
    expect(told.join()).toContain('makes nothing for where the message stands now: it goes on as it came.');
  });
});
