/** A run that is stopped while it waits: for a time, for a message. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ScriptSections } from '../../../extension/node/scripts/section.ts';
import { quiet } from './start.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-stopping-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const wish = (text: string) => ({
  ...{ run: 7, text, section: 0, tree: {}, modules: [], folder: undefined, answered: {}, until: undefined },
  recording: join(folder, 'run.pcapng'),
});

describe('a run', () => {
  it.each(['wait 900s', 'expect b InitHello within 900s', 'expect b nothing for 900s', 'expect b close within 900s'])(
    'is stopped in "%s", and its socket is free again',
    async (statement) => {
      const port = await freePort();
      const text = `node b = p2p listen 127.0.0.1:${port}\n${statement.replace('InitHello', 'HELLO')}\nwait 1ms\n`;
      const sections = new ScriptSections(quiet);
      const running = sections.run(wish(text));
      const early = await Promise.race([running, new Promise<undefined>((later) => setTimeout(later, 300, undefined))]);
      expect(early).toBeUndefined();
      // Of another run nothing is meant.
      sections.stop(8);
      sections.stop(7);
      const { stopped, failure } = await running;
      expect([stopped, failure]).toEqual([text.indexOf('\n') + 1, undefined]);
      const server = createServer().listen(port, '127.0.0.1');
      await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
      await new Promise((resolve) => server.close(resolve));
    },
  );

  it('that comes to its end says nothing of a stop', async () => {
    const result = await new ScriptSections(quiet).run(wish('wait 1ms\n'));
    expect('stopped' in result).toBe(false);
  });
});
