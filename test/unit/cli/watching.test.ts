/** `--watch`: a change of the module, of what it imports, or of the capture decodes again. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { project } from '../../../extension/workbench/paths.ts';
import { golden, peerscope } from './help.ts';

const folder = mkdtempSync(join(tmpdir(), 'watching-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const samples = join(project, 'media', 'samples');

describe('a command that watches', () => {
  it('decodes again when something changes, tells mistakes, and ends when it is interrupted', async () => {
    for (const name of ['heartbeat.pcapng', 'heartbeat.keys']) copyFileSync(join(samples, name), join(folder, name));
    const module = join(folder, 'heartbeat.mjs');
    const text = readFileSync(join(samples, 'heartbeat.js'), 'utf8');
    writeFileSync(module, text);
    const command = [join(project, 'extension', 'cli', 'main.ts'), 'decode', join(folder, 'heartbeat.pcapng')];
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', ...command, '--protocol', module, '--keys', join(folder, 'heartbeat.keys'), '--watch'],
      { cwd: project },
    );
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const told = (words: string, count: number) =>
      vi.waitFor(() => expect((out + err).split(words)).toHaveLength(count + 1), { timeout: 30_000 });
    await told('OK all is well', 1);
    writeFileSync(module, text.replace("'a sealed note'", "'a note that is sealed'"));
    await told('heartbeat.mjs has changed.', 1);
    await told('OK all is well', 2);
    writeFileSync(module, `${text}const`);
    await told('SyntaxError', 1);
    writeFileSync(module, text);
    await told('OK all is well', 3);
    writeFileSync(join(folder, 'heartbeat.keys'), '# none\n');
    await told('heartbeat.keys has changed.', 1);
    await told('to decrypt the rest', 1);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });

  it('is of files, and of commands that look at a capture', async () => {
    expect(await peerscope(['decode', '-', '--watch'])).toMatchObject({
      status: 3,
      err: expect.stringContaining('--watch is of files'),
    });
    expect((await peerscope(['frames', golden('p2p_a.pcapng'), '--watch'])).err).toContain('"frames" takes no --watch');
  });
});
