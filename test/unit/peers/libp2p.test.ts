/** Nodes of the sample libp2p against js-libp2p, in both roles, on sockets of this machine. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../../../dissector/index.ts';
import * as library from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/libp2p.js';
import { endsWithTest, findings, type RecordedNode, startRecorded, until } from './recorded.build.ts';

const protocol = (sample as (given: typeof library) => Protocol)(library);
const program = fileURLToPath(new URL('./libp2ppeer.mjs', import.meta.url));

type Said = Readonly<Record<string, unknown>>;

/** js-libp2p, and what it said so far. */
function original(what: string): { readonly said: Said[]; find(name: string): Said | undefined } {
  const child = spawn(process.execPath, [program, what], { stdio: ['pipe', 'pipe', 'inherit'] });
  endsWithTest({ close: () => void child.kill('SIGKILL') });
  const said: Said[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void said.push(JSON.parse(line) as Said));
  return { said, find: (name) => said.find((line) => name in line) };
}

const echoes = (node: RecordedNode) =>
  [...node.opened().messages()]
    .filter(({ fields }) => 'ping' in (fields as object))
    .map(({ src }) => Number(src.split(':').at(-1)));

/** Nothing is closed, nothing is broken, and without its keys the same recording shows none of it. */
function isWholeAndNeedsItsKeys(node: RecordedNode): void {
  const messages = [...node.opened().messages()];
  expect(messages.map(({ state }) => state)).toEqual(messages.map(() => 'decoded'));
  expect(messages.filter(({ message }) => message === 'data').length).toBeGreaterThan(4);
  expect(findings(node)).toEqual([]);
  expect(node.complaints()).toEqual([]);
  const closed = [...node.opened([]).messages()];
  expect(closed.filter(({ message }) => message === 'data')).toEqual([]);
  expect(closed.filter(({ state }) => state === 'encrypted').length).toBeGreaterThan(4);
}

describe('a libp2p node', () => {
  it('is dialled by js-libp2p, says who it is, and echoes', async () => {
    const node = await startRecorded(protocol);
    const peer = original(String(node.socket.local.port));
    await until(() => peer.said.filter((line) => 'pinged' in line).length === 2 && peer.find('identified') !== undefined);
    expect(peer.find('failed')).toBeUndefined();
    expect(peer.find('identified')).toMatchObject({ identified: 'peerscope', protocols: ['/ipfs/id/1.0.0', '/ipfs/ping/1.0.0'] });
    const own = node.socket.local.port;
    await until(() => echoes(node).filter((port) => port === own).length === 2);
    isWholeAndNeedsItsKeys(node);
  });

  it('dials js-libp2p, says who it is, and is echoed', async () => {
    const peer = original('listen');
    await until(() => peer.find('port') !== undefined);
    const port = peer.find('port')!.port as number;
    const node = await startRecorded(protocol, {}, { ip: '127.0.0.1', port });
    await until(() => echoes(node).includes(port) && peer.find('identified') !== undefined);
    node.sends('echo', { value: new Uint8Array(32).fill(7) });
    await until(() => echoes(node).filter((each) => each === port).length === 2);
    isWholeAndNeedsItsKeys(node);
  });
});
