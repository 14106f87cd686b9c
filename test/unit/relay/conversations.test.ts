/** What `talk.decrypt` has opened is edited and sealed again, without a word more of the module's author. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from '../../../dissector/codec/index.ts';
import * as library from '../../../dissector/index.ts';
import type { Protocol } from '../../../dissector/protocol/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { heldText } from '../../../extension/node/messagetext.ts';
import { writtenHeld } from '../../../extension/node/scripts/written.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { Chain, faultOf } from './chain.ts';

async function sample(name: string): Promise<Protocol> {
  const { protocols } = await loadProtocols([join(project, 'media', 'samples', 'protocols', `${name}.js`)]);
  return protocols.find(({ id }) => id === name)!;
}

const text = (value: unknown): string => new TextDecoder().decode(value as Uint8Array);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A note from the client that the relay holds. */
async function held(keys: readonly string[] | 'all', protocol?: Protocol, mode: 'step' | 'intercept' = 'step') {
  const chain = (await Chain.of(protocol ?? (await sample('crow')), { keys })).run(100);
  chain.relay.mode = mode;
  chain.client.node.send(chain.client.link.id, 'note', { topic: 'weather', rest: bytes('rain') });
  chain.run(20);
  return { chain, message: chain.relay.held[0]! };
}

describe('a data frame of the sample crow', () => {
  it('is edited as the note in it: sealed, measured and summed again, so that the receiver answers the note that it got', async () => {
    const { chain, message } = await held('all', undefined, 'intercept');
    expect(message).toMatchObject({ message: 'data', values: { note: { topic: 'weather', rest: bytes('rain') } } });
    const note = message.values!.note as FieldValues;
    chain.relay.release(message.id, {
      values: { ...message.values!, note: { ...note, topic: 'the weather of tomorrow', rest: bytes('snow') } },
    });
    chain.run(20);
    const [answer] = chain.relay.held;
    expect(answer).toMatchObject({
      direction: 'in',
      message: 'data',
      values: { note: { kind: 2, topic: 'the weather of tomorrow' } },
    });
    expect(text((answer!.values!.note as FieldValues).rest)).toBe('snow');
    expect(chain.server.complaints()).toEqual([]);
    expect(chain.told).toEqual([]);
  });

  it('of the values that came is what came, byte for byte', async () => {
    const { chain, message } = await held('all');
    chain.relay.release(message.id, { values: message.values! });
    chain.run(20);
    expect(chain.bytes('sent', 0)).toBe(chain.bytes('received', 0));
  });

  it('takes the note as fields', async () => {
    const { chain, message } = await held('all');
    expect(() => chain.relay.release(message.id, { values: { ...message.values!, note: bytes('rain') } })).toThrow(
      'note cannot be sealed of this: it takes fields',
    );
    expect(chain.relay.held).toHaveLength(1);
  });

  it('is written in the packet language with its note, as a page shows it', async () => {
    const { chain, message } = await held('all');
    const { protocol } = chain;
    const shown = heldText(protocol.id, message);
    expect(shown).toContain('note: {');
    const written = { text: shown.replace('"weather"', '"snow"'), folder: undefined, protocols: [protocol] };
    const { said } = writtenHeld(written, protocol.id, message);
    expect('values' in said && said.values).toMatchObject({ type: 3, note: { topic: 'snow', rest: bytes('rain') } });
    const slip = { ...written, text: shown.replace('topic:', 'topick:') };
    expect(() => writtenHeld(slip, protocol.id, message)).toThrow('did you mean topic?');
  });

  it('that is edited around the note says that its nonce may be another one', async () => {
    const { chain, message } = await held('all');
    const body = message.values!.body as FieldValues;
    chain.relay.release(message.id, { values: { ...message.values!, body: { ...body, counter: 7n } } });
    chain.run(20);
    expect(chain.told.join()).toContain('if its nonce is computed from a field that you edited, the receiver does not open it');
    expect(chain.server.complaints()).not.toEqual([]);
  });

  it.each(['forward/wrong-key:note', 'forward/wrong-key'])(
    'is sealed with another key by the fault %s, and refused',
    async (fault) => {
      const chain = (await Chain.of(await sample('crow'), { keys: 'all' })).run(100);
      chain.relay.addFault(faultOf(fault, chain.protocol, 'tcp'));
      chain.client.node.send(chain.client.link.id, 'note', { topic: 'weather', rest: bytes('rain') });
      chain.run(20);
      expect(chain.notes).toEqual(['fault "wrong-key" on note']);
      expect(chain.server.complaints()).not.toEqual([]);
    },
  );

  it('is left out by a fault that names the note, once', async () => {
    const chain = (await Chain.of(await sample('crow'), { keys: 'all', faults: ['forward/drop:note'] })).run(100);
    chain.client.node.send(chain.client.link.id, 'note', { topic: 'weather', rest: bytes('rain') });
    chain.run(20);
    expect(chain.told).toEqual(['Not passed on, by the fault "drop": data.']);
  });

  it('that no key opens carries no note that a fault could find', async () => {
    const chain = (await Chain.of(await sample('crow'), { keys: [], faults: ['forward/wrong-key:note'] })).run(100);
    chain.client.node.send(chain.client.link.id, 'note', { topic: 'weather', rest: bytes('rain') });
    chain.run(20);
    expect([...chain.notes, ...chain.server.complaints()]).toEqual([]);
  });

  it.each([[[]], [[`CROW_PRIVATE ${'11'.repeat(32)}`]]])(
    'without its key, or with another one, is not edited, and that is said',
    async (keys) => {
      const { chain, message } = await held(keys);
      expect(message.values).toBeUndefined();
      expect(chain.relay.whyNot(message.id)).toBe('data is sealed, and no key opens it: only its bytes can be changed.');
    },
  );
});

