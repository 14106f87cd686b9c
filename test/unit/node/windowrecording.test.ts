/** All nodes of a window in one recording: what two of them say to each other is there once, with the keys that open it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { openBytes, protocols } from '../../../dissector/index.ts';
import type { Link } from '../../../dissector/protocol/index.ts';
import type { NodeEvent } from '../../../dissector/testnode/index.ts';
import type { RunningRelay } from '../../../extension/node/relaying.ts';
import { startRelay } from '../../../extension/node/relaying.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';
import { WindowRecording } from '../../../extension/node/windowrecording.ts';
import type { NodeWish } from '../../../extension/wire/node.ts';

const PATIENCE = { timeout: 20_000 };
const folder = mkdtempSync(join(tmpdir(), 'peerscope-window-'));
const ends: (() => Promise<void> | void)[] = [];
let files = 0;

afterAll(async () => {
  for (const end of ends.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});

function recording(): WindowRecording {
  const made = new WindowRecording(join(folder, `${files++}.pcapng`), () => 0);
  ends.push(() => made.close());
  return made;
}

/** Source, destination, message and state of each message, in order. */
function messagesIn(recorded: WindowRecording) {
  recorded.flush();
  const opened = openBytes(readFileSync(recorded.path), { protocols });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return [...opened.messages()];
}

describe('nodes of a window', () => {
  let next = 1;
  async function started(
    into: WindowRecording,
    direction: NodeWish['direction'],
    address: string,
    more: Partial<NodeWish> & Pick<NodeWish, 'protocol'>,
  ): Promise<RunningNode | RunningRelay> {
    const id = next++;
    const transport = protocols.find((each) => each.id === more.protocol)!.peer!.transports[0]!;
    const rest = { mode: 'automatic', role: '', faults: [], identity: '', identityKind: '' } as const;
    const wish: NodeWish = { transport, direction, address, ...rest, ...more };
    const knowledge = { tree: {}, protocols, allow: [] };
    const start = direction === 'relay' ? startRelay : startNode;
    const at = join(folder, `${files++}.pcapng`);
    const node = await start(
      id,
      wish,
      knowledge,
      at,
      () => {},
      (event) => into.record(id, transport, event),
    );
    ends.push(() => node.stop());
    return node;
  }
  const address = (node: RunningNode | RunningRelay): string => /127\.0\.0\.1:\d+/.exec(node.state().where)![0];
  const isReady = (node: RunningNode | RunningRelay): boolean => node.state().links[0]?.ready === true;

  it.each(['p2ppacket', 'p2pke', 'p2p'])(
    'are recorded once where they talk to each other, and decrypted: %s',
    async (protocol) => {
      const into = recording();
      const listening = await started(into, 'listen', '127.0.0.1:0', { protocol });
      const dialling = await started(into, 'connect', address(listening), { protocol });
      await vi.waitFor(() => expect([isReady(listening), isReady(dialling)]).toEqual([true, true]), PATIENCE);
      const messages = messagesIn(into);
      expect(messages.length).toBeGreaterThan(1);
      expect(messages.every(({ state }) => state === 'decoded')).toBe(true);
      const frames = readFileSync(into.path);
      // As many as one of them has recorded by itself.
      dialling.flush();
      const own = openBytes(readFileSync(dialling.recording), { protocols });
      if ('problem' in own) throw new Error(own.problem.text);
      expect(messages.map(({ message }) => message)).toEqual([...own.messages()].map(({ message }) => message));
      expect(frames.length).toBeGreaterThan(0);
    },
  );

  it('are there together with a relay between them, both sides of it', async () => {
    const into = recording();
    const listening = await started(into, 'listen', '127.0.0.1:0', { protocol: 'p2pke' });
    const relay = await started(into, 'relay', '127.0.0.1:0', { protocol: 'p2pke', forward: address(listening), keyLogs: [] });
    const dialling = await started(into, 'connect', address(relay), { protocol: 'p2pke' });
    await vi.waitFor(() => expect([isReady(listening), isReady(dialling)]).toEqual([true, true]), PATIENCE);
    const hellos = messagesIn(into).filter(({ message }) => message === 'InitHello');
    expect(hellos).toHaveLength(2);
    expect(new Set(hellos.map(({ dst }) => dst))).toEqual(new Set([address(relay), address(listening)]));
  });
});

describe('a link that two nodes of a window share', () => {
  const link = (id: number, local: number, remote: number): Link => ({
    ...{ id, local: { ip: '127.0.0.1', port: local }, remote: { ip: '127.0.0.1', port: remote }, dialled: local > remote },
  });
  const said = (of: Link, kind: 'sent' | 'received'): NodeEvent => ({ kind, link: of, bytes: Uint8Array.of(1, 2, 3) });
  const framesIn = (recorded: WindowRecording): number => {
    recorded.flush();
    const opened = openBytes(readFileSync(recorded.path), { protocols });
    if ('problem' in opened) throw new Error(opened.problem.text);
    return opened.analysis.reader.frames.length;
  };

  it('is recorded by the one that was there first, and by the other one once that is gone', () => {
    const into = recording();
    const [a, b] = [link(1, 9000, 7000), link(1, 7000, 9000)];
    into.record(1, 'udp', { kind: 'opened', link: a });
    into.record(1, 'udp', said(a, 'sent'));
    into.record(2, 'udp', { kind: 'opened', link: b });
    into.record(2, 'udp', said(b, 'received'));
    expect(framesIn(into)).toBe(1);
    into.record(1, 'udp', { kind: 'closed', link: a, why: '', abrupt: false, by: 'own', ready: true });
    into.record(2, 'udp', said(b, 'sent'));
    expect(framesIn(into)).toBe(2);
  });

  it('of another transport is another one', () => {
    const into = recording();
    const [a, b] = [link(1, 9000, 7000), link(1, 7000, 9000)];
    into.record(1, 'udp', { kind: 'opened', link: a });
    into.record(2, 'tcp', { kind: 'opened', link: b });
    // A connection begins with three segments.
    expect(framesIn(into)).toBe(3);
  });
});
