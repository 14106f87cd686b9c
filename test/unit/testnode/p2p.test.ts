import { getDiffieHellman } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../dissector/bytes/index.ts';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { PacketView, parsePacket } from '../../../dissector/link/index.ts';
import { Choices } from '../../../dissector/protocol/index.ts';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import type { NodeOptions } from '../../../dissector/testnode/index.ts';
import { goldenPath } from '../../golden/open.ts';
import { fault, findings, lines, type Member, Network, told } from './network.ts';

async function pair(first: Partial<NodeOptions> = {}, second: Partial<NodeOptions> = {}) {
  const network = new Network();
  const a = await network.add(p2p, { port: 40_000, ...first });
  const b = await network.add(p2p, { port: 5002, ...second });
  a.dial(b);
  return { network, a, b };
}

const quiet = (...members: Member[]) => members.flatMap((member) => [...findings(member), ...member.complaints()]);
const handshake = ['HELLO', 'HELLO_ACK', 'FIN', 'FIN_ACK'];
const named = (member: Member) =>
  lines(member).map(({ message, state }) => `${message}${state === 'decoded' ? '' : ` ${state}`}`);

describe('two nodes of p2p', () => {
  it('shake hands, keep the connection alive every minute, and say goodbye', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    expect([a.node.status(1).state, b.node.status(1).state]).toEqual(['open', 'open']);
    network.run(125_000);
    a.node.stop();
    network.run(100);
    const keepalives = ['< KEEP_ALIVE', '> KEEP_ALIVE', '< KEEP_ALIVE', '> KEEP_ALIVE'];
    expect(told(a)).toEqual(['> HELLO', '< HELLO_ACK', '> FIN', '< FIN_ACK', ...keepalives, '> DISCONNECT']);
    expect(named(b)).toEqual(named(a));
    expect(quiet(a, b)).toEqual([]);
  });

  it.each([1, 3, 18])('understand a refusal in clear after HELLO_ACK, in pieces of %i bytes', async (size) => {
    const { network, a, b } = await pair({ mode: 'step' });
    a.node.release(a.node.held[0]!.id);
    network.run(100);
    const refusal = Uint8Array.from([4, 16, ...new TextEncoder().encode('failed handshake')]);
    for (let at = 0; at < refusal.length; at += size) {
      a.node.sendRaw(1, refusal.subarray(at, at + size));
      network.run(10);
    }
    const sentences = b.events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
    expect(sentences).toEqual(['The other side disconnects in clear: "failed handshake".']);
    expect(told(b)).toEqual(['< HELLO', '> HELLO_ACK', '< DISCONNECT']);
  });

  it('fail a handshake whose next bytes are neither a packet nor a refusal', async () => {
    const { network, a, b } = await pair({ mode: 'step' });
    a.node.release(a.node.held[0]!.id);
    network.run(100);
    a.node.sendRaw(1, Uint8Array.from([4, 16, ...new Uint8Array(16).fill(0xff)]));
    network.run(10);
    expect(b.complaints()).toHaveLength(1);
    expect(told(b).at(-1)).toBe('> DISCONNECT');
  });

  it('answer a request for the node list', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    a.node.send(1, 'NLIST_REQ');
    network.run(10);
    b.node.send(1, 'NLIST_REQ');
    network.run(10);
    expect(told(a).slice(4)).toEqual(['> NLIST_REQ', '< NLIST_RES', '< NLIST_REQ', '> NLIST_RES']);
    expect(quiet(a, b)).toEqual([]);
  });

  for (const [choice, pin] of [
    ['p2p.cipher', 'aes-256-cfb'],
    ['p2p.cipher', 'aes-256-ctr'],
    ['p2p.key', 'sha-256'],
  ] as const)
    it(`speak another open choice, ${choice}=${pin}`, async () => {
      const choices = new Choices({ [choice]: pin });
      const { network, a, b } = await pair({ choices }, { choices });
      network.run(61_000);
      expect(named(b)).toEqual([...handshake, 'KEEP_ALIVE', 'KEEP_ALIVE']);
      expect(quiet(a, b)).toEqual([]);
    });

  it('drop each other under different ones', async () => {
    const { network, a, b } = await pair({ choices: new Choices({ 'p2p.key': 'sha-256' }) });
    network.run(1000);
    expect([a.node.links, b.node.links]).toEqual([[], []]);
    expect(b.complaints().length).toBeGreaterThan(0);
  });

  it('disconnect for "timeout" when a keepalive is not answered', async () => {
    const { network, a, b } = await pair({ faults: [fault('drop:KEEP_ALIVE@1', p2p)] });
    network.run(121_000);
    expect(b.complaints()).toEqual(['No KEEP_ALIVE came in 60 s.']);
    expect(lines(a).at(-1)).toMatchObject({ message: 'DISCONNECT', fields: { reason: 'timeout' } });
  });

  it('take a stream in any pieces', async () => {
    const splits = [...handshake, 'DISCONNECT'].map((message) => fault(`split=1:${message}`, p2p));
    const { network, a, b } = await pair({ faults: splits }, { faults: splits });
    network.run(1000);
    a.node.stop();
    network.run(100);
    expect(named(b)).toEqual([...handshake, 'DISCONNECT']);
    expect(quiet(a, b)).toEqual([]);
  });
});

