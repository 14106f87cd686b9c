/** Messages of running nodes as text of the packet language: what waits is written whole, read again, and changed by what a person wrote. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import type { Held } from '../../../dissector/testnode/index.ts';
import { heldSummary, heldText, newText } from '../../../extension/node/messagetext.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';
import { sendPacket } from '../../../extension/node/scripts/packet.ts';
import { TextFault, writtenHeld } from '../../../extension/node/scripts/written.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-message-'));
const nodes: RunningNode[] = [];

async function started(
  protocol: string,
  direction: 'listen' | 'connect',
  address: string,
  mode: 'automatic' | 'step' | 'intercept',
) {
  const transport = protocols.find(({ id }) => id === protocol)!.peer!.transports[0]!;
  const wish = { protocol, transport, direction, address, mode, role: '', faults: [], identity: '', identityKind: '' } as const;
  const knowledge = { tree: {}, protocols, allow: [] };
  const node = await startNode(nodes.length + 1, wish, knowledge, join(folder, `${nodes.length}.pcapng`), () => {});
  nodes.push(node);
  return node;
}

const portOf = (node: RunningNode): string => /:(\d+)$/.exec(node.state().where)![1]!;
const read = (protocol: string, held: Held, text: string) => writtenHeld({ text, folder: undefined, protocols }, protocol, held);
const faultOf = (run: () => unknown): TextFault => {
  try {
    run();
  } catch (error) {
    if (error instanceof TextFault) return error;
    throw error;
  }
  throw new Error('it was taken');
};

afterAll(async () => {
  for (const node of nodes) await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(protocols.filter(({ peer }) => peer !== undefined).map(({ id }) => id))('the first message of %s', (protocol) => {
  let held: Held;
  beforeAll(async () => {
    const listening = await started(protocol, 'listen', '127.0.0.1:0', 'step');
    const dialling = await started(protocol, 'connect', `127.0.0.1:${portOf(listening)}`, 'step');
    await vi.waitFor(() => expect([...dialling.node.held, ...listening.node.held].length).toBeGreaterThan(0), {
      timeout: 20_000,
    });
    held = [...dialling.node.held, ...listening.node.held][0]!;
  });

  it('is written with all its fields, without a mistake, and says the same when it is read again', () => {
    expect(read(protocol, held, heldText(protocol, held)).said).toEqual({ values: held.values });
  });

  it('keeps what its text leaves out', () => {
    expect(read(protocol, held, `${protocol} ${held.message} {}`).said).toEqual({ values: held.values });
  });
});

describe('a held message that is written', () => {
  const message: Held = {
    ...{ id: 1, link: { id: 1, remote: { ip: '127.0.0.1', port: 1 }, local: { ip: '127.0.0.1', port: 2 }, dialled: true } },
    ...{
      direction: 'out',
      message: 'data',
      values: { direction: 0, counter: 17, data: Uint8Array.of(1, 2, 3) },
      bytes: undefined,
    },
  };

  it('takes "valid" for what waits, and functions of it', () => {
    const { said } = read('p2pke', message, '@more = hex(ff)\np2pke data { data: concat(truncate(valid, 2), more) }');
    expect(said).toEqual({ values: { direction: 0, counter: 17, data: Uint8Array.of(1, 2, 0xff) } });
  });

  it.each([
    ['a field that there is not', 'p2pke data { dada: 01 02 }', 'dada'],
    ['a value that does not fit', 'p2pke data { counter: "x" }', '"x"'],
    ['another message', 'p2pke InitHello { }', 'InitHello'],
    ['another protocol', 'p2p HELLO { }', 'p2p'],
    ['a second packet', 'p2pke data { }\np2pke data { }', 'p2pke data { }'],
    ['what a function does not take', 'p2pke data { data: truncate(nothing, 1) }', 'nothing'],
  ])('tells the place of %s', (_, text, place) => {
    const { start, end } = faultOf(() => read('p2pke', message, text));
    expect(text.slice(start, end)).toBe(place);
  });

  it('is told that nothing stands in its text', () => {
    expect(faultOf(() => read('p2pke', message, '# all gone')).message).toBe('No packet stands here.');
  });

  it('may be raw bytes', () => {
    expect(read('p2pke', message, 'p2pke data { raw: 00 ff }').said).toEqual({ bytes: Uint8Array.of(0, 0xff) });
  });
});

describe('bytes whose message is not known', () => {
  const bytes = Uint8Array.from({ length: 70 }, (_, at) => at);
  const held = { message: undefined, values: undefined, bytes } as unknown as Held;

  it('are a definition, with functions where somebody changes them', () => {
    expect(read('p2pke', held, heldText('p2pke', held)).said).toEqual({ bytes });
    expect(read('p2pke', held, '@bytes = flip(00 01, 1)').said).toHaveProperty('bytes');
    expect(faultOf(() => read('p2pke', held, '@other = 00 01')).message).toContain('No "@bytes = …" stands here');
    expect(faultOf(() => read('p2pke', held, '@bytes = 7')).message).toBe('bytes is bytes.');
  });

  it('stand on one line as far as it goes', () => {
    expect(heldSummary(held)).toMatch(/^0001.*…$/);
    expect(heldSummary({ ...held, bytes: Uint8Array.of(1, 2) })).toBe('0102');
    const values = { key: new Uint8Array(32), inner: { list: [new Uint8Array(5)] } };
    expect(heldSummary({ message: 'a', values, bytes: undefined })).toBe(
      'key: 00 00 00 00 …, inner: { list: [ 00 00 00 00 … ] }',
    );
    expect(heldSummary({ message: 'a', values: { a: 'x'.repeat(500) }, bytes: undefined })).toHaveLength(161);
  });
});

describe('a new message', () => {
  let listening: RunningNode;
  let dialling: RunningNode;
  const link = (): number => dialling.node.links[0]!.id;
  beforeAll(async () => {
    listening = await started('p2pke', 'listen', '127.0.0.1:0', 'automatic');
    dialling = await started('p2pke', 'connect', `127.0.0.1:${portOf(listening)}`, 'automatic');
    await vi.waitFor(() => expect(dialling.state().links.map(({ ready }) => ready)).toEqual([true]), { timeout: 20_000 });
  });

  it('is written as the node would send it, and sent with what was changed in it', async () => {
    const text = newText(dialling, { link: link(), message: 'data' });
    expect(text).toMatch(/^p2pke data \{\n {2}direction: 0,?\n/);
    const { sent } = dialling.node.counts;
    const wish = { link: link(), at: undefined, folder: undefined, modules: [] };
    await sendPacket(dialling, { ...wish, text: text.replace(/data: .*/, 'data: 68 69') });
    expect(dialling.node.counts.sent).toBe(sent + 1);
  });

  it('takes "valid" for what the session would send, and sends nothing of a text with a mistake', async () => {
    const wish = { link: link(), at: undefined, folder: undefined, modules: [] };
    const before = dialling.node.counts.sent;
    await expect(sendPacket(dialling, { ...wish, text: 'p2pke data { data: 1 }' })).rejects.toBeInstanceOf(TextFault);
    expect(dialling.node.counts.sent).toBe(before);
    await sendPacket(dialling, { ...wish, text: 'p2pke data { counter: valid, data: 01 02 }' });
    expect(dialling.node.counts.sent).toBe(before + 1);
  });

  it('says why it cannot be made yet', async () => {
    const text = newText(
      {
        ...dialling,
        protocol: 'p2pke',
        node: {
          made: () => {
            throw new Error('no\nsession');
          },
        },
      } as never,
      { link: 1, message: 'data' },
    );
    expect(text).toBe('# Not yet known: no session\np2pke data {\n}\n');
  });
});

