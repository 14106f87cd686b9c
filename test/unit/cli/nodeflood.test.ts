/** A node on the command line that is flooded: what is too much is counted, and it ends when it should. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { jsonLines, peerscope } from './help.ts';

const DATAGRAMS = 400;

async function flooded(...more: readonly string[]) {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const at = `127.0.0.1:${socket.address().port}`;
  // The node dials the one that floods it, so its address need not be known.
  socket.once('message', (_, { port }) => {
    for (let n = 0; n < DATAGRAMS; n++) socket.send(Uint8Array.of(0, 0, 0, 50, n & 0xff, n >>> 8), port, '127.0.0.1');
  });
  const result = await peerscope(['node', 'p2pke', '--connect', at, ...more]);
  socket.close();
  return result;
}

describe('a flood', () => {
  it('is told in counts', async () => {
    const { err, status } = await flooded('--for', '1.5');
    const told = err.split('\n').filter((line) => line.includes('opens under no session'));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(DATAGRAMS);
    expect(err).toMatch(/\d+ more sentences were left out: at most 50 a second are told\./);
    expect(err).toMatch(/\n.* \d+ received, \d+ sent in .* \(\d+ a second\); .*\.\n/);
    // Nobody shook hands with it.
    expect(err).toMatch(/The link that was dialled never became ready\.\n$/);
    expect(status).toBe(1);
  });

  it('is printed once a message, with what is known at the end', async () => {
    const { out } = await flooded('--for', '1.5', '--json');
    const numbers = jsonLines(out).map(({ n }) => n as number);
    expect(new Set(numbers).size).toBeGreaterThan(DATAGRAMS);
    expect(numbers.length).toBeLessThan(2 * DATAGRAMS);
  });
});
