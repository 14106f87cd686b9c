import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../dissector/bytes/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { forms } from '../../../dissector/protocols/p2pke/messages.ts';
import { PeerSession } from '../../../dissector/protocols/p2pke/node/session.ts';
import { goldenPath } from '../../golden/open.ts';
import { findings, lines, type Member, Network, fault as parsed, told } from './network.ts';

async function pair(options: Parameters<Network['add']>[1] | object = {}): Promise<{ network: Network; a: Member; b: Member }> {
  const network = new Network();
  const a = await network.add(p2pke, { port: 7000, ...options });
  const b = await network.add(p2pke, { port: 7001 });
  a.dial(b);
  return { network, a, b };
}

const fault = (text: string) => parsed(text, p2pke);

describe('two nodes of p2pke', () => {
  it('shake hands, send data and close, by the specification', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    expect([a.node.status(1).state, b.node.status(1).state]).toEqual(['init_done', 'init_done']);
    a.node.send(1, 'data', { data: Uint8Array.of(1, 2, 3) });
    network.run(10);
    b.node.send(1, 'data', { data: Uint8Array.of(4) });
    network.run(10);
    a.node.stop();
    network.run(10);
    expect(told(a)).toEqual(['> InitHello', '< RespHello', '> InitDone', '> data', '< data', '> closing']);
    expect(told(b)).toEqual(['< InitHello', '> RespHello', '< InitDone', '< data', '> data', '< closing']);
    for (const each of [a, b]) expect([findings(each), each.complaints()]).toEqual([[], []]);
    expect(lines(b).map(({ fields }) => (fields as { data?: string }).data)).toEqual([
      undefined,
      undefined,
      undefined,
      '010203',
      '04',
      '',
    ]);
  });

  it('make sessions anew before they are a minute old, and go on with the newest', async () => {
    const { network, a, b } = await pair();
    for (let second = 0; second < 140; second++) {
      network.run(1000);
      a.node.send(1, 'data', { data: Uint8Array.of(second) });
      b.node.send(1, 'data', { data: Uint8Array.of(second) });
    }
    network.run(100);
    expect(told(a).filter((line) => line.endsWith('InitHello'))).toHaveLength(3);
    expect(lines(a).filter(({ message }) => message === 'data')).toHaveLength(280);
    for (const each of [a, b]) expect([findings(each), each.complaints()]).toEqual([[], []]);
  });

  it('let go of a session that is a minute old, and make another one once the other side is back', async () => {
    let isCut = false;
    const network = new Network((bytes) => (isCut ? [] : [{ bytes, after: 1 }]));
    const a = await network.add(p2pke, { port: 7000 });
    const b = await network.add(p2pke, { port: 7001 });
    a.dial(b);
    network.run(40_000);
    isCut = true;
    network.run(19_000);
    expect([a.node.status(1).ready, b.node.status(1).ready]).toEqual([true, true]);
    network.run(2000);
    expect([a.node.status(1).ready, b.node.status(1).ready]).toEqual([false, false]);
    isCut = false;
    network.run(10_000);
    expect([a.node.status(1).ready, b.node.status(1).ready]).toEqual([true, true]);
  });

  for (const lost of ['InitHello', 'RespHello', 'InitDone'])
    it(`repeat what was lost: ${lost}`, async () => {
      const network = new Network();
      const a = await network.add(p2pke, {
        port: 7000,
        faults: [fault('drop:InitHello'), fault('drop:InitDone')].filter(({ message }) => message === lost),
      });
      const b = await network.add(p2pke, { port: 7001, faults: lost === 'RespHello' ? [fault('drop')] : [] });
      a.dial(b);
      network.run(3000);
      expect([a.node.status(1).ready, b.node.status(1).ready]).toEqual([true, true]);
      expect([...findings(a), ...findings(b)]).toEqual([]);
    });

  it('give up after five tries', async () => {
    const { network, a, b } = await pair({ faults: [fault('drop:InitHello@1')] });
    network.run(10_000);
    expect([a.node.status(1).state, told(b)]).toEqual(['none', []]);
    expect(a.complaints().at(-1)).toBe('The handshake has no answer after 5 tries.');
  });

  it('refuse another long-term key on a channel that has one', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    const other = await network.add(p2pke, { port: 7000 });
    network.members.splice(network.members.indexOf(a), 1);
    other.dial(b);
    network.run(10_000);
    expect(other.node.status(1).ready).toBe(false);
    expect(b.complaints()[0]).toBe('The handshake is refused: its long-term key is not the one of the channel so far.');
  });

  it('keep the keys of a session when someone who saw its InitHello forges a RespHello', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    const hello = a.events.flatMap((event) => (event.kind === 'sent' ? [event.bytes] : []))[0]!;
    const forger = new PeerSession(false, new Uint8Array(32).fill(9));
    forger.opened(hello);
    const auth_claim = { key_x509: new Uint8Array(44), sig: new Uint8Array(64) };
    const payload = { cipher_suite: '25519_ChaChaPoly_BLAKE2b', auth_claim };
    const clear = forms.find(({ name }) => name === 'RespHello')!.encode({ direction: 1, counter: 1, e: forger.e, payload });
    a.node.received(1, forger.seal2(clear, {}));
    a.node.send(1, 'data', { data: Uint8Array.of(1) });
    network.run(10);
    expect(b.complaints()).toEqual([]);
    expect(a.complaints()).toEqual(['Another RespHello than the accepted one is left out.']);
    expect(told(b).at(-1)).toBe('< data');
  });
});

