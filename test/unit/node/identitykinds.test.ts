/** Nodes of the editor with new identities of a kind that was chosen. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { wish as checked } from '../../../extension/host/nodes/checks.ts';
import { spokenProtocols } from '../../../extension/node/protocols.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-kinds-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const rest = { protocol: 'p2pke', transport: 'udp', role: '', mode: 'automatic', faults: [], identity: '' } as const;

let nodes = 0;
function start(direction: 'listen' | 'connect', address: string, identityKind: string): Promise<RunningNode> {
  const wish = checked({ ...rest, direction, address, identityKind });
  return startNode(++nodes, wish, { tree: {}, protocols, allow: [] }, join(folder, `${nodes}.pcapng`), () => {});
}

describe('a node of the editor', () => {
  it('is told which kinds there are, the first being the one without a choice', async () => {
    const kinds = (await spokenProtocols([])).map(({ id, identityKinds }) => [id, ...identityKinds]);
    expect(kinds.filter(([, first]) => first !== undefined)).toEqual([['p2pke', 'ed25519', 'p-256', 'p-384', 'rsa']]);
  });

  it('has the kind that was chosen, and talks with one of another kind', async () => {
    const listening = await start('listen', '127.0.0.1:0', 'rsa');
    const dialling = await start('connect', listening.state().where.split(' ').at(-1)!, 'p-384');
    await expect.poll(() => dialling.state().links[0]?.ready, { timeout: 20_000 }).toBe(true);
    await dialling.stop();
    await listening.stop();
    const opened = openBytes(new Uint8Array(readFileSync(listening.recording)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    const trees = [...opened.messages()].slice(0, 2).map(({ n }) => JSON.stringify(opened.tree(n)));
    expect(trees).toEqual([
      expect.stringContaining('ECDSA P-384 signature verifies'),
      expect.stringContaining('RSA 2048 signature verifies'),
    ]);
  });

  it('is refused where there is no such kind', async () => {
    await expect(start('listen', '127.0.0.1:0', 'dsa')).rejects.toThrow('p2pke has no identity of the kind "dsa"');
  });
});
