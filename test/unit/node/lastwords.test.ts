/** What a peer says before it hangs up is heard, also while the node still writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import { nodeLimits } from '../../../dissector/testnode/index.ts';
import type { PortEvents } from '../../../extension/node/sockets/port.ts';
import { TcpPort } from '../../../extension/node/sockets/tcp.ts';

/** A peer in a process of its own: it reads the first byte, says its last words, and closes with bytes unread, so its system resets. */
const program = `const server = require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.pause().write('last words', () => socket.destroy()));
}).listen(0, '127.0.0.1', () => console.log(server.address().port));`;
const peer = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
afterAll(() => void peer.kill());

/** So long the node is busy with writing, and reads nothing. */
const BUSY_MS = 300;

it('the last words of a peer that resets the connection while pieces of a message are written', async () => {
  const [printed] = await once(peer.stdout, 'data');
  let heard = '';
  let hungUp = (): void => {};
  const over = new Promise<void>((resolve) => {
    hungUp = resolve;
  });
  const events: PortEvents = {
    opened: (remote, local, dialled, attach) => {
      const link = { id: 1, remote, local, dialled };
      attach?.(link);
      for (const end = Date.now() + BUSY_MS; Date.now() < end; ) if (tcp.local.port > 0) tcp.write(link, Uint8Array.of(4));
      return link;
    },
    known: () => undefined,
    received: (_, bytes) => {
      heard += new TextDecoder().decode(bytes);
    },
    closed: () => hungUp(),
    told: () => {},
  };
  const tcp = await TcpPort.open(undefined, nodeLimits.unwrittenBytes, events);
  tcp.dial({ ip: '127.0.0.1', port: Number(String(printed)) });
  await over;
  expect(heard).toBe('last words');
});