/** What the other side's recording says of each fault, and what the other node itself says. */
const faulty: readonly (readonly [spec: string, finding: string, complaint: string])[] = [
  ['wrong-signature:InitHello', 'p2pke.signature', 'InitHello is refused: Ed25519 signature does not verify.'],
  ['wrong-key:data', 'p2pke.malformed', 'data with counter 16 opens under no session of this node.'],
  ['stale-nonce:data#2', 'p2pke.replay', 'Counter 16 came before: a replay is left out.'],
  ['replay:data#3', 'p2pke.replay', 'Counter 17 came before: a replay is left out.'],
  ['duplicate:data', 'p2pke.replay', 'Counter 16 came before: a replay is left out.'],
  ['truncate=3:data', 'p2pke.malformed', 'data with counter 16 opens under no session of this node.'],
];

describe('faults of p2pke', () => {
  for (const [spec, finding, complaint] of faulty)
    it(`${spec} gives ${finding}`, async () => {
      const { network, a, b } = await pair({ faults: [fault(spec)] });
      network.run(500);
      for (let n = 0; n < 4 && a.node.status(1).ready; n++) {
        a.node.send(1, 'data', { data: Uint8Array.of(n) });
        network.run(10);
        b.node.send(1, 'data');
        network.run(10);
      }
      expect(findings(b)).toContain(finding);
      expect(b.complaints()).toContain(complaint);
    });
});

it('a message that cannot be made uses up no counter', async () => {
  const { network, a, b } = await pair();
  network.run(100);
  for (const data of ['no bytes', Uint8Array.of(1)])
    try {
      a.node.send(1, 'data', { data });
    } catch (error) {
      expect((error as Error).message).toContain('data: expected bytes');
    }
  network.run(10);
  expect(b.complaints()).toEqual([]);
  const counters = sentOf(a).map((bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) & 0x7fff_ffff);
  expect(counters).toEqual([0, 2, 16]);
});

const sentOf = ({ events }: Awaited<ReturnType<typeof pair>>['a']): Uint8Array[] =>
  events.flatMap((event) => (event.kind === 'sent' ? [event.bytes] : []));

describe('a fault that is meant once', () => {
  for (const spoiled of ['InitHello', 'RespHello', 'InitDone'])
    it(`spoils one ${spoiled}, and not what repeats it`, async () => {
      const network = new Network();
      const faults = [fault(`wrong-signature:${spoiled}`)];
      const a = await network.add(p2pke, { port: 7000, faults: spoiled === 'RespHello' ? [] : faults });
      const b = await network.add(p2pke, { port: 7001, faults: spoiled === 'RespHello' ? faults : [] });
      a.dial(b);
      network.run(4000);
      expect([...a.complaints(), ...b.complaints()]).toEqual([expect.stringContaining(`${spoiled} is refused`)]);
      expect([a.node.status(1).ready, b.node.status(1).ready]).toEqual([true, true]);
    });
});

describe('with the clock and the random bytes of a recorded session', () => {
  const { sessions, long_term_keys: keys } = JSON.parse(readFileSync(goldenPath('p2pke_a.keys.json'), 'utf8'));
  const truth = JSON.parse(readFileSync(goldenPath('p2pke_a.truth.json'), 'utf8'));
  const session = sessions[0];

  it('the bytes of the handshake are those of the reference implementation', async () => {
    const network = new Network();
    const stamp = BigInt(`0x${truth.messages[0].fields.timestamp_tai64n.slice(0, 16)}`) - (1n << 62n) - 37n;
    const nanos = BigInt(`0x${truth.messages[0].fields.timestamp_tai64n.slice(16)}`);
    network.now = () => stamp * 1_000_000_000n + nanos;
    const member = (index: number, port: number, ephemeral: string) =>
      network.add(p2pke, {
        ...{ port, identity: JSON.stringify({ ed25519_seed: keys[index].seed }) },
        random: () => fromHex(ephemeral)!,
      });
    const a = await member(0, 7000, session.e_init_priv);
    const b = await member(1, 7001, session.e_resp_priv);
    a.dial(b);
    network.run(10);
    a.node.send(1, 'data');
    const sent = [a, b].flatMap(({ events }) => events.flatMap((event) => (event.kind === 'sent' ? [event.bytes] : [])));
    const digest = await Promise.all(
      sent.map(async (bytes) => Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toString('hex')),
    );
    const expected = [0, 2, 3, 1].map((n) => truth.messages[n].wire_sha256);
    expect(digest).toEqual(expected);
  });
});
