/** A relay with sockets between programs that know no protocol: what passes, how it ends, and what a slow side does to the other. */
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Choices, KeyRing, type Protocol } from '../../../dissector/protocol/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { type NodeEvent, nodeLimits } from '../../../dissector/testnode/index.ts';
import { SocketRelay } from '../../../extension/node/sockets/socketrelay.ts';

const of = (id: string): Protocol => protocols.find((protocol) => protocol.id === id)!;
const ends: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function relayTo(port: number, transport: 'udp' | 'tcp', ip = '127.0.0.1', limits = nodeLimits) {
  const events: NodeEvent[] = [];
  const running = await SocketRelay.start({
    ...{
      protocol: of(transport === 'udp' ? 'p2pke' : 'botd'),
      protocols,
      transport,
      limits,
      choices: new Choices(),
      keys: new KeyRing([]),
    },
    ...{ listen: { ip, port: 0 }, forward: { ip, port }, happened: (event) => void events.push(event) },
  });
  ends.push(() => running.stop());
  return { running, events, port: running.local.port };
}

async function serverFor(answer: (socket: Socket) => void, ip = '127.0.0.1'): Promise<number> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    ends.push(() => socket.destroy());
    socket.on('error', () => {});
    answer(socket);
  });
  server.listen(0, ip);
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function dialled(port: number, ip = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: ip, allowHalfOpen: true });
  ends.push(() => socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Until it ends; what reads by an iterator would close the socket for writing too. */
async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk)).resume();
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

async function quiet(count: () => number): Promise<number> {
  for (let same = 0, last = -1; ; same = count() === last ? same + 1 : 0) {
    if (same >= 10) return last;
    last = count();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('over TCP', () => {
  for (const ip of ['127.0.0.1', '::1'])
    it(`carries over that one side has no more to say, while the other goes on, over ${ip}`, async () => {
      const port = await serverFor(async (socket) => {
        const heard = await all(socket);
        socket.end(`you said ${heard}`);
      }, ip);
      const relay = await relayTo(port, 'tcp', ip);
      const client = await dialled(relay.port, ip);
      client.end('hello');
      expect(String(await all(client))).toBe('you said hello');
      await quiet(() => relay.events.length);
      expect(relay.running.relay.links).toEqual([]);
      expect(relay.events.filter(({ kind }) => kind === 'closed')).toMatchObject([{ abrupt: false }, { abrupt: false }]);
    });

  it('carries over a reset, either way', async () => {
    const resets: string[] = [];
    const sockets: Socket[] = [];
    const port = await serverFor((socket) => {
      sockets.push(socket);
      socket.on('error', (error) => resets.push((error as NodeJS.ErrnoException).code!));
      socket.resume();
    });
    const relay = await relayTo(port, 'tcp');
    const first = await dialled(relay.port);
    first.write('x');
    await quiet(() => relay.events.length);
    first.resetAndDestroy();
    await quiet(() => relay.events.length);
    expect(resets).toEqual(['ECONNRESET']);
    const second = await dialled(relay.port);
    second.write('x');
    await quiet(() => relay.events.length);
    const failed = once(second, 'error');
    second.resume();
    sockets.at(-1)!.resetAndDestroy();
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('resets who connects when nothing listens at the forward address, and says so', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    const relay = await relayTo(port, 'tcp');
    const client = await dialled(relay.port);
    const [error] = await once(client, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    const closed = relay.events.find((event) => event.kind === 'closed');
    expect(closed).toMatchObject({ abrupt: true, why: `Nothing listens on 127.0.0.1:${port}: the connection was refused.` });
  });

  it('does not read from one side what the other side does not take, and loses nothing of it', async () => {
    const size = 48 << 20;
    let slow: Socket | undefined;
    const port = await serverFor((socket) => {
      slow = socket.pause();
    });
    const relay = await relayTo(port, 'tcp');
    const client = await dialled(relay.port);
    const bytes = Buffer.alloc(size, 'a message that nobody understands ');
    client.end(bytes);
    const came = (): number => relay.events.reduce((sum, event) => sum + (event.kind === 'received' ? event.bytes.length : 0), 0);
    const before = await quiet(came);
    expect(before).toBeLessThan(size / 2);
    const heard = await all(slow!);
    expect(createHash('sha256').update(heard).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('does not read either while as much is held as may be', async () => {
    const port = await serverFor((socket) => void socket.resume());
    const relay = await relayTo(port, 'tcp', '127.0.0.1', { ...nodeLimits, unwrittenBytes: 1 << 20, unfinishedMilliseconds: 1 });
    relay.running.relay.mode = 'step';
    const client = await dialled(relay.port);
    client.write(Buffer.alloc(24 << 20, 'x'));
    const held = (): number => relay.running.relay.held.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
    await quiet(() => relay.events.length);
    expect(held()).toBeGreaterThan(0);
    expect(held()).toBeLessThan(2 << 20);
  });
});

describe('over UDP', () => {
  for (const ip of ['127.0.0.1', '::1'])
    it(`gives each address its own port towards the forward address, over ${ip}`, async () => {
      const kind = ip === '::1' ? 'udp6' : 'udp4';
      const server = createSocket(kind);
      const heard: string[] = [];
      server.on('message', (bytes, from) => {
        heard.push(String(bytes));
        server.send(`${bytes}!`, from.port, from.address);
      });
      server.bind(0, ip);
      await once(server, 'listening');
      ends.push(() => server.close());
      const relay = await relayTo(server.address().port, 'udp', ip);
      const clients = ['one', 'two'].map((name) => {
        const socket = createSocket(kind);
        ends.push(() => socket.close());
        socket.send(name, relay.port, ip);
        return once(socket, 'message');
      });
      const answers = (await Promise.all(clients)).map(([bytes]) => String(bytes));
      expect(answers).toEqual(['one!', 'two!']);
      expect(heard.sort()).toEqual(['one', 'two']);
      expect(relay.running.relay.links).toHaveLength(2);
    });

  it('refuses further addresses at the limit links, and says so once', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(() => server.close());
    const relay = await relayTo(server.address().port, 'udp', '127.0.0.1', { ...nodeLimits, links: 1 });
    for (let n = 0; n < 3; n++) {
      const socket = createSocket('udp4');
      ends.push(() => socket.close());
      socket.send('x', relay.port, '127.0.0.1');
    }
    await quiet(() => relay.events.length);
    expect(relay.running.relay.links).toHaveLength(1);
    const told = relay.events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
    expect(told.filter((text) => text.includes('limit links'))).toHaveLength(1);
  });
});

it('is not a relay to itself', async () => {
  const at = { ip: '127.0.0.1', port: 7999 };
  const start = SocketRelay.start({
    ...{ protocol: of('p2pke'), protocols, transport: 'udp', choices: new Choices(), keys: new KeyRing([]) },
    ...{ listen: at, forward: at, happened: () => {} },
  });
  await expect(start).rejects.toThrow('A relay to itself');
});
