/** Recordings of test nodes beside each other: with new keys, with faults, with changed messages. */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samples } from '../../../extension/workbench/paths.ts';
import { jsonLines, peerscope } from '../cli/help.ts';
import { recorded, section } from './runs.ts';

const module = (name: string): string[] => ['--protocol', join(samples, 'protocols', `${name}.js`)];

async function compared(a: string, b: string, ...more: string[]) {
  const { status, out, err } = await peerscope(['diff', a, b, '--json', ...more]);
  expect(err).toBe('');
  const lines = jsonLines(out);
  return { status, differences: lines.slice(0, -1), summary: lines.at(-1).summary };
}

describe('two runs of one script with new keys', () => {
  it.each([
    ['p2p', section('p2p.packet', 0), []],
    ['p2ppacket', section('p2ppacket.packet', 0), []],
    ['botd', section('botd.packet', 0), []],
    ['ptpchat', section('ptpchat.packet', 0), []],
    ['p2pke', section('p2pke.packet', 0), []],
    ['dht', section('protocols/dht.packet', 2), module('dht')],
    // Frames of independent streams come in any order: the handshake and what is agreed on alone.
    ['libp2p', section('protocols/libp2p.packet', 1), module('libp2p'), ['--filter', '!yamux']],
    ['wireguard', section('protocols/wireguard.packet', 0), module('wireguard')],
    ['knock', section('protocols/knock.packet', 0), module('knock')],
    ['crow', section('protocols/crow.packet', 0), module('crow')],
  ])('of %s do not differ', async (_, script, more, options = []) => {
    const [a, b] = [await recorded(script, ...more), await recorded(script, ...more)];
    const { status, differences, summary } = await compared(a, b, ...more, ...options);
    expect(differences).toEqual([]);
    expect(summary).toMatch(/^No difference: [1-9]\d* messages in \d+ conversations?\.$/);
    expect(status).toBe(0);
  });
});

const two = '### one\nnode b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';
const talk = `expect b InitDone
send a data { data: 01 02 03 }
expect b data { data: 01 02 03 }
send a data { data: 04 05 06 }
send a data { data: 07 08 09 }
expect b data { data: 07 08 09 }
`;

describe('a run beside one with', () => {
  it.each([
    ['a message that is dropped', 'fault a drop data nth 2\n', 'message missing', 'data', undefined],
    ['a message that is sent twice', 'fault a duplicate data nth 2\n', 'message added', 'data', undefined],
    ['a byte that is changed', 'fault a flip=9 data nth 2\n', 'state', 'data', 'p2pke'],
    ['a message that is cut short', 'fault a truncate=3 data nth 2\n', 'state', 'data', 'p2pke'],
    ['another key', 'fault a wrong-key data nth 2\n', 'state', 'data', 'p2pke'],
  ])('%s: it alone is named', async (_, fault, kind, message, field) => {
    const [a, b] = [await recorded(two + talk), await recorded(two + fault + talk)];
    const { status, differences } = await compared(a, b);
    expect(differences).toEqual([expect.objectContaining({ kind, message, ...(field === undefined ? {} : { field }) })]);
    expect(status).toBe(1);
  });

  // Three messages after each other, of which the first or the last one shows that all have come.
  const rest = (last: string): string => `expect b InitDone
send a data { data: 01 02 03 }
expect b data { data: 01 02 03 }
send a data { data: 04 05 06 }
send a data { data: 07 08 09 }
send a data { data: 0a 0b 0c }
expect b data { data: ${last} }
`;

  it.each([
    ['a message that is delayed', 'fault a delay=200 data nth 2\n', '04 05 06', 'moved', "B's data comes later, after data"],
    [
      'a message that is sent behind the next one',
      'fault a reorder data nth 2\n',
      '0a 0b 0c',
      'moved',
      "B's data comes later, after data",
    ],
    ['a message that is replayed', 'fault a replay data nth 2\n', '0a 0b 0c', 'message added', 'B has one more data after data'],
    [
      'a counter that was used before',
      'fault a stale-nonce data nth 2\n',
      '0a 0b 0c',
      'sequence',
      "counter of B's data is 1 behind its place",
    ],
  ])('%s: it alone is named', async (_, fault, last, kind, text) => {
    const good = await recorded(two + rest('0a 0b 0c'));
    const bad = await recorded(two + fault + rest(last));
    const { status, differences } = await compared(good, bad);
    expect(differences).toEqual([expect.objectContaining({ kind, message: 'data', text })]);
    expect(differences[0]).toMatchObject(kind === 'message added' ? { b: { n: 5 } } : { a: { n: 4 } });
    expect(status).toBe(1);
    // The baseline says the same, and the run beside itself nothing.
    const baseline = join(dirname(good), 'good.baseline.jsonl');
    expect((await peerscope(['diff', good, '--save-baseline', baseline])).status).toBe(0);
    const { out } = await peerscope(['diff', '--baseline', baseline, bad, '--json']);
    expect(jsonLines(out).slice(0, -1)).toEqual([expect.objectContaining({ kind, message: 'data', text })]);
    expect((await compared(bad, bad)).differences).toEqual([]);
  });

  it('a message that is written in pieces: it says the same, in more frames', async () => {
    const nodes = '### one\nnode b = botd listen 127.0.0.1:0\nnode a = botd dial b\n';
    const ping = 'expect a Ack\nsend a Ping { id: "0123456789" }\nexpect a Pong { ping_id: "0123456789" }\n';
    const [whole, split] = [await recorded(nodes + ping), await recorded(`${nodes}fault a split=3 Ping\n${ping}`)];
    const { status, differences } = await compared(whole, split);
    expect(differences).toEqual([]);
    expect(status).toBe(0);
    const frames = async (capture: string): Promise<number> =>
      jsonLines((await peerscope(['frames', capture, '--json'])).out).filter((line) => 'captured' in line).length;
    expect(await frames(split)).toBeGreaterThan(await frames(whole));
  });

  it('a wrong signature: it is named, and that nothing came after it', async () => {
    const good = `${two}expect a RespHello\nexpect b InitDone\n`;
    const bad = `${two}fault b wrong-signature RespHello\nexpect a RespHello\nexpect b nothing for 300ms\n`;
    const { differences, summary } = await compared(await recorded(good), await recorded(bad));
    expect(differences[0]).toMatchObject({ kind: 'verdict', message: 'RespHello', field: 'p2pke.payload.auth_claim.sig' });
    expect(summary).toMatch(/^sig of B's RespHello is invalid, that of A is valid; after it nothing was sent/);
  });

  it('a field that is left out: a person would say it so', async () => {
    const manual = '### one\nnode b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b manual\n';
    const good = `${manual}send a InitHello { payload: { cipher_suites: ["25519_ChaChaPoly_BLAKE2b"] } }\nexpect a RespHello\n`;
    const bad = `${manual}send a InitHello { payload: { cipher_suites: ["25519_ChaChaPoly_BLAKE2b"], auth_claim: none } }\nexpect a nothing for 300ms\n`;
    const { differences, summary } = await compared(await recorded(good), await recorded(bad));
    expect(summary).toBe("B's InitHello has no auth_claim; after it nothing was sent.");
    expect(differences.map(({ kind, field }) => [kind, field])).toEqual([
      ['field missing', 'p2pke.payload.auth_claim'],
      ['ended early', undefined],
    ]);
  });
});
