import { describe, expect, it } from 'vitest';
import { botd } from '../../../dissector/protocols/botd/index.ts';
import type { NodeOptions } from '../../../dissector/testnode/index.ts';
import { fault, findings, lines, type Member, Network, told } from './network.ts';

async function pair(first: Partial<NodeOptions> = {}, second: Partial<NodeOptions> = {}) {
  const network = new Network();
  const a = await network.add(botd, { port: 40_000, ...first });
  const b = await network.add(botd, { port: 9945, ...second });
  a.dial(b);
  return { network, a, b };
}

const quiet = (...members: Member[]) => members.flatMap((member) => [...findings(member), ...member.complaints()]);

describe('two nodes of botd', () => {
  it('shake hands, ask whether the other is there every half minute, and close', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    expect([a.node.status(1).state, b.node.status(1).state]).toEqual(['open', 'open']);
    network.run(65_000);
    a.node.stop();
    network.run(100);
    expect(told(a).slice(0, 2)).toEqual(['> Init', '< Ack']);
    expect(told(a).slice(2).sort()).toEqual(
      [...Array(2).fill('< Ping'), ...Array(2).fill('< Pong'), ...Array(2).fill('> Ping'), ...Array(2).fill('> Pong')].sort(),
    );
    expect(told(b)).toHaveLength(10);
    expect(quiet(a, b)).toEqual([]);
    expect(b.events.at(-1)).toMatchObject({ kind: 'closed', why: 'closed by the other side' });
  });

  it('carry any protobuf message', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    const record = { field: 3, wire_type: 'length-delimited', bytes: Uint8Array.of(1, 2, 3) };
    const form = botd.messages!.find(({ name }) => name === 'protobuf')!;
    const { values } = form.decode(Uint8Array.of(0x1a, 3, 1, 2, 3));
    a.node.send(1, 'protobuf', values);
    network.run(10);
    expect(lines(b).at(-1)).toMatchObject({ message: 'protobuf', state: 'decoded', fields: { tree: [{ field: record.field }] } });
    expect(quiet(a, b)).toEqual([]);
  });

  for (const [choice, pin] of [
    ['botd.cipher', 'aes-256-ctr'],
    ['botd.cipher', 'aes-256-cbc'],
    ['botd.key', 'x-coordinate'],
    ['botd.key', 'sha256-x'],
  ] as const)
    it(`speak another open choice, ${choice}=${pin}`, async () => {
      const { Choices } = await import('../../../dissector/protocol/index.ts');
      const choices = new Choices({ [choice]: pin });
      const { network, a, b } = await pair({ choices }, { choices });
      network.run(35_000);
      expect(told(b).filter((line) => line.includes('Pong'))).toHaveLength(2);
      expect(quiet(a, b)).toEqual([]);
    });

  it('are not understood under another one', async () => {
    const { Choices } = await import('../../../dissector/protocol/index.ts');
    const { network, b } = await pair({ choices: new Choices({ 'botd.key': 'x-coordinate' }) });
    network.run(35_000);
    expect(b.complaints()).toContain('A frame does not open under the key of the session.');
  });

  it('refuse an Init that is for another node, and say which key this one has', async () => {
    const secret = '11'.repeat(32);
    const { network, a, b } = await pair({ identity: JSON.stringify({ secp256k1_private: secret }) });
    network.run(100);
    expect(b.complaints()[0]).toMatch(/^The Init is for another node: this one's recipient_pubkey is 0[23][0-9a-f]{64}\.$/);
    expect([a.node.links, b.node.links]).toEqual([[], []]);
  });

  it('close when no Pong comes', async () => {
    const { network, a } = await pair({}, { faults: [fault('drop:Pong@1', botd)] });
    network.run(61_000);
    expect(a.complaints()).toContain('No Pong came in 30 s.');
    expect(a.node.links).toEqual([]);
  });
});

/** What the other side's recording says of each fault, and what the other node itself says. */
const faulty: readonly (readonly [spec: string, finding: string, complaint: RegExp])[] = [
  ['wrong-signature:Init', 'botd.signature', /^The Init is refused: the signature does not verify/],
  ['wrong-key:Ping', 'botd.malformed', /^A frame does not open/],
  ['duplicate:Ping', 'botd.ping-interval', /^A second Ping came after 0\.0 s\.$/],
  ['replay:Ping#2', 'botd.ping-interval', /^A second Ping came after/],
  ['flip:Init', 'botd.checksum', /./],
];

describe('faults of botd', () => {
  for (const [spec, finding, complaint] of faulty)
    it(`${spec} gives ${finding}`, async () => {
      const { network, a, b } = await pair({ faults: [fault(spec, botd)], seed: 11 });
      network.run(30_500);
      if (a.node.links.length > 0) network.run(30_000);
      expect(findings(b)).toContain(finding);
      expect(b.complaints().some((sentence) => complaint.test(sentence))).toBe(true);
    });

  it('split is told once, not with each piece', async () => {
    const { a } = await pair({ faults: [fault('split=3:Init', botd)] });
    const notes = a.events.flatMap((event) => (event.kind === 'sent' ? [event.note] : []));
    expect(notes.length).toBeGreaterThan(10);
    expect(notes.filter((note) => note !== undefined)).toEqual(['fault "split" on Init']);
  });

  it('split and merge change the writes, not the stream', async () => {
    const { network, a, b } = await pair({ faults: [fault('split=3:Init', botd)] }, { faults: [fault('merge:Pong', botd)] });
    network.run(35_000);
    const writes = a.events.filter(({ kind }) => kind === 'sent').length;
    expect(writes).toBeGreaterThan(50);
    expect(told(b).slice(0, 2)).toEqual(['< Init', '> Ack']);
    expect(quiet(a, b)).toEqual([]);
  });
});
