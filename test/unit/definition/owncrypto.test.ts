/** Conversations with cryptography of their own: keys of the key log, fields in records, a state machine, a node that encrypts. */
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../dissector/analysis/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import {
  bounded,
  byCase,
  bytes,
  ciphers,
  curves,
  defineConversation,
  derivation,
  fromHex,
  hashes,
  Layer,
  openBytes,
  type Protocol,
  sharedKeyKind,
  struct,
  toHex,
  uint,
  x25519PrivateKind,
} from '../../../dissector/index.ts';
import { KeyRing } from '../../../dissector/protocol/index.ts';
import { OpenedBlocks } from '../../../dissector/wireshark/index.ts';
import { fault, type Member, Network } from '../testnode/network.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const types = { 1: 'hello', 2: 'data' };
/** u8 type, u16 length, and in the body a public key, or a counter, the ciphertext and a tag that is a field of its own. */
const frame = new Layer({
  id: 'frame',
  title: 'frame',
  layout: struct('frame', 'A frame.', [
    bytes('magic', 4, '"OWN!".', 'utf8'),
    uint(1, 'type', 'Kind.', { names: types }),
    uint(2, 'length', 'Bytes of the body.'),
    bounded('body', { ref: 'length' }, 'The body.', [
      byCase('type', {
        1: [bytes('key', 32, 'Public key.')],
        2: [
          uint(1, 'counter', 'Grows.'),
          bytes('ciphertext', { ref: 'length', less: 17 }, 'Ciphertext.'),
          bytes('tag', 16, 'Poly1305.'),
        ],
      }),
    ]),
  ]),
  names: Object.values(types),
  name: ({ type }) => types[type as 1 | 2],
});
const note = new Layer({
  id: 'note',
  title: 'note',
  layout: struct('note', 'What is said.', [uint(1, 'size', 'Bytes.'), bytes('said', { ref: 'size' }, 'Text.', 'utf8')]),
  info: ({ said }) => String(said),
});

type Body = { readonly key: Uint8Array; readonly counter: number };
const PRIVATE = x25519PrivateKind('OWN_PRIVATE', 'A private key of either side.');
const SESSION = sharedKeyKind('OWN_SESSION', 'The key of the session.');
const nonceOf = (counter: number): Uint8Array => Uint8Array.from([...new Uint8Array(11), counter]);
const keyOf = (secret: Uint8Array, other: Uint8Array): Uint8Array => hashes.sha256(curves.x25519.shared(secret, other)!);
const machine = {
  start: 'closed',
  states: { closed: 'nobody has said hello', asked: 'one side has said hello', open: 'both have' },
  transitions: [
    { from: ['closed'], message: 'hello', by: 'opener' as const, to: 'asked' },
    { from: ['asked'], message: 'hello', by: 'answerer' as const, to: 'open' },
    { from: ['open'], message: 'data', by: 'either' as const },
  ],
};

interface Wish {
  /** By which keys the reader decrypts: found by their public keys, or tried. */
  readonly by?: 'public' | 'trial';
  readonly field?: string;
  readonly label?: string;
  /** The node that dials says hello twice. */
  readonly isHasty?: boolean;
  /** Public keys as they are when data come. */
  readonly kept?: string[];
}

