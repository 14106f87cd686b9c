/** Disks without room, for what nodes and scripts record: a device that is always full, and a process whose files may not grow. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { startNode } from '../../../extension/node/running.ts';
import { saveRecording } from '../../../extension/node/saving.ts';
import { ScriptSections } from '../../../extension/node/scripts/section.ts';
import { bundled } from '../cli/bundle.ts';
import { isReady, quiet, start } from './start.ts';

const patience = { timeout: 30_000 };
const script = `### two
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
expect b InitHello within 5s
`;

const folder = mkdtempSync(join(tmpdir(), 'peerscope-nospace-'));
let command: string;
beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', version: '0' }));
  command = await bundled('dist/peerscope.js', join(folder, 'dist', 'peerscope.js'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command in a process none of whose files may become longer than so many times 512 bytes. */
function limited(blocks: number, ...args: string[]): ChildProcessByStdio<null, Readable, Readable> {
  const shell = ['-c', `ulimit -f ${blocks} && exec "$0" "$@"`, process.execPath, command, ...args];
  return spawn('sh', shell, { stdio: ['ignore', 'pipe', 'pipe'] });
}

function texts(stream: Readable): () => string {
  let text = '';
  stream.on('data', (chunk) => (text += chunk));
  return () => text;
}

describe('a recording without room', () => {
  it.skipIf(!existsSync('/dev/full'))('is told with its file and the reason, and its node goes on', async () => {
    const wish = { protocol: 'p2pke', transport: 'udp', direction: 'listen', role: '', mode: 'automatic' } as const;
    const node = await startNode(
      1,
      { ...wish, address: '127.0.0.1:0', faults: [], identity: '', identityKind: '' },
      { tree: {}, protocols, allow: [] },
      '/dev/full',
      () => {},
    );
    const told = () => node.state().told.filter(({ grave }) => grave);
    try {
      const sentence =
        'The recording /dev/full ends here. There is no space left. What it holds so far can be read; the node goes on without it.';
      await expect.poll(() => told().map(({ text }) => text), patience).toEqual([sentence]);
      const port = Number(node.state().where.split(':').at(-1));
      const other = await start(p2pke, {}, { ip: '127.0.0.1', port });
      await expect.poll(() => isReady(other) && node.state().links[0]?.ready, patience).toBe(true);
    } finally {
      await node.stop();
    }
    expect([node.state().running, told().length]).toEqual([false, 1]);
  });

  it.skipIf(process.platform === 'win32')('ends with a whole block: what it holds is a capture, decrypted', async () => {
    const path = join(folder, 'limited.pcapng');
    const child = limited(64, 'node', 'p2pke', '--listen', '127.0.0.1:0', '--record', path);
    const [out, err] = [texts(child.stdout), texts(child.stderr)];
    const ended = once(child, 'close');
    await expect.poll(err, patience).toMatch(/listens on 127\.0\.0\.1:\d+/);
    const port = Number(/listens on 127\.0\.0\.1:(\d+)/.exec(err())![1]);
    const other = await start(p2pke, {}, { ip: '127.0.0.1', port });
    await expect.poll(() => isReady(other), patience).toBe(true);
    while (child.exitCode === null) {
      const [link] = other.socket.node.links;
      if (link !== undefined) other.socket.node.send(link.id, 'data', { data: new Uint8Array(1000) });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await ended).toEqual([3, null]);
    expect(err()).toContain(
      `${path} cannot be written. It would be longer than a file may be here. What it holds so far can be read.`,
    );
    expect(out()).toContain('RespHello');
    expect(statSync(path).size).toBeLessThanOrEqual(64 * 512);
    const opened = openBytes(new Uint8Array(readFileSync(path)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(opened.analysis.reader.truncated).toBe(false);
    const messages = [...opened.messages()];
    expect(messages.length).toBeGreaterThan(20);
    expect(new Set(messages.map(({ state }) => state))).toEqual(new Set(['decoded']));
  });

  it.skipIf(process.platform === 'win32')('takes nothing away that was there before', async () => {
    const [file, kept] = [join(folder, 'two.packet'), join(folder, 'kept')];
    writeFileSync(file, script);
    const run = async (blocks: number): Promise<{ code: number; err: string }> => {
      const child = limited(blocks, 'run', file, '--record', kept);
      const err = texts(child.stderr);
      child.stdout.resume();
      const [code] = await once(child, 'close');
      return { code: code as number, err: err() };
    };
    expect((await run(1000)).code).toBe(0);
    const path = join(kept, 'two-1-two.pcapng');
    const before = readFileSync(path);
    const { code, err } = await run(1);
    expect(code).toBe(3);
    expect(err).toContain(`The recording ${path} cannot be written. It would be longer than a file may be here.`);
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(kept)).toEqual(['two-1-two.pcapng']);
  });

  it('does not hide what a section of the editor said and heard', async () => {
    const sections = new ScriptSections(quiet);
    const wish = {
      run: 0,
      text: script,
      section: 0,
      tree: {},
      modules: [],
      folder: undefined,
      answered: {},
      until: undefined,
      steps: false,
    };
    const recording = join(folder, 'nowhere', 'recording.pcapng');
    const { failure, recorded, unrecorded } = await sections.run({ ...wish, recording });
    expect([failure, recorded]).toEqual([undefined, false]);
    expect(unrecorded).toBe(`There is no recording of this run: ${recording} cannot be written. There is no such file.`);
  });

  it('names what cannot be read or written, and leaves a folder what it is', () => {
    const target = join(folder, 'target');
    mkdirSync(target, { recursive: true });
    expect(() => saveRecording(join(folder, 'missing.pcapng'), target, true)).toThrow(
      `The recording ${join(folder, 'missing.pcapng')} cannot be read. There is no such file.`,
    );
    expect(() => saveRecording(command, target, true)).toThrow(`${target} cannot be written. It is a folder.`);
    expect(readdirSync(target)).toEqual([]);
  });
});