describe('a data message of the sample WireGuard', () => {
  it('is edited as the packet in it', async () => {
    const chain = (await Chain.of(await sample('wireguard'), { keys: 'all' })).run(300);
    chain.relay.mode = 'step';
    chain.client.node.send(chain.client.link.id, 'data');
    chain.run(20);
    const [message] = chain.relay.held;
    const inner = message!.values!.inner as FieldValues;
    chain.relay.mode = 'intercept';
    chain.relay.release(message!.id, {
      values: { ...message!.values!, inner: { ...inner, ip: { ...(inner.ip as object), ttl: 9 } } },
    });
    chain.run(20);
    // The hops that are left stand in byte 8 of an IPv4 header.
    expect((chain.server.delivered.at(-1)!.given.packet as Uint8Array)[8]).toBe(9);
  });
});

describe('a conversation of a module', () => {
  const { bounded, bytes: field, ciphers, defineConversation, Layer, struct, uint } = library;
  const key = new Uint8Array(32).fill(3);
  const nonce = new Uint8Array(12).fill(1);
  const inner = new Layer({ id: 'inner', title: 'Inner', layout: struct('inner', 'Inner.', [field('text', 'rest', 'Text.')]) });

  /** Frames whose head, length and all, is authenticated; `open`: how its author decrypts them. */
  function sealing(open: (sealed: Uint8Array, head: Uint8Array) => Uint8Array | undefined): Protocol {
    const frame = new Layer({
      id: 'frame',
      title: 'Frame',
      layout: struct('frame', 'A frame.', [
        uint(4, 'magic', 'Magic.'),
        uint(2, 'length', 'Bytes of the body.'),
        bounded('body', { ref: 'length' }, 'The body.', [field('sealed', 'rest', 'Sealed.')]),
      ]),
    });
    return defineConversation({
      ...{ id: 'heads', title: 'Heads', document: 'heads', begins: Uint8Array.of(1, 2, 3, 4), layers: [frame, inner] },
      *conversation(talk) {
        for (;;) {
          const message = yield* talk.read(frame);
          const head = message.$.bytes.slice(0, 6);
          talk.decrypt(message, 'body.sealed', { open: (sealed) => open(sealed, head), how: 'a test', layer: inner });
        }
      },
      peer: {
        identity: { secret: 1 },
        sealed: ['inner'],
        *speak(talk) {
          const seal = (plaintext: Uint8Array) => {
            const head = Uint8Array.of(1, 2, 3, 4, 0, plaintext.length + 16);
            return { magic: 0x01020304, body: { sealed: ciphers.aesGcm.seal(key, nonce, plaintext, head)! } };
          };
          const within = talk.inside(frame, {
            seal,
            open: ({ body }) => {
              const { sealed } = body as { sealed: Uint8Array };
              return ciphers.aesGcm.open(key, nonce, sealed, Uint8Array.of(1, 2, 3, 4, 0, sealed.length));
            },
          });
          talk.ready();
          for (;;) {
            const { text: came } = yield* within.read(inner);
            talk.deliver(inner, { text: came as Uint8Array });
          }
        },
        fill: (name: string) => (name === 'inner' ? { text: new Uint8Array(0) } : {}),
      },
    });
  }

  async function edited(protocol: Protocol) {
    const chain = (await Chain.of(protocol, {})).run(100);
    chain.relay.mode = 'step';
    chain.client.node.send(chain.client.link.id, 'inner', { text: bytes('came') });
    chain.run(20);
    const [message] = chain.relay.held;
    if (message!.values === undefined) return { chain, why: chain.relay.whyNot(message!.id) };
    chain.relay.release(message!.id, { values: { ...message!.values, inner: { text: bytes('went on, longer') } } });
    chain.run(20);
    return { chain, why: undefined };
  }

  it('whose head is authenticated is sealed over its new head', async () => {
    const { chain } = await edited(sealing((sealed, head) => ciphers.aesGcm.open(key, nonce, sealed, head)));
    expect(chain.server.complaints()).toEqual([]);
    expect(chain.server.delivered.map(({ given }) => text(given.text))).toEqual(['went on, longer']);
  });

  it('that decrypts with a cipher of its own is edited as bytes, and that is said', async () => {
    const { why } = await edited(sealing((sealed, head) => ciphers.aesGcm.open(key, nonce, sealed, head)?.slice()));
    expect(why).toBe(
      'How body.sealed was sealed is not known, since no cipher of the library gave what it holds: only the bytes of frame can be changed.',
    );
  });
});

