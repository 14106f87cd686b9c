/**
 * `npm run bench:relay`: the delay that a relay adds to a message, one way, and what it takes of memory when it is busy. The relay is the command
 * itself, in a process of its own; all numbers are of one machine. `--seconds N` of the load, `--links N`, `--rate N` messages a second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { project } from '../../extension/workbench/paths.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    links: { type: 'string', default: '200' },
    rate: { type: 'string', default: '20000' },
  },
});
const [seconds, links, rate] = [Number(values.seconds), Number(values.links), Number(values.rate)];
const ROUNDS = 20_000;
const LOST_MS = 500;
const MEBIBYTE = 1 << 20;
const folder = mkdtempSync(join(tmpdir(), 'peerscope-bench-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await build({
  ...{ absWorkingDir: project, entryPoints: ['extension/cli/main.ts'], outfile: join(folder, 'dist', 'peerscope.mjs') },
  ...{ bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' },
  banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
});

// It reads its version one folder above.
writeFileSync(join(folder, 'package.json'), '{"version": "0.0.0"}');

/** One whole frame of botd, 80 bytes and their length: a length that no frame reaches the end of would be waited for. */
function segment(): Buffer {
  const bytes = Buffer.alloc(84, 7);
  bytes.writeUInt32BE(80);
  return bytes;
}

