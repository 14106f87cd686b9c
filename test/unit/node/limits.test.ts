/** Others that do not keep to the rules of sockets: each is met by a limit with a name, or a sentence. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ed25519Key } from '../../../dissector/crypto/index.ts';
import { p2p } from '../../../dissector/protocols/p2p/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { p2ppacket } from '../../../dissector/protocols/p2ppacket/index.ts';
import { kernelDrops } from '../../../extension/node/sockets/kerneldrops.ts';
import { usedHeap } from '../../fuzz/heap.ts';
import { ends, isReady, type Started, start, told } from './start.ts';

const patience = { timeout: 30_000 };

async function connected({ socket }: Started, allowHalfOpen = false): Promise<Socket> {
  const own = dial({ port: socket.local.port, host: '127.0.0.1', allowHalfOpen });
  own.on('error', () => {});
  await once(own, 'connect');
  return own;
}

describe('a connection', () => {
  it('that never speaks is closed', async () => {
    const node = await start(p2p, { limits: { handshakeSeconds: 0.05 } });
    const silent = await connected(node);
    await new Promise((closed) => silent.on('close', closed));
    expect(told(node)).toEqual(['The handshake is not done after 0.05 s (limit handshakeSeconds).']);
    expect(node.socket.node.links).toEqual([]);
  });

  it('that says half a message and ends its side is forgotten', async () => {
    const node = await start(p2p);
    const half = await connected(node, true);
    half.end(Uint8Array.of(0, 1));
    await expect.poll(() => ends(node), patience).toEqual(['The other side has closed the connection.']);
    half.destroy();
  });

  it('that is reset is told as such', async () => {
    const node = await start(p2p);
    const own = await connected(node);
    own.write(Uint8Array.of(0, 1));
    await expect.poll(() => node.socket.node.counts.received, patience).toBe(1);
    own.resetAndDestroy();
    await expect.poll(() => ends(node), patience).toEqual(['The other side has reset the connection. (abrupt)']);
  });

  it('that does not read is broken off', async () => {
    const node = await start(p2p, { limits: { unwrittenBytes: 500_000 } });
    const slow = await connected(node);
    slow.pause();
    await expect.poll(() => node.socket.node.links.length, patience).toBe(1);
    const [link] = node.socket.node.links;
    const data = new Uint8Array(60_000);
    // The system takes some megabytes before anything waits here.
    while (node.socket.node.links.length > 0) {
      node.socket.node.send(link!.id, 'TUNNEL_DATA', { data });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(ends(node)).toEqual(['The other side does not read: 500000 bytes wait (limit unwrittenBytes). (abrupt)']);
    expect(node.socket.unsent).toBe(1);
    slow.destroy();
  });

  it('over the limit is refused and counted', async () => {
    const node = await start(p2p, { limits: { links: 3 } });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => connected(node)));
    await expect.poll(() => sockets.filter(({ closed }) => closed).length, patience).toBe(2);
    expect([node.socket.node.links.length, node.socket.node.counts.dropped]).toEqual([3, 2]);
    expect(told(node)).toEqual(['3 links are open: further ones are refused (limit links).']);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => node.socket.node.links.length, patience).toBe(0);
  });

  it('to a port where nobody listens is refused', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await new Promise((closed) => server.close(closed));
    const node = await start(p2p, {}, { ip: '127.0.0.1', port });
    await expect.poll(() => told(node), patience).toEqual([`Nothing listens on 127.0.0.1:${port}: the connection was refused.`]);
  });
});

describe('a node', () => {
  it.each([p2p, p2pke])('of $id says that its port is taken', async (protocol) => {
    const first = await start(protocol);
    const taken = start(protocol, { listen: first.socket.local });
    await expect(taken).rejects.toThrow(`Port ${first.socket.local.port} is taken`);
  });

  it('is not led away from this machine, nor to a port that is none', async () => {
    const seed = '11'.repeat(32);
    const node = await start(p2ppacket, { identity: JSON.stringify({ ed25519_seed: seed }) });
    const other = await start(p2ppacket, {}, node.socket.local);
    await expect.poll(() => isReady(node) && isReady(other), patience).toBe(true);
    const introduction = (ipv6: number[], port: number) => ({
      ...{ type: 'introduction', x25519_public: new Uint8Array(32).fill(9) },
      ...{ target_ed25519: ed25519Key(new Uint8Array(32).fill(0x11)).publicKey, signature: new Uint8Array(64) },
      ...{ ipv6: Uint8Array.from(ipv6), port },
    });
    const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];
    const channels = [introduction([...mapped, 192, 0, 2, 1], 7), introduction([...mapped, 127, 0, 0, 1], 0)];
    other.socket.node.send(1, 'data', { channels });
    const refused = (ip: string) => `An introduction names ${ip}, which is known already or cannot be reached: it is refused.`;
    await expect.poll(() => told(node), patience).toEqual([refused('192.0.2.1'), refused('127.0.0.1')]);
    expect(node.socket.node.links).toHaveLength(1);
  });

  it('holds out against datagrams that are none, from many ports', async () => {
    const [ports, rounds, most] = [120, 100, 50];
    const node = await start(p2pke, { limits: { links: most } });
    const { port } = node.socket.local;
    const sockets = await Promise.all(
      Array.from({ length: ports }, async () => {
        const socket = createSocket('udp4');
        socket.bind(0, '127.0.0.1');
        await once(socket, 'listening');
        return socket;
      }),
    );
    const flood = async (): Promise<void> => {
      for (let round = 0; round < rounds; round++)
        await Promise.all(
          sockets.map(
            (socket, index) =>
              new Promise((sent) =>
                socket.send(
                  Uint8Array.from({ length: (index * 7) % 90 }, () => round),
                  port,
                  '127.0.0.1',
                  sent,
                ),
              ),
          ),
        );
    };
    const counted = (): number => {
      const { received, dropped } = node.socket.node.counts;
      return received + dropped + (kernelDrops(port) ?? 0);
    };
    await flood();
    await expect.poll(counted, patience).toBe(ports * rounds);
    node.events.splice(0);
    const before = usedHeap();
    await flood();
    await expect.poll(counted, patience).toBe(2 * ports * rounds);
    node.events.splice(0);
    expect(usedHeap() - before).toBeLessThan(4 << 20);
    expect(node.socket.node.links).toHaveLength(most);
    expect(node.socket.node.counts.dropped).toBeGreaterThan(0);
    for (const socket of sockets) socket.close();
  });
});