describe('messages of a module, by defineMessages', () => {
  const { bytes: field, ciphers, defineMessages, struct, structForm, uint } = library;
  const nonceOf = (number: unknown) => Uint8Array.from([...new Uint8Array(11), Number(number)]);
  const head = [uint(4, 'magic', 'Magic.'), uint(1, 'number', 'Number.')];
  const key = new Uint8Array(32).fill(5);

  const protocol = defineMessages({
    ...{ id: 'tells', title: 'Tells', document: 'tells' },
    head: structForm('head', struct('tells', 'Head.', [...head, field('rest', 'rest', 'The rest.')])),
    messages: [structForm('tell', struct('tells', 'A text.', [...head, field('sealed', 'rest', 'Encrypted text.')]))],
    name: () => 'tell',
    looksLike: ({ magic }) => magic === 0x54454c4c,
    keys: [
      {
        label: 'TELLS_KEY',
        form: 'key',
        doc: 'The key.',
        parse: ([hex = '']) => ({ index: '', secret: Buffer.from(hex, 'hex') }),
      },
    ],
    sealed: {
      tell: {
        ...{ field: 'sealed', key: 'TELLS_KEY', how: 'ChaCha20-Poly1305' },
        open: (sent, secret, { number }) => ciphers.chachaPoly.open(secret, nonceOf(number), sent),
        holds: { name: 'text', kind: { type: 'text' }, doc: 'The text.' },
      },
    },
    peer: { fill: () => ({ magic: 0x54454c4c, number: 9, sealed: ciphers.chachaPoly.seal(key, nonceOf(9), bytes('came'))! }) },
  });

  for (const [keys, title] of [
    [[`TELLS_KEY ${'05'.repeat(32)}`], 'are edited as what their encrypted field holds, and sealed again'],
    [[`TELLS_KEY ${'06'.repeat(32)}`], 'are not edited with another key, and that is said'],
  ] as const)
    it(title, async () => {
      const chain = (await Chain.of(protocol, { keys })).run(10);
      chain.relay.mode = 'step';
      chain.client.node.send(chain.client.link.id, 'tell');
      chain.run(10);
      const [message] = chain.relay.held;
      if (keys[0].endsWith('06')) {
        expect(chain.relay.whyNot(message!.id)).toContain('no key opens it');
        return;
      }
      expect(message!.values).toEqual({ magic: 0x54454c4c, number: 9, text: 'came' });
      chain.relay.release(message!.id, { values: { ...message!.values!, text: 'went on, longer' } });
      chain.run(10);
      const sent = Buffer.from(chain.bytes('sent', 0), 'hex');
      expect(text(ciphers.chachaPoly.open(key, nonceOf(9), sent.subarray(5)))).toBe('went on, longer');
    });

  /** A head with a topic of any length; `aad`: what is authenticated of that. */
  const titled = (aad: (sent: { readonly topic: Uint8Array }) => Uint8Array) => {
    const seal = (topic: Uint8Array): Uint8Array => ciphers.chachaPoly.seal(key, nonceOf(9), bytes('came'), aad({ topic }))!;
    const layout = [
      uint(4, 'magic', 'Magic.'),
      uint(1, 'size', 'Bytes of the topic.'),
      field('topic', { ref: 'size' }, 'The topic.'),
    ];
    return defineMessages({
      ...{ id: 'tells', title: 'Tells', document: 'tells' },
      head: structForm('head', struct('tells', 'Head.', [...layout, field('rest', 'rest', 'The rest.')])),
      messages: [structForm('tell', struct('tells', 'A text.', [...layout, field('sealed', 'rest', 'Encrypted text.')]))],
      ...{ name: () => 'tell', looksLike: ({ magic }) => magic === 0x54454c4c, keys: protocol.keys as never },
      sealed: {
        tell: {
          ...{ field: 'sealed', key: 'TELLS_KEY', how: 'ChaCha20-Poly1305' },
          open: (sent, secret, { topic }) =>
            ciphers.chachaPoly.open(secret, nonceOf(9), sent, aad({ topic: topic as Uint8Array })),
          holds: { name: 'text', kind: { type: 'text' }, doc: 'The text.' },
        },
      },
      peer: { fill: () => ({ magic: 0x54454c4c, size: 5, topic: bytes('topic'), sealed: seal(bytes('topic')) }) },
    });
  };
  const longer = 'a topic that is longer';

  async function retold(of: Protocol) {
    const chain = (await Chain.of(of, { keys: [`TELLS_KEY ${'05'.repeat(32)}`] })).run(10);
    chain.relay.mode = 'step';
    chain.client.node.send(chain.client.link.id, 'tell');
    chain.run(10);
    const [message] = chain.relay.held;
    expect(message!.values).toMatchObject({ text: 'came' });
    chain.relay.release(message!.id, { values: { ...message!.values!, topic: bytes(longer), text: 'went on' } });
    chain.run(10);
    const sent = Buffer.from(chain.bytes('sent', 0), 'hex');
    return { told: chain.told.join(), sealed: sent.subarray(5 + longer.length) };
  }

  const headOf = ({ topic }: { readonly topic: Uint8Array }) => Uint8Array.from([0x54, 0x45, 0x4c, 0x4c, topic.length, ...topic]);
  it.each([
    ['all that stands before it', headOf],
    ['a whole field', ({ topic }: { readonly topic: Uint8Array }) => topic],
  ])('whose head becomes longer are sealed over the new one: %s', async (_, aad) => {
    const { told, sealed } = await retold(titled(aad));
    expect(text(ciphers.chachaPoly.open(key, nonceOf(9), sealed, aad({ topic: bytes(longer) })))).toBe('went on');
    expect(ciphers.chachaPoly.open(key, nonceOf(9), sealed, aad({ topic: bytes('topic') }))).toBeUndefined();
    expect(told).toContain('if its nonce is computed from a field that you edited');
  });

  it('keep additional data that looks like a part of a field by chance, and that is said', async () => {
    const aad = () => bytes('op');
    const { told, sealed } = await retold(titled(aad));
    expect(text(ciphers.chachaPoly.open(key, nonceOf(9), sealed, aad()))).toBe('went on');
    expect(told).toContain('if its nonce or its additional data is computed from a field that you edited');
  });
});
