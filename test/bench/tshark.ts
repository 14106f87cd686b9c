/** tshark with the Lua dissector over the same file: what a person would use today. Not needed for anything else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Figures } from './job.ts';
import { luaDissector } from './lua.ts';

/** Guesses at what a payload is, made before or after any dissector; the Lua one is found by its port. */
const heuristics = ['ssl', 'tls', 'dtls', 'quic', 'rtp', 'rtcp', 'stun_udp', 'udt', 'wg', 'bt-utp', 'dht', 'cip', 'rpc'];

export function tsharkVersion(): string | undefined {
  const { status, stdout } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n', 1)[0]!.replace(/ \(Git.*/, '') : undefined;
}

/** A configuration of its own, with the dissector as its only plugin: whatever a person has installed does not count. */
export function tsharkFolder(within: string): string {
  const folder = join(within, 'wireshark');
  mkdirSync(join(folder, 'plugins'), { recursive: true });
  writeFileSync(join(folder, 'plugins', 'bench.lua'), luaDissector);
  writeFileSync(join(folder, 'heuristic_protos'), heuristics.map((name) => `${name},0\n`).join(''));
  return folder;
}

/** No names are looked up. Its lines go nowhere; its peak is known where /proc tells it, on Linux, and 0 elsewhere. */
export function runTshark(path: string, folder: string, ...args: readonly string[]): Figures {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['-e', WATCH, path, ...args], {
    encoding: 'utf8',
    env: { ...process.env, WIRESHARK_CONFIG_DIR: folder },
  });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`tshark failed: ${stderr}`);
  return { seconds, packets: 0, before: 0, peak: Number(stderr.trim().split('\n').at(-1)) };
}

/** Whether the dissector is there, and how many lines a filter leaves: a bench of something else would say nothing. */
export function countTshark(path: string, folder: string, filter: string, ...args: readonly string[]): number {
  const { stdout } = spawnSync('tshark', ['-n', '-r', path, '-Y', filter, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    env: { ...process.env, WIRESHARK_CONFIG_DIR: folder },
  });
  return stdout.split('\n').filter((line) => line !== '').length;
}

/** Asks for the highest mark now and then: what the system keeps of it is gone when the process is. */
const WATCH = `
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const [, path, ...args] = process.argv;
const child = spawn('tshark', ['-n', '-r', path, ...args], { stdio: ['ignore', 'ignore', 'ignore'] });
let peak = 0;
const timer = setInterval(() => {
  try {
    const found = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/' + child.pid + '/status', 'utf8'));
    if (found) peak = Number(found[1]) * 1024;
  } catch {}
}, 50);
child.on('error', () => process.exit(1));
child.on('close', (code) => {
  clearInterval(timer);
  process.stderr.write(String(peak));
  process.exitCode = code ?? 1;
});
`;
