/** tshark over the same file, a line a packet: the known measure. Not needed for anything else. */
import { spawnSync } from 'node:child_process';
import type { Figures } from './job.ts';

export function tsharkVersion(): string | undefined {
  const { status, stdout } = spawnSync('tshark', ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n', 1)[0]!.replace(/ \(Git.*/, '') : undefined;
}

/** No names are looked up. Its lines go nowhere; its peak is known where /proc tells it, on Linux, and 0 elsewhere. */
export function runTshark(path: string): Figures {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['-e', WATCH, path], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`tshark failed: ${stderr}`);
  return { seconds, packets: 0, before: 0, peak: Number(stderr.trim().split('\n').at(-1)) };
}

/** Asks for the highest mark now and then: what the system keeps of it is gone when the process is. */
const WATCH = `
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const child = spawn('tshark', ['-n', '-r', process.argv[1]], { stdio: ['ignore', 'ignore', 'ignore'] });
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
