import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
import { sweepFolders } from '../../../extension/host/nodes/folders.ts';
import { startNode } from '../../../extension/node/running.ts';
import { saveRecording } from '../../../extension/node/saving.ts';
import { Network } from '../testnode/network.ts';

describe('a recording', () => {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-saving-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function recording(): Promise<string> {
    const network = new Network();
    const a = await network.add(p2pke, { port: 7000 });
    const b = await network.add(p2pke, { port: 7001 });
    a.dial(b);
    network.run(100);
    const path = join(folder, 'recording.pcapng');
    // A block that is still being written.
    writeFileSync(path, Buffer.concat([a.capture(), Buffer.from([6, 0, 0, 0, 200, 0, 0, 0])]));
    return path;
  }

  async function states(keys: boolean): Promise<string[]> {
    const copy = join(folder, 'copy.pcapng');
    saveRecording(await recording(), copy, keys);
    const opened = openBytes(new Uint8Array(readFileSync(copy)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    return [...opened.messages()].map(({ message, state }) => `${message} ${state}`);
  }

  it('is saved with its keys, and opens', async () =>
    expect(await states(true)).toEqual(['InitHello decoded', 'RespHello decoded', 'InitDone decoded']));

  it('is for its owner alone with them, also in place of a file that was not', async () => {
    const copy = join(folder, 'open.pcapng');
    writeFileSync(copy, 'old', { mode: 0o644 });
    chmodSync(copy, 0o644);
    const from = await recording();
    chmodSync(from, 0o644);
    saveRecording(from, copy, true);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(readFileSync(copy)).toEqual(readFileSync(from));
  });

  it('leaves no file where the port is taken', async () => {
    const taken = createSocket('udp4').bind(0, '127.0.0.1');
    await once(taken, 'listening');
    const path = join(folder, 'never.pcapng');
    const wish = { protocol: 'p2pke', transport: 'udp', direction: 'listen', role: '', mode: 'automatic' } as const;
    const address = `127.0.0.1:${taken.address().port}`;
    const started = startNode(
      1,
      { ...wish, address, faults: [], identity: '', identityKind: '' },
      { tree: {}, protocols, allow: [] },
      path,
      () => {},
    );
    await expect(started).rejects.toThrow('is taken');
    expect(existsSync(path)).toBe(false);
    taken.close();
  });

  it('is removed a day after it was written to last, once the process that made it is gone', async () => {
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const parent = join(folder, 'nodes');
    const names = [String(ended.pid), String(process.pid), 'other'];
    const recording = join(parent, String(ended.pid), 'recording.pcapng');
    const seconds = Date.now() / 1000;
    const [today, before] = [seconds - 23 * 3600, seconds - 25 * 3600];
    for (const name of names) mkdirSync(join(parent, name), { recursive: true });
    writeFileSync(recording, '');
    const age = (name: string, at: number): void => utimesSync(join(parent, name), at, at);
    for (const name of names) age(name, before);
    utimesSync(recording, today, today);
    sweepFolders(parent);
    expect(readdirSync(parent).sort()).toEqual(names.sort());
    utimesSync(recording, before, before);
    age(String(ended.pid), today);
    sweepFolders(parent);
    expect(existsSync(recording)).toBe(true);
    age(String(ended.pid), before);
    sweepFolders(parent);
    expect(readdirSync(parent).sort()).toEqual([String(process.pid), 'other'].sort());
    sweepFolders(join(folder, 'missing'));
  });

  it('is saved without them, and stays closed', async () => {
    expect(await states(false)).toEqual(['InitHello decoded', 'RespHello encrypted', 'InitDone encrypted']);
    expect(readFileSync(join(folder, 'copy.pcapng')).includes('P2PKE')).toBe(false);
  });
});
