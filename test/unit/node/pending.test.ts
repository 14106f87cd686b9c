/** A message that waits, or is being written, as fields over bytes, before it is sent. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { protocols as builtIn } from '../../../dissector/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { heldText, newText } from '../../../extension/node/messagetext.ts';
import { pending } from '../../../extension/node/pending.ts';
import { type RunningRelay, startRelay } from '../../../extension/node/relaying.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';
import type { NodeWish, PendingView } from '../../../extension/wire/node.ts';
import type { FieldView, TreeView } from '../../../extension/wire/views.ts';
import { project } from '../../../extension/workbench/paths.ts';

const PATIENCE = { timeout: 20_000 };
const folder = mkdtempSync(join(tmpdir(), 'peerscope-pending-'));
const running: (RunningNode | RunningRelay)[] = [];
const knock = join(project, 'media/samples/protocols/knock.js');
const protocols = (await loadProtocols([knock])).protocols;

afterAll(async () => {
  for (const node of running) await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

function wish(protocol: string, direction: NodeWish['direction'], address: string, more: Partial<NodeWish>): NodeWish {
  const transport = protocols.find(({ id }) => id === protocol)!.peer!.transports[0]!;
  const rest = { mode: 'automatic', role: '', faults: [], identity: '', identityKind: '' } as const;
  return { protocol, transport, direction, address, ...rest, ...more };
}

async function started(protocol: string, direction: 'listen' | 'connect', address: string, more: Partial<NodeWish> = {}) {
  const knowledge = { tree: {}, protocols, allow: [] };
  const at = join(folder, `${running.length}.pcapng`);
  const node = await startNode(running.length + 1, wish(protocol, direction, address, more), knowledge, at, () => {});
  running.push(node);
  return node;
}

async function relayed(protocol: string, forward: string, more: Partial<NodeWish> = {}): Promise<RunningRelay> {
  const knowledge = { tree: {}, protocols, allow: [] };
  const wanted = wish(protocol, 'relay', '127.0.0.1:0', { forward, keyLogs: [], ...more });
  const relay = await startRelay(running.length + 1, wanted, knowledge, join(folder, `${running.length}.pcapng`), () => {});
  running.push(relay);
  return relay;
}

const portOf = (node: RunningNode | RunningRelay): string => /127\.0\.0\.1:(\d+)/.exec(node.state().where)![1]!;
const address = (node: RunningNode | RunningRelay): string => `127.0.0.1:${portOf(node)}`;
const heldOf = (node: RunningNode | RunningRelay) => node.controls.held;
const see = (node: RunningNode | RunningRelay, held: number, more: { text?: string; made?: string } = {}) =>
  pending(node, { of: { held }, ...more }, protocols);

function shown({ shown, failure }: PendingView): NonNullable<PendingView['shown']> {
  if (shown === undefined) throw new Error(failure?.text);
  return shown;
}

function names({ layers }: TreeView): string[] {
  const all = (fields: readonly FieldView[]): string[] => fields.flatMap(({ name, children = [] }) => [name, ...all(children)]);
  return all(layers);
}

/** The field of a name, wherever it stands. */
function fieldIn({ layers }: TreeView, name: string): FieldView | undefined {
  const find = (fields: readonly FieldView[]): FieldView | undefined => {
    for (const field of fields) {
      const found = field.name === name ? field : find(field.children ?? []);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return find(layers);
}

describe.each(protocols.filter(({ peer }) => peer !== undefined).map(({ id }) => id))('the first message of %s', (id) => {
  let node: RunningNode;
  beforeAll(async () => {
    const listening = await started(id, 'listen', '127.0.0.1:0', { mode: 'step' });
    const dialling = await started(id, 'connect', address(listening), { mode: 'step' });
    await vi.waitFor(() => expect(heldOf(dialling).length + heldOf(listening).length).toBeGreaterThan(0), PATIENCE);
    node = heldOf(dialling).length > 0 ? dialling : listening;
  });

  it('is shown with the fields of its layout over its bytes, and nothing has changed in it', async () => {
    const [held] = heldOf(node);
    const text = heldText(id, held!);
    const { tree, made } = shown(await see(node, held!.id, { text, made: text }));
    const form = protocols.find((each) => each.id === id)!.messages!.find(({ name }) => name === held!.message)!;
    expect([...tree.sources[0]!.bytes]).toEqual([...form.encode(held!.values!)]);
    expect(names(tree)[0]).toBe(id);
    for (const name of Object.keys(held!.values!)) expect(names(tree)).toContain(name);
    expect(made).toBeUndefined();
    expect(shown(await see(node, held!.id)).tree).toEqual(tree);
  });
});

describe('a message that somebody changes', () => {
  let node: RunningNode;
  beforeAll(async () => {
    const listening = await started('p2ppacket', 'listen', '127.0.0.1:0');
    node = await started('p2ppacket', 'connect', address(listening), { mode: 'step' });
    await vi.waitFor(() => expect(heldOf(node).length).toBeGreaterThan(0), PATIENCE);
  });

  it('is shown as its text says it, beside what the node had made', async () => {
    const [held] = heldOf(node);
    const first = heldText('p2ppacket', held!);
    const text = 'p2ppacket hello { signature: flip(valid, 1) }';
    const { tree, made } = shown(await see(node, held!.id, { text, made: first }));
    const signature = (of: TreeView): string => Buffer.from(bytesAt(of, fieldIn(of, 'signature')!)).toString('hex');
    expect(signature(tree)).not.toBe(signature(made!));
    expect(tree.sources[0]!.bytes.length).toBe(made!.sources[0]!.bytes.length);
  });

  it('says in the words of its diagnostic why no bytes can be made of it, at the place', async () => {
    const [held] = heldOf(node);
    const text = 'p2ppacket hello { signatur: 00 }';
    const { failure, shown: nothing } = await see(node, held!.id, { text });
    expect(nothing).toBeUndefined();
    expect(text.slice(failure!.start, failure!.end)).toBe('signatur');
    expect(failure!.text).toContain('signature');
  });

  it('says it of a value that its layout cannot take, too', async () => {
    const [held] = heldOf(node);
    const { failure } = await see(node, held!.id, { text: 'p2ppacket hello { cookie: 00 }' });
    expect(failure?.text).toContain('cookie');
  });

  it('does not show what env gives, and shows the same of random each time', async () => {
    const [held] = heldOf(node);
    process.env.PEERSCOPE_TEST_SECRET = 'abcd';
    try {
      const text = 'p2ppacket hello { cookie: concat(text(env("PEERSCOPE_TEST_SECRET")), repeat(hex(00), 32)) }';
      const { tree, note } = shown(await see(node, held!.id, { text }));
      expect(note).toContain('What env gives is empty here.');
      expect([...bytesAt(tree, fieldIn(tree, 'cookie')!)]).toEqual(Array(32).fill(0));
    } finally {
      delete process.env.PEERSCOPE_TEST_SECRET;
    }
    const random = 'p2ppacket hello { cookie: random(32) }';
    const first = shown(await see(node, held!.id, { text: random }));
    expect(shown(await see(node, held!.id, { text: random }))).toEqual(first);
    expect(first.note).toContain('What random gives is other bytes');
    const seeded = shown(await see(node, held!.id, { text: 'p2ppacket hello { cookie: random(32, 7) }' }));
    expect(seeded.note).toBeUndefined();
  });

  it('may be raw bytes', async () => {
    const [held] = heldOf(node);
    const { tree } = shown(await see(node, held!.id, { text: 'p2ppacket hello { raw: 01 02 03 }' }));
    expect([...tree.sources[0]!.bytes]).toEqual([1, 2, 3]);
  });

  it('is gone with an Error', async () => {
    await expect(see(node, 9999)).rejects.toThrow('no longer held');
  });
});

function bytesAt({ sources }: TreeView, { source, start, end }: FieldView): Uint8Array {
  return sources.find(({ id }) => id === source)!.bytes.subarray(start, end);
}

describe('a message of a session', () => {
  let listening: RunningNode;
  let dialling: RunningNode;
  beforeAll(async () => {
    listening = await started('p2pke', 'listen', '127.0.0.1:0');
    dialling = await started('p2pke', 'connect', address(listening));
    const ready = () => [dialling, listening].map((each) => each.state().links[0]?.ready);
    await vi.waitFor(() => expect(ready()).toEqual([true, true]), PATIENCE);
  });

  it('is shown before it is sent, as it is before encryption', async () => {
    const link = dialling.node.links[0]!.id;
    const of = { link, message: 'data' };
    const first = newText(dialling, of);
    const text = first.replace(/data: .*/, 'data: 68 69');
    const { tree, made } = shown(await pending(dialling, { of, text, made: first }, protocols));
    expect(tree.sources.map(({ name }) => name)).toEqual(['Before encryption']);
    expect([...bytesAt(tree, fieldIn(tree, 'data')!)]).toEqual([0x68, 0x69]);
    expect(made).toBeDefined();
  });

  it('that came sealed and waits is shown as its session opens it, and what was made of it as the session would read that', async () => {
    listening.controls.mode = 'intercept';
    dialling.node.send(dialling.node.links[0]!.id, 'data', { data: Uint8Array.of(7, 8, 9) });
    await vi.waitFor(() => expect(heldOf(listening).length).toBe(1), PATIENCE);
    const [held] = heldOf(listening);
    const { tree } = shown(await see(listening, held!.id));
    expect(tree.sources.length).toBeGreaterThan(1);
    expect([...bytesAt(tree, fieldIn(tree, 'data')!)]).toEqual([7, 8, 9]);
    const first = heldText('p2pke', held!);
    const spoiled = first.replace(/(..)\s*$/, (byte) => (byte.startsWith('00') ? '01\n' : '00\n'));
    const broken = shown(await see(listening, held!.id, { text: spoiled, made: first }));
    expect(broken.made).toEqual(tree);
    // Its tag does not fit any more: no session opens it.
    expect(broken.tree.sources.length).toBeLessThan(tree.sources.length);
    listening.controls.drop(held!.id);
    listening.controls.mode = 'automatic';
  });
});

describe('a message of a stream that came to a node', () => {
  let listening: RunningNode;
  let held: ReturnType<typeof heldOf>[number];
  beforeAll(async () => {
    listening = await started('p2p', 'listen', '127.0.0.1:0', { mode: 'intercept' });
    await started('p2p', 'connect', address(listening));
    await vi.waitFor(() => expect(heldOf(listening).some(({ direction }) => direction === 'in')).toBe(true), PATIENCE);
    held = heldOf(listening).find(({ direction }) => direction === 'in')!;
  });

  it('is shown with its fields, though the node has not read it yet', async () => {
    const { tree } = shown(await see(listening, held.id));
    expect(names(tree)).toContain('tcp');
    expect(tree.layers.at(-1)!.text).toContain('HELLO');
  });

  it('is shown as what somebody made of it, and as bytes that complete no message', async () => {
    const first = heldText('p2p', held);
    const { bytes } = held;
    const flipped = Buffer.from(bytes!);
    flipped[flipped.length - 1]! ^= 0xff;
    const text = `@bytes = ${flipped.toString('hex').replace(/../g, '$& ')}`;
    const changed = shown(await see(listening, held.id, { text, made: first }));
    expect(changed.tree.layers.at(-1)!.text).toContain('HELLO');
    expect(changed.made!.sources[0]!.bytes.length).toBe(changed.tree.sources[0]!.bytes.length);
    expect([...changed.tree.sources[0]!.bytes]).not.toEqual([...changed.made!.sources[0]!.bytes]);
    const short = shown(await see(listening, held.id, { text: '@bytes = 00 01' }));
    expect(JSON.stringify(short.tree.layers.at(-1))).toContain('problem');
    const none = shown(await see(listening, held.id, { text: '@bytes = hex()' }));
    expect(none.tree.layers.map(({ text: each }) => each)).toEqual(['0 bytes']);
  });
});

describe('a message that a relay holds', () => {
  it('and can write back is shown with its fields, either way', async () => {
    const listening = await started('p2ppacket', 'listen', '127.0.0.1:0');
    const relay = await relayed('p2ppacket', address(listening), { mode: 'intercept' });
    await started('p2ppacket', 'connect', address(relay));
    for (const message of ['hello', 'hello_retry']) {
      await vi.waitFor(() => expect(heldOf(relay).map((each) => each.message)).toContain(message), PATIENCE);
      const held = heldOf(relay).find((each) => each.message === message)!;
      expect(names(shown(await see(relay, held.id)).tree)).toContain('cookie');
      relay.controls.release(held.id);
    }
  });

  it('and that no key opens is shown as it travels', async () => {
    const listening = await started('p2pke', 'listen', '127.0.0.1:0');
    const relay = await relayed('p2pke', address(listening));
    const dialling = await started('p2pke', 'connect', address(relay));
    await vi.waitFor(
      () => expect([dialling, listening].map((node) => node.state().links[0]?.ready)).toEqual([true, true]),
      PATIENCE,
    );
    relay.controls.mode = 'step';
    dialling.node.send(dialling.node.links[0]!.id, 'data', { data: Uint8Array.of(7, 8, 9) });
    const data = () => heldOf(relay).findLast(({ message }) => message === 'data')!;
    await vi.waitFor(() => expect(data()).toBeDefined(), PATIENCE);
    const { tree } = shown(await see(relay, data().id));
    expect(names(tree)).toContain('p2pke');
    expect(tree.sources).toHaveLength(1);
    const { tree: whole } = shown(await see(relay, data().id, { text: `@bytes = 00 01` }));
    expect(Buffer.from(whole.sources[0]!.bytes).toString('hex').endsWith('0001')).toBe(true);
  });

  it('with sessions of its own is shown as the one session has opened it', async () => {
    const listening = await started('p2pke', 'listen', '127.0.0.1:0');
    const relay = await relayed('p2pke', address(listening), { terminates: true });
    const dialling = await started('p2pke', 'connect', address(relay));
    await vi.waitFor(
      () => expect([dialling, listening].map((node) => node.state().links[0]?.ready)).toEqual([true, true]),
      PATIENCE,
    );
    relay.controls.mode = 'step';
    dialling.node.send(dialling.node.links[0]!.id, 'data', { data: Uint8Array.of(7, 8, 9) });
    const data = () => heldOf(relay).findLast(({ message }) => message === 'data')!;
    await vi.waitFor(() => expect(data()).toBeDefined(), PATIENCE);
    const { tree, note } = shown(await see(relay, data().id));
    expect([...bytesAt(tree, fieldIn(tree, 'data')!)]).toEqual([7, 8, 9]);
    expect(fieldIn(tree, 'counter')!.text).toBe('0');
    expect(note).toContain('is zero or empty here');
  });
});

it('speaks of all built-in protocols and one of a module', () => {
  expect(protocols.length).toBe(builtIn.length + 1);
});
