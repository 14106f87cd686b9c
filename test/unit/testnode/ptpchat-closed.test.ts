import { describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { Choices, type NodeContext } from '../../../dissector/protocol/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { type Fault, parseFault, Recorder } from '../../../dissector/testnode/index.ts';
import { goldenJson } from '../../golden/open.ts';
import { fault, findings, lines, type Member } from './network.ts';
import { closed, identities, pair, quiet, said } from './ptpchat.build.ts';

const [first, second, third] = identities;
const text = 'under the rose';
const texts = (capture: Uint8Array, keys?: string) => {
  const opened = openBytes(capture, keys === undefined ? {} : { keys: [keys] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return [...opened.messages()].flatMap(({ message, fields, signature_valid }) =>
    message === 'MESSAGE' ? [[(fields as { text?: string }).text, signature_valid]] : [],
  );
};

describe('certificates and closed channels of ptpchat', () => {
  it('show a certificate to whoever asks for it', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    // The ACK of the first one shows that the address of a is its own: a certificate is more than three times a request.
    b.node.send(1, 'GETCERTIFICATE');
    network.run(10);
    a.node.send(1, 'GETCERTIFICATE');
    network.run(100);
    expect(
      said(a)
        .filter((line) => !line.endsWith('CHANNEL'))
        .sort(),
    ).toEqual(
      ['< ACK', '< ACK', '> ACK', '> ACK', '< CERTIFICATE', '> CERTIFICATE', '< GETCERTIFICATE', '> GETCERTIFICATE'].sort(),
    );
    expect(quiet(a, b)).toEqual([]);
  });

  for (const transport of ['udp', 'tcp'] as const)
    it(`hand the key to members, and encrypt under it, over ${transport}`, async () => {
      const { network, a, b } = await closed({ transport }, { transport });
      expect(said(a).filter((line) => !line.endsWith('ACK'))).toEqual([
        '< CHANNEL',
        '< CHANNEL',
        '> JOIN',
        '> CERTIFICATE',
        '> GETKEY',
        '< KEY',
        '< CHANNEL',
      ]);
      a.node.send(1, 'MESSAGE', { channel: 'garden', text });
      b.node.send(1, 'MESSAGE', { channel: 'garden', text });
      network.run(12_000);
      const messages = lines(b).filter(({ message }) => message === 'MESSAGE' || message === 'KEY');
      // The KEY is for the other side: only its private key decrypts it.
      expect(messages.map(({ encrypted, state }) => [encrypted, state])).toEqual([
        [true, 'encrypted'],
        [true, 'decoded'],
        [true, 'decoded'],
      ]);
      for (const each of [a, b])
        expect(texts(each.capture())).toEqual([
          [text, true],
          [text, true],
        ]);
      expect(quiet(a, b)).toEqual([]);
    });

  it('are not opened without keys, and by either kind of key alone', async () => {
    const { network, a, b } = await closed();
    a.node.send(1, 'MESSAGE', { channel: 'garden', text });
    network.run(100);
    expect(texts(bare(b))).toEqual([[undefined, null]]);
    expect(b.keys.map((line) => line.split(' ')[0])).toEqual(['PTPCHAT_RSA_PRIVATE', 'PTPCHAT_CHANNEL_KEY']);
    expect(texts(bare(b), b.keys[1])).toEqual([[text, true]]);
    expect(texts(bare(b), a.keys[0])).toEqual([[text, true]]);
    expect(texts(bare(b), b.keys[0])).toEqual([[undefined, null]]);
  });

  for (const [choice, pin] of [
    ['ptpchat.keyWrapping', 'rsa-oaep-sha-256'],
    ['ptpchat.keyWrapping', 'rsa-pkcs1-v1.5'],
    ['ptpchat.cipher', 'aes-256-gcm'],
    ['ptpchat.cipher', 'aes-256-ctr'],
  ] as const)
    it(`speak another open choice, ${choice}=${pin}`, async () => {
      const choices = new Choices({ [choice]: pin });
      const { network, a, b } = await closed({ choices }, { choices });
      a.node.send(1, 'MESSAGE', { channel: 'garden', text });
      network.run(12_000);
      expect(texts(b.capture())).toEqual([[text, true]]);
      expect(quiet(a, b)).toEqual([]);
    });

  it('give the key to members alone, once their certificate is known', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    b.node.send(1, 'CHANNEL', { closed: true });
    network.run(100);
    const { channel_id, channel } = lines(a).findLast(({ message }) => message === 'CHANNEL')!.fields as Record<string, string>;
    a.node.send(1, 'GETKEY', { channel: channel!, channel_id: channel_id! });
    network.run(100);
    expect(b.complaints()).toEqual(['A GETKEY is refused: its sender is not in the channel.']);
    expect(said(a)).not.toContain('< KEY');
  });

  it('ask for the certificate that a GETKEY came without', async () => {
    const { network, a, b } = await closed({ faults: [fault('drop:CERTIFICATE#1', ptpchat)] });
    expect(said(b).filter((line) => /KEY|CERT/.test(line))).toEqual([
      '< GETKEY',
      '> GETCERTIFICATE',
      '< CERTIFICATE',
      '> KEY (encrypted)',
    ]);
    a.node.send(1, 'MESSAGE', { channel: 'garden', text });
    network.run(100);
    expect(texts(b.capture())).toEqual([[text, true]]);
  });

  it('refuse what is none, or for somebody else', async () => {
    const { network, a, b } = await closed();
    a.node.send(1, 'CERTIFICATE', { certificate: 'AAAA' });
    a.node.send(1, 'CERTIFICATE', { recipient_id: 'nobody' });
    const other = JSON.parse(third!) as { certificate: string };
    a.node.send(1, 'CERTIFICATE', { certificate: other.certificate });
    a.node.send(1, 'CERTIFICATE', { node_id: 'somebody else' });
    const { channel_id } = lines(a).findLast(({ message }) => message === 'KEY')!.fields as Record<string, string>;
    b.node.send(1, 'KEY', { channel_id: channel_id!, key: 'AAAA' });
    b.node.send(1, 'KEY', { channel_id: 'none', channel: 'none', key: 'AAAA' });
    network.run(100);
    const known = a.events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
    expect(known).toContain('A KEY is left out: the key of its channel is known.');
    expect(b.complaints()).toEqual([
      'A CERTIFICATE is refused: it is not an X.509 certificate.',
      'A CERTIFICATE is for another node.',
      'A CERTIFICATE is refused: its node has shown one with another key before.',
      'A CERTIFICATE is refused: it is of another node than its sender.',
    ]);
    expect(a.complaints()).toEqual(['A KEY is for no closed channel that this node is in.']);
  });

  it('have no line in a key log for an id that is no word', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    b.node.send(1, 'CHANNEL', { closed: true, channel: 'x', channel_id: 'a\nPTPCHAT_CHANNEL_KEY b' });
    network.run(100);
    a.node.send(1, 'JOIN', { channel: 'x' });
    network.run(1000);
    expect([a.keys.length, b.keys.length]).toEqual([1, 1]);
  });

  it('need an identity that fits together', () => {
    const start = (identity: object) => ptpchat.peer!.start({} as NodeContext, JSON.stringify(identity));
    const [one, two] = [first, second].map((json) => JSON.parse(json!) as Record<string, string>);
    expect(start({ node_id: 'x' })).toMatch(/^An identity of ptpchat is /);
    expect(start({ ...one, node_id: '' })).toMatch(/^An identity of ptpchat is /);
    expect(start({ ...one, certificate: two!.certificate })).toMatch(/certificate of its own key/);
    expect(ptpchat.peer!.start({} as NodeContext, '{')).toMatch(/^An identity of ptpchat is /);
  });
});