const own = ({
  by = 'public',
  field = 'body.ciphertext',
  label = 'OWN_PRIVATE',
  isHasty = false,
  kept = [],
}: Wish = {}): Protocol =>
  defineConversation({
    id: 'own',
    title: 'Own',
    document: 'this test',
    begins: text('OWN!'),
    layers: [frame, note],
    keys: [PRIVATE, SESSION],
    machine,
    *conversation(talk) {
      const publics: Uint8Array[] = [];
      for (;;) {
        const message = yield* talk.read(frame);
        const { direction } = message.$;
        const { key, counter } = message.body as unknown as Body;
        if (message.type === 1) publics[direction] = key;
        if (message.type !== 2) continue;
        kept.push(...publics.map(toHex));
        const sealing = { to: 'body.tag', how: `ChaCha20-Poly1305, nonce ${counter}`, layer: note };
        const opening = (k: Uint8Array) => (sent: Uint8Array) => ciphers.chachaPoly.open(k, nonceOf(counter), sent);
        talk.compute(message, () => [derivation('note = Open(K)', 'this test', [], [])]);
        if (by === 'trial') {
          talk.decrypt(message, field, { ...sealing, key: SESSION, open: (sent, secret) => opening(secret)(sent) });
          continue;
        }
        const found = ([0, 1] as const).flatMap((side) =>
          talk
            .keys<Uint8Array>({ ...PRIVATE, label }, toHex(publics[side] ?? new Uint8Array(0)))
            .map(({ secret }) => keyOf(secret, publics[1 - side]!)),
        )[0];
        if (found === undefined) talk.seal(message, ['OWN_PRIVATE of either side']);
        else talk.decrypt(message, field, { ...sealing, open: opening(found) });
      }
    },
    peer: {
      identity: { secret: 32 },
      sealed: ['note'],
      fill: (name, me) =>
        name === 'note' ? { said: 'hi' } : { magic: 'OWN!', type: 1, body: { key: curves.x25519.publicOf(me.secret!) } },
      *speak(talk, me) {
        talk.logKey('OWN_PRIVATE', me.secret!);
        if (talk.dialled) talk.send(frame, { type: 1 });
        if (talk.dialled && isHasty) talk.send(frame, { type: 1 });
        const theirs = (yield* talk.read(frame)).body as unknown as Body;
        if (!talk.dialled) talk.send(frame, { type: 1 });
        const k = keyOf(me.secret!, theirs.key);
        talk.logKey('OWN_SESSION', k);
        let counter = 0;
        const inner = talk.inside(frame, {
          seal(plaintext, { wrongKey }) {
            const sealed = ciphers.chachaPoly.seal(wrongKey ? k.map((byte) => byte ^ 1) : k, nonceOf(++counter), plaintext)!;
            return { magic: 'OWN!', type: 2, body: { counter, ciphertext: sealed.slice(0, -16), tag: sealed.slice(-16) } };
          },
          open: ({ body, $ }) => ciphers.chachaPoly.open(k, nonceOf((body as unknown as Body).counter), $.bytes.slice(8)),
        });
        talk.ready();
        for (;;) talk.tell(`heard ${(yield* inner.read(note)).said}`);
      },
    },
  });

async function said(protocol: Protocol, faults: readonly string[] = [], times = 1) {
  const network = new Network();
  const a = await network.add(protocol, { port: 1, faults: faults.map((each) => fault(each, protocol)) });
  const b = await network.add(protocol, { port: 2 });
  a.dial(b);
  network.run(100);
  for (let time = 0; time < times; time++) {
    for (const { id } of a.node.links) a.node.send(id, 'note', { said: 'good evening' });
    network.run(100);
  }
  return { a, b };
}

const keysOf = (member: Member, label: string): string => member.keys.filter((line) => line.startsWith(label)).join('\n');

/** The recording without its Decryption Secrets Blocks (type 10). */
function withoutKeys(member: Member): Uint8Array {
  const bytes = member.capture();
  const view = new DataView(bytes.buffer);
  const kept: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += view.getUint32(at + 4, true))
    if (view.getUint32(at, true) !== 10) kept.push(bytes.subarray(at, at + view.getUint32(at + 4, true)));
  return Uint8Array.from(Buffer.concat(kept));
}

function opened(protocol: Protocol, member: Member, keys: string) {
  const capture = openBytes(withoutKeys(member), { protocols: [protocol], keys: [keys] });
  if ('problem' in capture) throw new Error(capture.problem.text);
  return capture;
}

const rows = (capture: ReturnType<typeof opened>) =>
  [...capture.messages()].map(({ message, state, fields }) => [
    message,
    state,
    (fields as { note?: { said: string } }).note?.said,
  ]);
const others = 'OWN_PRIVATE '.concat('11'.repeat(32), '\nOWN_SESSION ', '22'.repeat(32));

