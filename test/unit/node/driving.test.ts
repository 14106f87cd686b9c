/** A node of the editor while it runs: its faults come and go, a refused dial is told, and a node begins again. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { protocols } from '../../../dissector/index.ts';
import { whyNotAllowed } from '../../../dissector/protocol/index.ts';
import { suggestFault } from '../../../extension/node/packetline.ts';
import { faultSpec, faultWordsOf } from '../../../extension/node/readfault.ts';
import { startRelay } from '../../../extension/node/relaying.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';
import type { NodeWish } from '../../../extension/wire/node.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-driving-'));
const nodes: { stop(): Promise<void> }[] = [];
const knowledge = { tree: {}, protocols, allow: [] };
const PATIENCE = { timeout: 20_000 };

function wish(protocol: string, direction: NodeWish['direction'], address: string, more: Partial<NodeWish> = {}): NodeWish {
  const transport = protocols.find(({ id }) => id === protocol)!.peer!.transports[0]!;
  const rest = { mode: 'automatic', role: '', faults: [], identity: '', identityKind: '' } as const;
  return { protocol, transport, direction, address, ...rest, ...more };
}

async function started(wanted: NodeWish, recording = join(folder, `${nodes.length}.pcapng`)): Promise<RunningNode> {
  const node = await startNode(nodes.length + 1, wanted, knowledge, recording, () => {});
  nodes.push(node);
  return node;
}

const portOf = (node: RunningNode): string => /:(\d+)$/.exec(node.state().where)![1]!;

afterAll(async () => {
  for (const node of nodes) await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('faults', () => {
  it.each([
    ['drop', 'drop'],
    ['flip=3 data nth 2', 'flip=3:data#2'],
    ['duplicate data probability 0.5', 'duplicate:data@0.5'],
    ['back drop data', 'back/drop:data'],
    ['drop:data#2', 'drop:data#2'],
  ])('"%s" is "%s" for a node', (words, spec) => expect(faultSpec(words)).toBe(spec));

  it.each([
    ['drop:data#2', false, 'drop data nth 2'],
    ['flip=3 data probability 0.5', false, 'flip=3 data probability 0.5'],
    ['back/drop:data', true, 'back drop data'],
  ])('"%s", relay %s, are the words "%s" before a node starts with it', (text, isRelay, words) =>
    expect(faultWordsOf(text, { protocol: 'p2pke', transport: 'udp', isRelay }, protocols)).toBe(words),
  );

  it('that a node would not take are refused before it starts', () => {
    const of = { protocol: 'p2pke', transport: 'udp', isRelay: false } as const;
    expect(() => faultWordsOf('drop nonsense', of, protocols)).toThrow('names no message');
    expect(() => faultWordsOf('back drop data', of, protocols)).toThrow('is no fault');
    expect(() => faultWordsOf('split', of, protocols)).toThrow('is for TCP');
    expect(() => faultWordsOf('drop', { ...of, protocol: 'none' }, protocols)).toThrow('no protocol "none"');
  });

  it('are listed in the words of a script, happen, and are taken away while the node runs', async () => {
    const listening = await started(wish('p2pke', 'listen', '127.0.0.1:0'));
    const dialling = await started(wish('p2pke', 'connect', `127.0.0.1:${portOf(listening)}`, { faults: ['flip=3:data#2'] }));
    await vi.waitFor(() => expect(dialling.state().links[0]?.ready).toBe(true), PATIENCE);
    dialling.fault('drop data');
    dialling.fault('duplicate data probability 1');
    expect(dialling.state().faults.map(({ text }) => text)).toEqual([
      'flip=3 data nth 2',
      'drop data',
      'duplicate data probability 1',
    ]);
    expect(() => dialling.fault('drop nonsense')).toThrow('names no message');
    const link = dialling.node.links[0]!.id;
    dialling.removeFault(dialling.state().faults[2]!.id);
    const before = dialling.node.counts.sent;
    dialling.node.send(link, 'data', { data: Uint8Array.of(1) });
    expect(dialling.node.counts.sent).toBe(before);
    expect(dialling.state().faults.map(({ isSpent }) => isSpent)).toEqual([false, true]);
    // Without it the second one goes whole.
    dialling.removeFault(dialling.state().faults[0]!.id);
    dialling.node.send(link, 'data', { data: Uint8Array.of(2) });
    expect(dialling.node.counts.sent).toBe(before + 1);
    const told = dialling.state().told.map(({ text }) => text);
    expect(told).toContain('Fault removed: flip=3 data nth 2');
    expect(told.some((text) => text.includes('fault "flip"'))).toBe(false);
    expect(dialling.state().faults.map(({ text }) => text)).toEqual(['drop data']);
  });

  it('of a relay name a way', async () => {
    const forward = { forward: '127.0.0.1:1', keyLogs: [] };
    const relay = await startRelay(
      99,
      wish('p2pke', 'relay', '127.0.0.1:0', forward),
      knowledge,
      join(folder, 'r.pcapng'),
      () => {},
    );
    nodes.push(relay);
    relay.fault('back drop data');
    relay.fault('drop');
    expect(relay.state().faults.map(({ text }) => text)).toEqual(['back drop data', 'drop']);
    relay.removeFault(relay.state().faults[0]!.id);
    expect(relay.state().faults.map(({ text }) => text)).toEqual(['drop']);
  });

  it('are completed: kinds, then messages of the protocol, and the ways of a relay', async () => {
    const texts = async (text: string, isRelay = false): Promise<string[]> =>
      (await suggestFault({ protocol: 'p2pke', isRelay }, { text, modules: [] })).items.map((each) => each.text.trimEnd());
    expect(await texts('')).toEqual(expect.arrayContaining(['drop', 'wrong-signature']));
    expect(await texts('drop ')).toEqual(expect.arrayContaining(['drop InitHello', 'drop data']));
    expect(await texts('drop da')).toContain('drop data');
    expect(await texts('', true)).toEqual(expect.arrayContaining(['forward', 'back']));
  });
});

describe('a message that the state does not allow', () => {
  const machines = protocols.find(({ id }) => id === 'p2ppacket')!.machines!;

  it('has the reason: the states that allow it, or the side that sends it', () => {
    expect(whyNotAllowed(machines, 'none', 'data')).toBe('data is allowed in open. The state is none.');
    expect(whyNotAllowed(machines, 'asked', 'hello_retry')).toBe(
      'In the state asked, hello_retry is sent by the side that answers.',
    );
    expect(whyNotAllowed([], 'open', 'data')).toBe('data is not allowed now. The state is open.');
  });

  it('is told with it by a node', async () => {
    const listening = await started(wish('p2ppacket', 'listen', '127.0.0.1:0'));
    const dialling = await started(wish('p2ppacket', 'connect', `127.0.0.1:${portOf(listening)}`, { mode: 'step' }));
    await vi.waitFor(() => expect(dialling.state().links).toHaveLength(1), PATIENCE);
    const others = dialling.state().links[0]!.others;
    expect(others.find(({ name }) => name === 'data')!.why).toContain('data is allowed in open.');
  });
});

describe('a dial', () => {
  it('that is refused says why until somebody is there, and is done again', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const dialling = await started(wish('p2p', 'connect', `127.0.0.1:${port}`));
    await vi.waitFor(() => expect(dialling.state().refused).toContain('refused'), PATIENCE);
    const again = createServer();
    await new Promise<void>((resolve) => again.listen(port, '127.0.0.1', resolve));
    expect(dialling.dialAgain()).toBe(true);
    await vi.waitFor(() => expect(dialling.state().links).toHaveLength(1), PATIENCE);
    expect(dialling.state().refused).toBeUndefined();
    await dialling.stop();
    again.close();
  });
});

describe('a node that is stopped', () => {
  it('drops what is held and says so, and begins again as it was', async () => {
    const listening = await started(wish('p2ppacket', 'listen', '127.0.0.1:0'));
    const recording = join(folder, 'again.pcapng');
    const dialling = await started(wish('p2ppacket', 'connect', `127.0.0.1:${portOf(listening)}`, { mode: 'step' }), recording);
    dialling.fault('drop ping nth 3');
    await vi.waitFor(() => expect(dialling.node.held).toHaveLength(1), PATIENCE);
    await dialling.stop();
    expect(
      dialling
        .state()
        .told.map(({ text }) => text)
        .join(),
    ).toContain('hello was held and is dropped');
    expect(dialling.dialAgain()).toBe(false);
    const { wishAgain } = dialling;
    expect(wishAgain).toMatchObject({ mode: 'step', faults: ['drop:ping#3'] });
    expect(wishAgain.identity).not.toBe('');
    const second = await started(wishAgain, recording);
    await vi.waitFor(() => expect(second.node.held).toHaveLength(1), PATIENCE);
    expect(second.state()).toMatchObject({ mode: 'step', faults: [{ text: 'drop ping nth 3', isSpent: false }] });
    await second.stop();
    // A recording without a frame: its session and its interface.
    expect(readFileSync(recording).length).toBeGreaterThan(0);
  });
});

describe('what a node tells', () => {
  it('names the frame that it is about', async () => {
    const listening = await started(wish('p2ppacket', 'listen', '127.0.0.1:0'));
    const dialling = await started(wish('p2ppacket', 'connect', `127.0.0.1:${portOf(listening)}`, { mode: 'step' }));
    await vi.waitFor(() => expect(dialling.node.held).toHaveLength(1), PATIENCE);
    const [held] = dialling.node.held;
    dialling.act(held!.id, { kind: 'send', times: 1 }, { values: { ...held!.values!, signature: new Uint8Array(64) } });
    const edited = dialling.state().told.find(({ text }) => text.includes('edited by hand'));
    expect(edited).toMatchObject({ frame: 1 });
    expect(dialling.state().told.find(({ text }) => text.includes('connected'))!.frame).toBeUndefined();
    expect(edited!.time).toBeGreaterThanOrEqual(dialling.state().began);
  });
});
