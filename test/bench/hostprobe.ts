/**
 * How long the thread of the extension host is taken, told by that thread: a small extension of the bench is installed beside
 * ours and watches. What the system tells of a process has no single stretches, and a round trip from outside also waits for a
 * core.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** All in milliseconds. */
export interface HostReport {
  /** The longest time in which the event loop did not come round: work of all extensions and of the host, or no core. */
  readonly silent: number;
  /** The most processor time that the thread took without coming round. */
  readonly busy: number;
  /** The same of samples with code of ours on the stack: all of them, and the longest run. */
  readonly own: number;
  readonly ownLongest: number;
}

export class HostProbe {
  /** The packed extension, to install beside ours. */
  readonly vsix: string;
  readonly #folder: string;
  readonly #socket: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'peerscope-probe-'));
    this.#socket = join(this.#folder, 'socket');
    this.vsix = join(this.#folder, 'probe.vsix');
    buildSync({
      entryPoints: [fileURLToPath(new URL('insidehost.ts', import.meta.url))],
      outfile: join(this.#folder, 'main.cjs'),
      bundle: true,
      platform: 'node',
      define: { SOCKET: JSON.stringify(this.#socket), OURS: JSON.stringify('dist/extension.cjs') },
    });
    const manifest = { name: 'bench-probe', publisher: 'peerscope', version: '0.0.1', engines: { vscode: '^1.100.0' } };
    const runs = { main: './main.cjs', activationEvents: ['onStartupFinished'], license: 'MIT' };
    writeFileSync(join(this.#folder, 'package.json'), JSON.stringify({ ...manifest, ...runs }));
    writeFileSync(join(this.#folder, 'README.md'), 'Watches the extension host while it is measured.\n');
    const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
    const options = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', this.vsix];
    execFileSync(process.execPath, [vsce, 'package', ...options], { cwd: this.#folder, stdio: 'pipe' });
  }

  start(): Promise<unknown> {
    return this.#ask('start');
  }

  stop(): Promise<HostReport> {
    return this.#ask('stop') as Promise<HostReport>;
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #ask(what: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      let told = '';
      const socket = connect(this.#socket, () => socket.write(what));
      socket.on('data', (text) => (told += text));
      socket.on('error', reject);
      socket.on('end', () => resolve(JSON.parse(told)));
    });
  }
}