describe('the group of a node of p2p', () => {
  it('is the 1536-bit one of RFC 3526 unless its identity names another', async () => {
    const { param_p, param_g } = JSON.parse(await p2p.peer!.createIdentity(() => new Uint8Array(0)));
    expect([param_p, param_g]).toEqual([getDiffieHellman('modp5').getPrime('hex'), '2']);
  });

  it.each([
    '',
    '{}',
    '{"param_p": "04", "param_g": "2"}',
    `{"param_p": "${'f'.repeat(512)}", "param_g": "2"}`,
    '{"param_p": "17", "param_g": "17"}',
  ])('cannot be %s', async (identity) => {
    await expect(new Network().add(p2p, { port: 1, identity })).rejects.toThrow('An identity of p2p is the group of its HELLO');
  });
});

/** What the other side's recording says of each fault, and what the other node itself says. */
const faulty: readonly (readonly [spec: string, finding: string, complaint: RegExp])[] = [
  ['wrong-key:FIN', 'p2p.handshake-failed', /./],
  ['duplicate:HELLO', 'p2p.handshake-failed', /./],
];

describe('faults of p2p', () => {
  for (const [spec, finding, complaint] of faulty)
    it(`${spec} gives ${finding}`, async () => {
      const { network, a, b } = await pair({ faults: [fault(spec, p2p)] });
      network.run(150_000);
      a.node.stop();
      network.run(100);
      expect(findings(b)).toContain(finding);
      expect(b.complaints().some((sentence) => complaint.test(sentence))).toBe(true);
    });

  it('duplicate:DISCONNECT gives p2p.after-disconnect where it is sent: the other side has closed by then', async () => {
    const { network, a } = await pair({ faults: [fault('duplicate:DISCONNECT', p2p)] });
    network.run(100);
    a.node.stop();
    network.run(100);
    expect(findings(a)).toEqual(['p2p.after-disconnect']);
  });

  it('a message at the wrong time, sent by hand, gives p2p.order', async () => {
    const { network, a, b } = await pair();
    network.run(100);
    a.node.send(1, 'FIN_ACK');
    network.run(100);
    expect(findings(b)).toEqual(['p2p.order']);
    expect(b.complaints()).toEqual(['FIN_ACK is not allowed in the state "open".']);
  });
});

describe('with the group and the random bytes of a recorded session', () => {
  const { sessions } = JSON.parse(readFileSync(goldenPath('p2p_a.keys.json'), 'utf8'));
  const truth = JSON.parse(readFileSync(goldenPath('p2p_a.truth.json'), 'utf8'));
  const { p, g, x_outbound, x_inbound, iv } = sessions[0];

  it('the packets of the handshake are those of the reference implementation', async () => {
    const network = new Network();
    const fin = truth.messages[2].fields;
    const member = (port: number, random: readonly string[]) => {
      const left = [...random];
      return network.add(p2p, {
        port,
        identity: JSON.stringify({ param_p: p, param_g: g }),
        random: () => fromHex(left.shift()!)!,
      });
    };
    const count = Number(fin.num_bytes).toString(16).padStart(2, '0');
    const a = await member(48_850, [x_outbound, count, fin.random_data]);
    const b = await member(5002, [x_inbound, iv]);
    a.dial(b);
    network.run(100);
    const sent = (member: Member) =>
      toHex(Buffer.concat(member.events.flatMap((event) => (event.kind === 'sent' ? [event.bytes] : []))));
    const [hello, ack, finWire] = [truth.messages[0].plaintext, truth.messages[1].plaintext, sentEncrypted(2)];
    expect(sent(a)).toBe(hello + finWire);
    expect(sent(b)).toBe(ack + sentEncrypted(3));
    const opened = lines(a).map(({ message, state }) => `${message} ${state}`);
    expect(opened).toEqual(handshake.map((name) => `${name} decoded`));
  });

  /** A message of the recorded capture as it stood on the wire. */
  function sentEncrypted(n: number): string {
    const { stream_offset, stream_len, sender } = truth.messages[n];
    return streams[sender === 'outbound' ? 0 : 1]!.slice(stream_offset * 2, (stream_offset + stream_len) * 2);
  }
  const streams = recordedStreams(sessions[0].client_port);
});

/** Both directions of the recorded connection in hex, outbound first: its segments in order. */
function recordedStreams(port: number): readonly string[] {
  const opened = openCapture(memoryFile(readFileSync(goldenPath('p2p_a.pcapng'))));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  const streams = ['', ''];
  for (let index = 0; index < opened.reader.frames.length; index++) {
    const bytes = opened.reader.frameBytes(index);
    const view = new PacketView();
    parsePacket(bytes, 1, view);
    if (view.srcPort !== port && view.dstPort !== port) continue;
    streams[view.srcPort === port ? 0 : 1] += toHex(bytes.subarray(view.payloadStart, view.payloadEnd));
  }
  return streams;
}
