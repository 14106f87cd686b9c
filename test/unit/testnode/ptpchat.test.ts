import { describe, expect, it } from 'vitest';
import { Choices } from '../../../dissector/protocol/index.ts';
import { ptpchat } from '../../../dissector/protocols/ptpchat/index.ts';
import { goldenJson } from '../../golden/open.ts';
import { fault, findings, lines, type Member, Network, told } from './network.ts';
import { pair, quiet, said, three } from './ptpchat.build.ts';

describe('two nodes of ptpchat', () => {
  for (const transport of ['udp', 'tcp'] as const)
    it(`say HELLO every second, over ${transport}`, async () => {
      const { network, a, b } = await pair({ transport }, { transport });
      network.run(10_500);
      for (const { node } of [a, b]) expect(node.status(1)).toMatchObject({ state: 'neighbours', ready: true });
      for (const arrow of ['<', '>']) expect(told(a).filter((line) => line === `${arrow} HELLO`)).toHaveLength(11);
      expect(quiet(a, b)).toEqual([]);
    });

  it('frame the stream as it is pinned, and read it either way', async () => {
    const choices = new Choices({ 'ptpchat.framing': 'back-to-back' });
    const { network, a, b } = await pair({ transport: 'tcp', choices }, { transport: 'tcp' });
    network.run(3000);
    const first = (member: Member) => member.events.flatMap((event) => (event.kind === 'sent' ? [event.bytes[0]] : []))[0];
    expect([first(a), first(b)]).toEqual([0x7b, 0]);
    expect(b.complaints()).toEqual([]);
    expect(a.complaints()[0]).toBe('4 bytes of the stream are no messages.');
  });

  it('acknowledge what asks for it, and say when no ACK came', async () => {
    const { network, a } = await pair({}, { faults: [fault('drop:ACK#2', ptpchat)] });
    network.run(100);
    a.node.send(1, 'GETCERTIFICATE');
    a.node.send(1, 'GETCERTIFICATE', { msg_data: { msg_id: 123_456_789_012_345_678_901n } });
    network.run(12_000);
    // The other one is of the CERTIFICATE that b has asked for, to know that its address hears it.
    expect(said(a).filter((line) => line === '< ACK')).toHaveLength(2);
    expect(a.complaints().filter((text) => text.includes('ACK'))).toEqual(['No ACK for a GETCERTIFICATE came in 10 s.']);
    expect(findings(a)).toContain('ptpchat.unacknowledged');
  });

  it('miss an ACK however much they go on to say', async () => {
    const { network, a } = await pair({}, { faults: [fault('drop:ACK', ptpchat)] });
    for (let second = 0; second < 12; second++) {
      network.run(1000);
      a.node.send(1, 'GETCERTIFICATE');
    }
    expect(a.complaints()).toEqual(['No ACK for a GETCERTIFICATE came in 10 s.']);
  });

  it('say of what is no message why it is none, and go on', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    a.node.send(1, 'ACK', { msg_data: { msg_id: 'never sent' } });
    a.node.send(1, 'JOIN', { msg_data: null });
    a.node.send(1, 'HELLO', { msg_type: 'FROBNICATE', msg_data: {} });
    a.node.send(1, 'CERTIFICATE', { msg_id: 1, node_id: 2, recipient_id: 3, certificate: '!' });
    a.node.send(1, 'HELLO', { msg_type: Uint8Array.of(0x7b) });
    network.run(100);
    expect(b.complaints()).toEqual([
      'An ACK names no message that was sent over this link.',
      'JOIN needs "msg_id".',
      'The msg_type of a message is no verb of the specification.',
      '"certificate" of CERTIFICATE is no base64.',
      expect.stringMatching(/^A message is no JSON: /),
    ]);
    expect(() => a.node.send(1, 'NOTHING')).toThrow('ptpchat has no message "NOTHING".');
    expect(() => a.node.send(1, 'ACK')).toThrow('An ACK needs the msg_id');
  });

  it('leave out another message under a msg_id that was used', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    for (const node_id of ['one', 'one', 'two']) a.node.send(1, 'GETCERTIFICATE', { msg_id: 'the same id for each', node_id });
    network.run(100);
    expect(b.complaints().filter((text) => text.includes('msg_id'))).toEqual([
      'A GETCERTIFICATE has the msg_id of another message: it is left out.',
    ]);
    expect(findings(b)).toContain('ptpchat.id-collision');
  });

  it('end a stream whose object has no end', async () => {
    const { network, a, b } = await pair({ transport: 'tcp' }, { transport: 'tcp' });
    network.run(100);
    b.node.received(1, Uint8Array.of(0x7b, 0x22, ...new Uint8Array(20).fill(0x61)));
    for (let piece = 0; piece < 20 && b.node.links.length > 0; piece++) b.node.received(1, new Uint8Array(0x10_0000).fill(0x61));
    expect([a.node.links.length, b.node.links.length]).toEqual([1, 0]);
  });
});