/** What the other side's recording says of each fault, and what the other node itself says. */
const faulty: readonly (readonly [spec: string, finding: string | undefined, complaint: RegExp])[] = [
  ['wrong-signature:MESSAGE', 'ptpchat.signature', /^The signature of a MESSAGE is wrong: /],
  ['wrong-key:MESSAGE', undefined, /^A MESSAGE does not open/],
  ['truncate=3:MESSAGE', 'ptpchat.json', /^A message is no JSON: /],
  ['drop:MESSAGE', undefined, /^$/],
  ['duplicate:HELLO#3', 'ptpchat.hello-interval', /^$/],
  ['replay:HELLO#3', 'ptpchat.hello-interval', /^$/],
];

describe('faults of ptpchat', () => {
  for (const [spec, finding, complaint] of faulty)
    it(`${spec} gives ${finding ?? 'no finding'}`, async () => {
      const { network, a, b } = await closed({ faults: [fault(spec, ptpchat)] });
      a.node.send(1, 'MESSAGE', { channel: 'garden', text });
      network.run(5000);
      expect(findings(b)).toEqual(finding === undefined ? [] : [finding]);
      expect(b.complaints().some((sentence) => complaint.test(sentence))).toBe(complaint.source !== '^$');
    });

  it('wrong-key:KEY leaves the recipient without the key', async () => {
    const { a } = await closed({}, { faults: [fault('wrong-key:KEY', ptpchat)] });
    expect(a.complaints()).toEqual(['A KEY does not open with the private key of this node.']);
  });

  it('drop:MESSAGE is noticed by the one that waits for the ACK', async () => {
    const { network, a } = await closed({ faults: [fault('drop:MESSAGE', ptpchat)] });
    a.node.send(1, 'MESSAGE', { channel: 'garden', text });
    network.run(11_000);
    expect(a.complaints().at(-1)).toBe('No ACK for a MESSAGE came in 10 s.');
  });

  it('split and merge change the writes, not the stream', async () => {
    const faults = ['split=3:JOIN', 'merge:MESSAGE'].map((spec) => tcpFault(spec));
    const { network, a, b } = await closed({ transport: 'tcp', faults }, { transport: 'tcp' });
    a.node.send(1, 'MESSAGE', { channel: 'garden', text });
    network.run(3000);
    expect(texts(b.capture())).toEqual([[text, true]]);
    expect(quiet(a, b)).toEqual([]);
  });
});

