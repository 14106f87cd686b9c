/** What befalls the sockets of a node while it runs: one is closed under it, fails, or is reset by the other side at a bad moment. */
import { createSocket, Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as dial, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/protocols/index.ts';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { type RunningNode, startNode } from '../../../extension/node/running.ts';
import { ends, isReady, start } from './start.ts';

const patience = { timeout: 30_000 };
const folder = mkdtempSync(join(tmpdir(), 'peerscope-lost-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What this process has open, as Node knows it. */
function open<T>(kind: new (...given: never[]) => T, fits: (one: T) => boolean): T {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const found = handles.find((each): each is T => each instanceof kind && fits(each));
  if (found === undefined) throw new Error('no such handle is open');
  return found;
}

/** One of another test in this process may have no address yet. */
function isAt(socket: DatagramSocket, port: number): boolean {
  try {
    return socket.address().port === port;
  } catch {
    return false;
  }
}

const datagramsAt = (port: number) => open(DatagramSocket, (each) => isAt(each, port));
const serverAt = (port: number) => open(Server, (each) => (each.address() as { port: number } | null)?.port === port);
const connectionOf = (port: number, remote: number) =>
  open(Socket, (each) => each.localPort === port && each.remotePort === remote);

const portOf = (node: RunningNode): number => Number(node.state().where.split(':').at(-1));
const grave = (node: RunningNode): string[] => node.state().told.flatMap(({ text, grave }) => (grave ? [text] : []));

let names = 0;
function listening(protocol: 'p2p' | 'p2pke', transport: 'tcp' | 'udp', port = 0): Promise<RunningNode> {
  const wish = {
    protocol,
    transport,
    direction: 'listen',
    role: '',
    mode: 'automatic',
    faults: [],
    identity: '',
    identityKind: '',
  } as const;
  return startNode(
    ++names,
    { ...wish, address: `127.0.0.1:${port}` },
    { tree: {}, protocols, allow: [] },
    join(folder, `${names}.pcapng`),
    () => {},
  );
}

describe('a socket that is closed under a node', () => {
  it.each([
    ['p2pke', 'udp', (port: number) => datagramsAt(port).close()],
    ['p2p', 'tcp', (port: number) => serverAt(port).close()],
  ] as const)('of %s stops it with a sentence; others live on, and the port is free', async (id, transport, close) => {
    const [node, other] = [await listening(id, transport), await listening(id, transport)];
    const port = portOf(node);
    close(port);
    await expect.poll(() => node.state().running, patience).toBe(false);
    expect(grave(node)).toEqual([
      `The socket at 127.0.0.1:${port} was closed under the node: nothing reaches it there any more. The node is stopped.`,
    ]);
    expect(existsSync(node.recording)).toBe(true);
    const protocol = id === 'p2p' ? p2p : p2pke;
    const peer = await start(protocol, {}, { ip: '127.0.0.1', port: portOf(other) });
    await expect.poll(() => isReady(peer) && other.state().links[0]?.ready, patience).toBe(true);
    const again = await listening(id, transport, port);
    await Promise.all([again.stop(), other.stop(), node.stop()]);
    expect([grave(again), grave(other)]).toEqual([[], []]);
  });

  it('ends the links that it has, also where they could still speak', async () => {
    const node = await listening('p2p', 'tcp');
    const peer = await start(p2p, {}, { ip: '127.0.0.1', port: portOf(node) });
    await expect.poll(() => isReady(peer), patience).toBe(true);
    serverAt(portOf(node)).close();
    await expect.poll(() => node.state().running, patience).toBe(false);
    await expect.poll(() => ends(peer).length, patience).toBe(1);
    expect(node.state().links).toEqual([]);
  });

  it('lets a node of a script or a build say so', async () => {
    const node = await start(p2pke);
    expect(node.socket.lost).toBeUndefined();
    datagramsAt(node.socket.local.port).close();
    await expect.poll(() => node.socket.lost, patience).toContain('was closed under the node');
    const unsent = node.socket.unsent;
    node.socket.dial({ ip: '127.0.0.1', port: 9 });
    expect(node.socket.unsent).toBeGreaterThan(unsent);
  });
});

describe('a connection', () => {
  it('that fails is told with the reason, and the others of its node go on', async () => {
    const node = await start(p2p);
    const { port } = node.socket.local;
    const [failing, other] = [await start(p2p, {}, node.socket.local), await start(p2p, {}, node.socket.local)];
    await expect.poll(() => isReady(node, 2) && isReady(failing) && isReady(other), patience).toBe(true);
    connectionOf(port, failing.socket.local.port).destroy(Object.assign(new Error('read'), { code: 'ETIMEDOUT' }));
    const reason = `127.0.0.1:${failing.socket.local.port} does not answer. (abrupt)`;
    await expect.poll(() => ends(node), patience).toEqual([reason]);
    expect([isReady(node), isReady(other)]).toEqual([true, true]);
  });

  it('that is reset in the middle of its handshake is told on both sides, and the next one shakes hands', async () => {
    const node = await start(p2p);
    // What the node answers to HELLO never arrives: both sides are reset instead.
    const between = createServer((incoming) => {
      const onwards = dial(node.socket.local.port, '127.0.0.1');
      for (const each of [incoming, onwards]) each.on('error', () => {});
      incoming.pipe(onwards);
      onwards.once('data', () => {
        onwards.resetAndDestroy();
        incoming.resetAndDestroy();
      });
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const { port } = between.address() as { port: number };
    const cut = await start(p2p, {}, { ip: '127.0.0.1', port });
    const reset = ['The other side has reset the connection. (abrupt)'];
    await expect.poll(() => [ends(node), ends(cut)], patience).toEqual([reset, reset]);
    expect([node.socket.node.links, cut.socket.node.links]).toEqual([[], []]);
    const next = await start(p2p, {}, node.socket.local);
    await expect.poll(() => isReady(node) && isReady(next), patience).toBe(true);
    between.close();
  });
});

describe('a port that is taken', () => {
  it('is told, leaves no recording, and serves once it is free', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address();
    await expect(listening('p2pke', 'udp', port)).rejects.toThrow(
      `Port ${port} is taken: another program has 127.0.0.1:${port}.`,
    );
    expect(existsSync(join(folder, `${names}.pcapng`))).toBe(false);
    await new Promise<void>((closed) => taken.close(closed));
    const node = await listening('p2pke', 'udp', port);
    expect(node.state().running).toBe(true);
    await node.stop();
  });
});