describe('channels of ptpchat', () => {
  for (const transport of ['udp', 'tcp'] as const)
    it(`are announced, joined, spoken in and left, over ${transport}`, async () => {
      const { network, a, b } = await pair({ transport }, { transport });
      network.run(1000);
      a.node.send(1, 'JOIN');
      network.run(100);
      a.node.send(1, 'MESSAGE', { text: 'grüße' });
      network.run(100);
      b.node.send(1, 'MESSAGE', { text: 'and to you' });
      network.run(100);
      a.node.send(1, 'LEAVE');
      network.run(3000);
      expect(said(a)).toEqual(['< CHANNEL', '> JOIN', '< CHANNEL', '> MESSAGE', '< ACK', '< MESSAGE', '> ACK', '> LEAVE']);
      const texts = lines(b).flatMap(({ message, fields }) =>
        message === 'MESSAGE' ? [(fields as { text?: string }).text] : [],
      );
      expect(texts).toEqual(['grüße', 'and to you']);
      expect(quiet(a, b)).toEqual([]);
    });

  it('are kept up as long as nobody leaves', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    a.node.send(1, 'JOIN');
    network.run(60_000);
    const count = (line: string) => told(a).filter((one) => one === line).length;
    expect(count('< CHANNEL')).toBeGreaterThan(4);
    expect([count('> CHANNEL'), count('> JOIN'), count('< ROUTING')]).toEqual([0, 1, 6]);
    expect(quiet(a, b)).toEqual([]);
  });

  it('can be made by a client, to all its neighbours', async () => {
    const { network, a, b } = await pair();
    network.run(3000);
    a.node.send(1, 'CHANNEL', { channel: 'ours' });
    network.run(100);
    b.node.send(1, 'JOIN', { channel: 'ours' });
    network.run(100);
    const last = lines(b).findLast(({ message }) => message === 'CHANNEL');
    expect(last?.fields).toMatchObject({ channel: 'ours', members: [{}, {}] });
    b.node.send(1, 'MESSAGE', { channel: 'ours' });
    network.run(100);
    expect(quiet(a, b)).toEqual([]);
  });

  it('are left when a node stops, and joined again when it is missing in the list', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    a.node.send(1, 'JOIN');
    network.run(3000);
    const list = lines(a).findLast(({ message }) => message === 'CHANNEL')!.fields as { members: { node_id: string }[] };
    b.node.send(1, 'CHANNEL', { members: list.members.slice(0, 1) });
    network.run(100);
    expect(said(a).slice(-2)).toEqual(['< CHANNEL', '> JOIN']);
    network.run(3000);
    a.node.stop();
    network.run(10);
    expect(said(b).at(-1)).toBe('< LEAVE');
    expect([findings(a), findings(b)]).toEqual([[], []]);
  });

  it('are left by a node that is listed and not in them', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    const { node_id } = lines(a)[0]!.fields as { node_id: string };
    b.node.send(1, 'CHANNEL', { members: [{ node_id }] });
    network.run(3000);
    b.node.send(1, 'CHANNEL', { members: [{ node_id }] });
    network.run(100);
    expect(said(a).filter((line) => line === '> LEAVE')).toHaveLength(2);
    expect(findings(a)).toEqual([]);
  });

  it('cannot be joined, left or spoken in where there is none', async () => {
    const { network, a } = await pair({ role: 'client' }, { role: 'client' });
    network.run(100);
    for (const message of ['JOIN', 'LEAVE', 'MESSAGE']) expect(() => a.node.send(1, message)).toThrow(/no such channel/i);
  });

  it('have a limit, and so have their members', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    for (let n = 0; n < 70; n++) a.node.send(1, 'CHANNEL', { channel: `${n}`, channel_id: n });
    network.run(100);
    expect(b.complaints().filter((text) => text.includes('64 are known already'))).toHaveLength(7);
    for (let n = 0; n < 300; n++) a.node.send(1, 'JOIN', { channel: 'lobby', node_id: n });
    network.run(100);
    expect(b.complaints().filter((text) => text.includes('256 members'))).toHaveLength(45);
    a.node.send(1, 'JOIN', { channel: 'x'.repeat(1025), channel_id: 1 });
    network.run(100);
    expect(b.complaints().at(-1)).toBe('"channel" of JOIN has more than 1024 characters.');
    const lists = lines(b).filter(
      ({ message, fields }) => message === 'CHANNEL' && (fields as { channel: string }).channel === 'lobby',
    );
    expect(lists.length).toBeLessThan(5);
  });
});