describe('a conversation with a key exchange of its own', () => {
  it.each(['public', 'trial'] as const)(
    'is decrypted with the key of the key log, found by %s, and not with another one',
    async (by) => {
      const protocol = own({ by });
      const { a } = await said(protocol);
      const keys = keysOf(a, by === 'public' ? 'OWN_PRIVATE' : 'OWN_SESSION');
      const hellos = [
        ['hello', 'decoded', undefined],
        ['hello', 'decoded', undefined],
      ];
      expect(rows(opened(protocol, a, keys))).toEqual([...hellos, ['data', 'decoded', 'good evening']]);
      for (const wrong of ['', others])
        expect(rows(opened(protocol, a, wrong))).toEqual([...hellos, ['data', 'encrypted', undefined]]);
    },
  );

  it('explains what each key did, and which is missing', async () => {
    const protocol = own();
    const { a } = await said(protocol);
    const explained = opened(protocol, a, `${keysOf(a, 'OWN_PRIVATE')}\n${others}`).explain(2);
    const steps = explained.keys_tried.map((key) => key.steps.map(({ name, ok }) => [name.split(':')[0], ok]));
    const find = 'find its public value in the conversation';
    expect(steps).toEqual([
      [
        [find, true],
        ['decrypt body.ciphertext', true],
      ],
      [[find, false]],
    ]);
    expect(opened(protocol, a, others).explain(2).missing).toEqual(['OWN_PRIVATE of either side']);
    const tried = opened(own({ by: 'trial' }), a, others).explain(2);
    expect(tried.missing).toEqual(['OWN_SESSION: The key of the session.']);
    expect(tried.keys_tried.flatMap((key) => key.steps.map(({ ok }) => ok))).toEqual([false]);
  });

  it('verifies the tag over all the fields that are decrypted', async () => {
    const { a } = await said(own());
    const layer = opened(own(), a, keysOf(a, 'OWN_PRIVATE'))
      .tree(2)
      .layers.find(({ name }) => name === 'frame')!;
    const sealed = layer.children!.find(({ name }) => name === 'body')!.children!.find(({ name }) => name === 'ciphertext')!;
    expect(sealed.check?.state).toBe('valid');
  });

  it('says that a message breaks the order of its machine, and shows the steps', async () => {
    const ordinary = own();
    const { a } = await said(ordinary);
    expect([...opened(ordinary, a, '').findings()]).toEqual([]);
    const hasty = own({ isHasty: true });
    const { a: twice } = await said(hasty);
    expect([...opened(hasty, twice, '').findings()].map(({ rule, text: told }) => [rule, told])).toContainEqual([
      'own.order',
      'hello of the opener while one side has said hello',
    ]);
    expect(hasty.machines).toEqual([machine]);
  });

  it('is given values that stay what they are while more comes', async () => {
    const kept: string[] = [];
    const protocol = own({ kept });
    const { a, b } = await said(protocol, [], 20);
    rows(opened(protocol, a, ''));
    const publics = [a, b].map((member) => toHex(curves.x25519.publicOf(fromHex(keysOf(member, 'OWN_PRIVATE').split(' ')[1]!)!)));
    expect(kept.slice(-2)).toEqual(publics);
  });

  it('names the mistakes of its author', async () => {
    const { a } = await said(own());
    const fails = (wish: Wish) => () => rows(opened(own(wish), a, keysOf(a, 'OWN_PRIVATE')));
    expect(fails({ field: 'ciphertext' })).toThrow(
      'a message of frame has no field "ciphertext": did you mean "body.ciphertext"?',
    );
    expect(fails({ label: 'OWN_PRIVAT' })).toThrow('"OWN_PRIVAT" is none of the "keys" of own: did you mean "OWN_PRIVATE"?');
  });

  it('is exported in clear: what the field held, not the ciphertext', async () => {
    const protocol = own();
    const { a } = await said(protocol);
    const reader = openCapture(memoryFile([withoutKeys(a)]));
    if ('problem' in reader) throw new Error(reader.problem.text);
    const blocksWith = (keys: string) => {
      const ring = new KeyRing(protocol.keys);
      ring.add('keys', keys);
      const analysis = new Analysis(reader.reader, [protocol], ring);
      while (analysis.step(100));
      analysis.finish();
      return new OpenedBlocks(analysis).message(2);
    };
    expect(Buffer.from(blocksWith(keysOf(a, 'OWN_PRIVATE'))!).includes('\x0cgood evening')).toBe(true);
    expect(blocksWith(others)).toBeUndefined();
  });
});

describe('the node of such a conversation', () => {
  it('sends and reads messages inside of encrypted frames', async () => {
    const { b } = await said(own());
    expect(b.events.some((event) => event.kind === 'told' && event.text === 'heard good evening')).toBe(true);
  });

  it('offers what its machine allows, and tells the state in its words', async () => {
    const network = new Network();
    const [a, b] = [await network.add(own(), { port: 1 }), await network.add(own(), { port: 2 })];
    a.dial(b);
    const link = a.node.links[0]!.id;
    expect(a.node.status(link)).toMatchObject({ state: 'asked', doc: 'one side has said hello' });
    expect(a.node.offers(link)).not.toContain('hello');
    network.run(100);
    expect(a.node.status(link)).toMatchObject({ state: 'open', ready: true });
    expect(a.node.offers(link)).toEqual(expect.arrayContaining(['data', 'note']));
    expect(a.node.offers(link)).not.toContain('hello');
  });

  it('ends the link where a frame is encrypted with another key', async () => {
    const { b } = await said(own(), ['wrong-key:note']);
    expect(b.complaints()).toEqual(['The tag of a message of frame does not verify.']);
    expect(b.events.some((event) => event.kind === 'told' && event.text.startsWith('heard'))).toBe(false);
  });
});
