/** Nodes of the sample dht: with each other, in a packet script, and with what they cannot read. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as library from '../../../dissector/index.ts';
import { type MessageLine, openBytes, type Protocol } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/dht.js';
import { peerscope, temporary } from '../cli/help.ts';
import { Network } from '../testnode/network.ts';

const protocol = (sample as (given: typeof library) => Protocol)(library);
const module = fileURLToPath(new URL('../../../media/samples/protocols/dht.js', import.meta.url));
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function pair() {
  const network = new Network();
  const [a, b] = [await network.add(protocol, { port: 1 }), await network.add(protocol, { port: 2 })];
  a.dial(b);
  network.run(100);
  return { network, a, b, link: a.node.links[0]!.id };
}

describe('a node of messages', () => {
  it('answers what its definition answers, with what was asked', async () => {
    const { network, a, link } = await pair();
    a.node.send(link, 'find_node', { a: { target: new Uint8Array(20).fill(7) } });
    network.run(100);
    const capture = openBytes(a.capture(), { protocols: [protocol] });
    if ('problem' in capture) throw new Error(capture.problem.text);
    const [asked, answered] = [...capture.messages()] as [MessageLine, MessageLine];
    expect([asked.message, answered.message]).toEqual(['find_node', 'find_node_response']);
    expect(asked.fields).toMatchObject({ a: { target: '07'.repeat(20), id: expect.stringMatching(/^[0-9a-f]{40}$/) } });
    expect((answered.fields as { t: string }).t).toBe((asked.fields as { t: string }).t);
    expect([...capture.findings()]).toEqual([]);
  });

  it('fills in what the specification wants', async () => {
    const { a, link } = await pair();
    const key = expect.any(Uint8Array);
    expect(a.node.made(link, 'find_node')).toMatchObject({ y: 'q', q: 'find_node', a: { id: key, target: key } });
    expect(a.node.made(link, 'get_peers_response')).toMatchObject({ y: 'r', r: { id: key, token: key, nodes: [] } });
    expect(a.node.made(link, 'error')).toMatchObject({ y: 'e', e: [202, 'Server Error'] });
    for (const { name, encode } of protocol.messages!) expect(encode(a.node.made(link, name)).length, name).toBeGreaterThan(0);
  });

  it('says what it cannot read, and goes on', async () => {
    const { network, a, b, link } = await pair();
    a.node.sendRaw(link, text('d1:ad2:id'));
    a.node.send(link, 'ping');
    network.run(100);
    expect(b.complaints().join()).toContain('A message cannot be read');
    expect(a.node.counts.received).toBe(1);
  });

  it('does not take for an answer what answers nothing', async () => {
    const { network, a, b, link } = await pair();
    a.node.send(link, 'ping');
    network.run(100);
    expect(a.node.status(link).isProven).toBe(true);
    a.node.send(link, 'ping_response');
    network.run(100);
    expect(b.node.status(b.node.links[0]!.id).isProven).toBe(false);
  });

  it('refuses values that do not fit, and an identity that is none', async () => {
    const { a, link } = await pair();
    expect(() => a.node.send(link, 'nothing')).toThrow('There is no message nothing.');
    expect(protocol.peer!.start({} as never, '{"id": "00"}')).toBe('The identity is a JSON object with "id", 20 bytes in hex.');
    expect(protocol.peer!.start({} as never, 'not JSON')).toContain('JSON object');
  });

  it('runs the script beside it', async () => {
    const { out, status } = await peerscope(['run', module.replace('.js', '.packet'), '--protocol', module]);
    expect([out.split('\n').at(-2), status]).toEqual(['3 sections: 3 passed, 0 failed', 0]);
  });

  it('is spoken by a packet script', async () => {
    const script = `### a query is answered
node b = dht listen 127.0.0.1:0
node a = dht dial b
send a ping
expect b ping
expect a ping_response
send a get_peers { a: { info_hash: hex(0102030405060708090a0b0c0d0e0f1011121314) } }
expect b get_peers { a: { info_hash: hex(0102030405060708090a0b0c0d0e0f1011121314) } }
expect a get_peers_response
`;
    const { status, out } = await peerscope(['run', temporary('dht.packet', script), '--protocol', module]);
    expect({ status, out }).toMatchObject({ status: 0 });
    const wrong = script.replace('expect a get_peers_response', 'expect a error within 300ms');
    expect((await peerscope(['run', temporary('wrong.packet', wrong), '--protocol', module])).status).not.toBe(0);
  });
});