describe('three nodes of ptpchat', () => {
  for (const transport of ['udp', 'tcp'] as const)
    it(`reach each other through the one in the middle, over ${transport}`, async () => {
      const { network, a, s, c } = await three(transport);
      for (const { node } of [a, c]) node.send(1, 'JOIN');
      network.run(100);
      a.node.send(1, 'MESSAGE', { text: 'to both' });
      network.run(11_000);
      const got = lines(c).filter(({ message, dst }) => message === 'MESSAGE' && dst.endsWith(':7102'));
      expect(got.map(({ fields }) => fields)).toEqual([
        expect.objectContaining({ text: 'to both', recipient: [{}, {}].map(() => expect.anything()) }),
      ]);
      s.node.send(1, 'MESSAGE', { text: 'from the middle' });
      network.run(11_000);
      for (const each of [a, c])
        expect(lines(each).filter(({ fields }) => (fields as { text?: string }).text === 'from the middle')).toHaveLength(1);
      expect(quiet(a, s, c)).toEqual([]);
    });

  it('learn of each other by ROUTING', async () => {
    const { network, a, s, c } = await three();
    network.run(10_500);
    const list = lines(a).findLast(({ message }) => message === 'ROUTING')!.fields as { nodes: { address: string }[] };
    expect(list.nodes.map(({ address }) => address)).toEqual(['127.0.0.1:7101', '127.0.0.1:7102']);
    expect(quiet(a, s, c)).toEqual([]);
  });

  it('do not pass on what comes from no member', async () => {
    const { network, a, s, c } = await three();
    c.node.send(1, 'JOIN');
    network.run(100);
    const { channel, channel_id, node_id } = lines(c).find(({ message }) => message === 'JOIN')!.fields as Record<string, string>;
    a.node.send(1, 'MESSAGE', { channel: channel!, channel_id: channel_id!, recipient: [{ node_id: node_id! }] });
    network.run(100);
    expect(s.complaints()).toEqual(['A MESSAGE comes from a node that is not in its channel.']);
    expect(said(c)).not.toContain('< MESSAGE');
  });
});

/** Names and types of the elements, in their order. */
const shape = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.slice(0, 1).map(shape)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).map(([name, one]) => [name, shape(one)])
      : typeof value;

describe('what a node of ptpchat writes', () => {
  const golden = (goldenJson('ptpchat_a.truth.json').messages as { msg_type?: string; msg?: object }[]).filter(({ msg }) => msg);
  const written = (member: Member, verb: string) =>
    member.events.flatMap((event) => {
      if (event.kind !== 'sent') return [];
      const message = JSON.parse(new TextDecoder().decode(event.bytes)) as { msg_type: string };
      return message.msg_type === verb ? [shape(message)] : [];
    });
  const real = (verb: string) => golden.filter(({ msg_type }) => msg_type === verb).map(({ msg }) => shape(msg));

  it('answers a real server, and complains of nothing that it says', async () => {
    const network = new Network();
    const a = await network.add(ptpchat, { port: 7101 });
    const b = { ...a, address: { ip: '127.0.0.1', port: 9001 } };
    a.dial(b);
    type Sent = { readonly src: string; readonly dst: string; readonly raw: string };
    for (const { src, dst, raw } of goldenJson('ptpchat_a.truth.json').messages as Sent[])
      if (src === '127.0.0.1:9001' && dst === '127.0.0.1:7101') {
        a.node.received(1, Uint8Array.from(Buffer.from(raw, 'hex')));
        network.run(1000);
      }
    expect(a.node.status(1).ready).toBe(true);
    expect(a.complaints()).toEqual([]);
  });

  it('has the elements and types of what a real server and its clients write', async () => {
    const { network, a, b } = await pair();
    network.run(3000);
    a.node.send(1, 'GETCERTIFICATE');
    a.node.send(1, 'JOIN');
    network.run(100);
    a.node.send(1, 'MESSAGE');
    a.node.send(1, 'LEAVE');
    network.run(100);
    for (const [member, verb] of [
      [b, 'CHANNEL'],
      [b, 'CERTIFICATE'],
      [b, 'ROUTING'],
      [a, 'JOIN'],
      [a, 'MESSAGE'],
      [a, 'LEAVE'],
      [a, 'HELLO'],
      [b, 'HELLO'],
      [a, 'GETCERTIFICATE'],
      [b, 'ACK'],
    ] as const)
      expect(real(verb)).toContainEqual(written(member, verb).at(-1));
  });
});