describe('whatever comes to a node of ptpchat', () => {
  const messages = (goldenJson('ptpchat_a.truth.json').messages as { raw: string }[]).map(({ raw }) => Buffer.from(raw, 'hex'));
  for (const transport of ['udp', 'tcp'] as const)
    it(`makes it throw nothing, over ${transport}`, async () => {
      const { network, a, b } = await closed({ transport }, { transport });
      const own = a.events.flatMap((event) => (event.kind === 'sent' ? [event.bytes] : []));
      let state = 7;
      const below = (end: number) => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 8) % end;
      };
      for (let n = 0; n < 1500; n++) {
        const source = n % 2 === 0 ? messages : own;
        const bytes = Uint8Array.from(source[below(source.length)]!);
        for (let change = below(3); change > 0; change--) bytes[below(bytes.length)] = below(256);
        b.node.received(1, bytes.subarray(0, below(8) === 0 ? below(bytes.length) : bytes.length));
      }
      network.run(20_000);
      expect([...a.complaints(), ...b.complaints()].filter((sentence) => sentence.includes('mistake'))).toEqual([]);
    });
});

function tcpFault(spec: string): Fault {
  return parseFault(spec, ptpchat.names, 'tcp', ptpchat.peer!) as Fault;
}

/** The recording without the blocks that hold its keys. */
function bare(member: Member): Uint8Array {
  const chunks: Uint8Array[] = [];
  const recorder = new Recorder({
    ...{ transport: 'udp', secrets: false, application: 'test', now: () => 0n },
    write: (bytes) => void chunks.push(bytes.slice()),
  });
  for (const event of member.events) recorder.record(event);
  return Uint8Array.from(Buffer.concat(chunks));
}