/** A datagram of p2pke as those of a session look: a header with a counter, and what only a key opens. */
function message(counter: number): Buffer {
  const bytes = Buffer.alloc(84, counter & 0xff);
  bytes.writeUInt32BE(16 + (counter % 0x7000_0000));
  return bytes;
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function relayTo(
  protocol: string,
  forward: number,
  ...more: string[]
): Promise<{ child: ChildProcess; port: number; told: () => string }> {
  const port = await freePort();
  const args = ['relay', protocol, '--listen', `127.0.0.1:${port}`, '--forward', `127.0.0.1:${forward}`, ...more];
  const child = spawn(process.execPath, [join(folder, 'dist', 'peerscope.mjs'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr!.on('data', (bytes) => {
    told += bytes;
  });
  while (!told.includes(`from 127.0.0.1:${port}`)) {
    if (child.exitCode !== null) throw new Error(told);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { child, port, told: () => told.trim().split('\n').at(-1)! };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGINT');
  await exit;
}

/** Both ends of round trips: the one that sends, and the one that answers. */
interface Ends {
  readonly send: () => void;
  /** Calls back when the message is at the other end. */
  readonly reached: (heard: () => void) => void;
  /** Calls back when the answer is here. */
  readonly came: (heard: () => void) => void;
}

/** Microseconds that each message is on its way, there and back, sorted: both ends are in this process and have one clock. */
async function ways({ send, reached, came }: Ends): Promise<number[]> {
  let [there, heard] = [0, (): void => {}];
  reached(() => {
    there = performance.now();
  });
  came(() => heard());
  const times: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    const start = performance.now();
    const answer = new Promise<void>((resolve) => {
      heard = resolve;
    });
    send();
    // A datagram may be lost.
    const again = setInterval(send, LOST_MS);
    await answer;
    clearInterval(again);
    times.push((there - start) * 1000, (performance.now() - there) * 1000);
  }
  return times.slice(times.length / 10).sort((a, b) => a - b);
}

function part(times: readonly number[], of: number): number {
  return times[Math.floor(times.length * of)]!;
}

function tellDelay(what: string, direct: readonly number[], relayed: readonly number[]): void {
  const added = (of: number): string => `${(part(relayed, of) - part(direct, of)).toFixed(0)} µs`;
  console.log(`${what.padEnd(34)} added to a message, one way: median ${added(0.5)}, 99th percentile ${added(0.99)}`);
}

async function overUdp(what: string, ...more: string[]): Promise<void> {
  const server = createSocket('udp4').bind(0, '127.0.0.1');
  await once(server, 'listening');
  let atServer = (): void => {};
  server.on('message', (bytes, from) => {
    atServer();
    server.send(bytes, from.port, from.address);
  });
  const { child, port } = await relayTo('p2pke', server.address().port, ...more);
  const client = createSocket('udp4');
  let counter = 0;
  const through = (to: number) =>
    ways({
      send: () => client.send(message(counter++), to, '127.0.0.1'),
      reached: (heard) => {
        atServer = heard;
      },
      came: (heard) => void client.removeAllListeners('message').on('message', heard),
    });
  const direct = await through(server.address().port);
  tellDelay(what, direct, await through(port));
  await ended(child);
  client.close();
  server.close();
}

async function overTcp(): Promise<void> {
  let atServer = (): void => {};
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      atServer();
      socket.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = (server.address() as AddressInfo).port;
  const { child, port } = await relayTo('botd', target);
  const bytes = segment();
  const through = async (to: number): Promise<number[]> => {
    const socket = connect({ port: to, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const times = await ways({
      send: () => socket.write(bytes),
      reached: (heard) => {
        atServer = heard;
      },
      came: (heard) => void socket.on('data', heard),
    });
    socket.destroy();
    return times;
  };
  const direct = await through(target);
  tellDelay('TCP', direct, await through(port));
  await ended(child);
  server.close();
}

/** Resident memory of a process, most and now, in bytes; on Linux alone. */
function memoryOf({ pid }: ChildProcess): { readonly most: number; readonly now: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  return { most: of('VmHWM'), now: of('VmRSS') };
}

/** Of memory: at the start, after a tenth and half of the time, and at the end. */
function courseOf(memory: readonly number[]): string {
  return [0, 0.1, 0.5, 1].map((of) => memory[Math.round((memory.length - 1) * of)]!.toFixed(0)).join(', ');
}

async function load(what: string, ...more: string[]): Promise<void> {
  const server = createSocket({ type: 'udp4', recvBufferSize: 8 * MEBIBYTE }).bind(0, '127.0.0.1');
  await once(server, 'listening');
  let heard = 0;
  server.on('message', () => {
    heard++;
  });
  const { child, port, told } = await relayTo('p2pke', server.address().port, ...more);
  const atStart = memoryOf(child).now / MEBIBYTE;
  const clients: Socket[] = Array.from({ length: links }, () => createSocket('udp4'));
  const began = performance.now();
  const memory: number[] = [];
  let sent = 0;
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - began) / 1000) {
    for (const due = elapsed * rate; sent < due; sent++) clients[sent % links]!.send(message(sent), port, '127.0.0.1');
    if (memory.length < Math.floor(elapsed)) memory.push(memoryOf(child).now / MEBIBYTE);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const took = (performance.now() - began) / 1000 - 1;
  const { most } = memoryOf(child);
  const course = courseOf([atStart, ...memory, memoryOf(child).now / MEBIBYTE]);
  console.log(
    `${what.padEnd(34)} ${links} links, ${sent} messages in ${took.toFixed(0)} s (${Math.round(sent / took)} a second), ${heard} arrived; at most ${(most / MEBIBYTE).toFixed(0)} MiB resident (at the start, then after a tenth, half, all of the time: ${course})`,
  );
  await ended(child);
  console.log(`  the relay itself: ${told()}`);
  for (const client of clients) client.close();
  server.close();
}

/** Messages of 84 bytes on connections: none is lost, and what cannot be taken slows who sends. */
async function loadTcp(what: string): Promise<void> {
  let heard = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', ({ length }) => {
      heard += length;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { child, port } = await relayTo('botd', (server.address() as AddressInfo).port);
  const atStart = memoryOf(child).now / MEBIBYTE;
  const clients = Array.from({ length: links }, () => connect({ port, host: '127.0.0.1', noDelay: true }));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  const began = performance.now();
  const memory: number[] = [];
  const frame = segment();
  let sent = 0;
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - began) / 1000) {
    for (const due = elapsed * rate; sent < due; sent++) clients[sent % links]!.write(frame);
    if (memory.length < Math.floor(elapsed)) memory.push(memoryOf(child).now / MEBIBYTE);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const took = (performance.now() - began) / 1000;
  while (heard < sent * frame.length) await new Promise((resolve) => setTimeout(resolve, 20));
  const late = (performance.now() - began) / 1000 - took;
  const course = courseOf([atStart, ...memory, memoryOf(child).now / MEBIBYTE]);
  console.log(
    `${what.padEnd(34)} ${links} links, ${sent} messages in ${took.toFixed(0)} s (${Math.round(sent / took)} a second), all arrived ${late.toFixed(1)} s after the last; at most ${(memoryOf(child).most / MEBIBYTE).toFixed(0)} MiB resident (at the start, then after a tenth, half, all of the time: ${course})`,
  );
  for (const client of clients) client.destroy();
  await ended(child);
  server.close();
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`);
await overUdp('UDP');
await overUdp('UDP, message by message', '--fault', 'drop:closing#999999999');
await overTcp();
await load('UDP');
await loadTcp('TCP');
await load('UDP, message by message', '--fault', 'drop:closing#999999999');
