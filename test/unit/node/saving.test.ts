import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { p2pke } from '../../../dissector/protocols/p2pke/index.ts';
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

  it('is saved without them, and stays closed', async () => {
    expect(await states(false)).toEqual(['InitHello decoded', 'RespHello encrypted', 'InitDone encrypted']);
    expect(readFileSync(join(folder, 'copy.pcapng')).includes('P2PKE')).toBe(false);
  });
});
