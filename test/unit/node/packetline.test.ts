/** A packet on one line: what is suggested for it, and what came back on it, with running nodes as the editor has them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import { heard } from '../../../extension/node/heard.ts';
import { packetLine, suggestions } from '../../../extension/node/packetline.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';
import { sendPacket } from '../../../extension/node/scripts/packet.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-line-'));
const modules: readonly string[] = [];
let listening: RunningNode;
let dialling: RunningNode;

async function started(id: number, direction: 'listen' | 'connect', address: string): Promise<RunningNode> {
  const wish = { protocol: 'p2pke', transport: 'udp', direction, address, mode: 'automatic' } as const;
  const rest = { role: '', faults: [], identity: '', identityKind: '' };
  const knowledge = { tree: {}, protocols, allow: [] };
  return startNode(id, { ...wish, ...rest }, knowledge, join(folder, `${id}.pcapng`), () => {});
}

const ready = (node: RunningNode): boolean => node.state().links.some((link) => link.ready);

beforeAll(async () => {
  listening = await started(1, 'listen', '127.0.0.1:0');
  const [, port] = /:(\d+)$/.exec(listening.state().where)!;
  dialling = await started(2, 'connect', `127.0.0.1:${port}`);
  await vi.waitFor(() => expect([listening, dialling].map(ready)).toEqual([true, true]), { timeout: 20_000 });
});

afterAll(async () => {
  for (const node of [listening, dialling]) await node?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const link = (): number => dialling.state().links[0]!.id;
const suggest = (text: string, caret = text.length, message = 'data') => suggestions(dialling, { message, text, caret, modules });

describe('a line', () => {
  it('has the fields of its message suggested, and what is begun of them', async () => {
    const { items, problem } = await suggest('');
    expect(items.map(({ text }) => text)).toEqual(expect.arrayContaining(['counter: ', 'data: ', 'raw: ']));
    expect(problem).toBeUndefined();
    expect((await suggest('da')).items.map(({ text }) => text)).toEqual(['data: ']);
  });

  it('is completed at the caret, and what stands behind it stays', async () => {
    const { items } = await suggest('cou, data: 01 02', 3);
    expect(items.map(({ text }) => text)).toEqual(['counter: , data: 01 02']);
    const values = await suggest('data: rand');
    expect(values.items.map(({ text }) => text)).toContain('data: random()');
  });

  it.each([
    ['a field that there is not', 'dada: 01 02'],
    ['a value that does not fit', 'counter: "x"'],
    ['a brace that ends it before its end', 'data: 01 02 } p2pke data { '],
    ['a brace that is left open', 'data: { a: 1'],
  ])('says what is wrong with %s', async (_, text) => expect((await suggest(text)).problem).toBeTruthy());

  it('of the values of the session says them all', async () => {
    const text = packetLine(dialling, { link: link(), message: 'data' });
    expect(text).toMatch(/^direction: 0, counter: \d+, data: /);
    expect((await suggest(text)).problem).toBeUndefined();
  });

  it('stays one line, whatever is in it', async () => {
    const text = packetLine(dialling, { link: link(), message: 'InitHello' });
    expect(text).not.toContain('\n');
    expect(text).toContain('auth_claim: { key_x509: hex( ');
    expect((await suggest(text, text.length, 'InitHello')).problem).toBeUndefined();
  });
});

describe('what came', () => {
  it('after a packet is told with its fields, the last first, and nothing that came before', async () => {
    const mark = dialling.recorded();
    expect((await heard(dialling, { link: link(), mark, modules })).messages).toEqual([]);
    // Another session: the other side answers.
    await sendPacket(dialling, { link: link(), text: 'p2pke InitHello { }', at: 0, folder: undefined, modules });
    await vi.waitFor(
      async () => {
        const { messages } = await heard(dialling, { link: link(), mark, modules });
        expect(messages.at(-1)).toMatchObject({ message: 'RespHello', state: 'decoded' });
        expect(messages.at(-1)!.text).toContain('cipher_suite: "25519_ChaChaPoly_BLAKE2b"');
        const frames = messages.map(({ frame }) => frame);
        expect(frames).toEqual([...frames].sort((a, b) => b - a));
      },
      { timeout: 20_000 },
    );
    expect((await heard(dialling, { link: 77, mark, modules })).messages).toEqual([]);
  });
});