describe('what becomes of a held message', () => {
  it('is replaced and waits on, then goes as it was written; raw bytes go as they are', async () => {
    const listening = await started('p2ppacket', 'listen', '127.0.0.1:0', 'automatic');
    const dialling = await started('p2ppacket', 'connect', `127.0.0.1:${portOf(listening)}`, 'step');
    await vi.waitFor(() => expect(dialling.node.held).toHaveLength(1), { timeout: 20_000 });
    const [held] = dialling.node.held;
    dialling.act(held!.id, { kind: 'replace' }, { values: { ...held!.values!, cookie: new Uint8Array(32).fill(7) } });
    expect(dialling.node.held[0]!.values!.cookie).toEqual(new Uint8Array(32).fill(7));
    expect(dialling.node.counts.sent).toBe(0);
    dialling.act(held!.id, { kind: 'send', times: 1 }, undefined);
    expect(dialling.node.counts.sent).toBe(1);
    await vi.waitFor(() => expect(dialling.state().told.some(({ text }) => text.includes('edited by hand'))).toBe(true));
    await vi.waitFor(() => expect(dialling.node.held).toHaveLength(1), { timeout: 20_000 });
    const raw = { bytes: Uint8Array.of(9, 9) };
    const next = dialling.node.held[0]!.id;
    expect(() => dialling.act(next, { kind: 'delay', milliseconds: 1 }, raw)).toThrow('can only be sent');
    dialling.act(next, { kind: 'send', times: 2 }, raw);
    expect(dialling.node.counts.sent).toBe(3);
    expect(dialling.node.held.some(({ id }) => id === next)).toBe(false);
  });
});
