/** A message that is sent by its lens: the nodes stay open, and what comes late is in the recording. */
import { createSocket, type Socket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/index.ts';
import { ScriptSections, type SectionEvents } from '../../../extension/node/scripts/section.ts';
import { endsWithTest } from '../endings.ts';

/** Answers each datagram when it is told to. */
class LatePeer {
  readonly #socket: Socket = createSocket('udp4');
  readonly #from: number[] = [];

  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    this.#socket.on('message', (_, { port }) => this.#from.push(port));
    endsWithTest(() => this.#socket.close());
    return this.#socket.address().port;
  }

  get heard(): number {
    return this.#from.length;
  }

  answer(): void {
    this.#socket.send(Buffer.alloc(40, 7), this.#from.at(-1)!, '127.0.0.1');
  }
}

const started = (text: string): number => text.indexOf('send');

describe('a message that a person sends', () => {
  let [folder, port, peer] = ['', 0, new LatePeer()];
  const told: { runs: number[]; open: (readonly string[])[] } = { runs: [], open: [] };
  const events: SectionEvents = {
    recording: (run) => told.runs.push(run),
    opened: (open) => told.open.push(open.flatMap(({ nodes }) => nodes)),
  };
  let sections = new ScriptSections(events);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'peerscope-open-'));
    endsWithTest(() => rmSync(folder, { recursive: true, force: true }));
    [told.runs, told.open] = [[], []];
    sections = new ScriptSections(events);
    peer = new LatePeer();
    port = await peer.open();
  });
  const path = () => join(folder, 'run.pcapng');
  const frames = (): number => {
    const capture = openBytes(readFileSync(path()));
    if ('problem' in capture) throw new Error(capture.problem.text);
    return capture.frameCount;
  };
  const run = (text: string, number: number, until: number | undefined) =>
    sections.run({
      ...{ run: number, text, section: 0, tree: {}, modules: [], folder: undefined, answered: {}, until },
      recording: path(),
    });
  const script = () => `node me = p2pke dial 127.0.0.1:${port} manual\nsend me InitHello\n`;

  it('is answered late, and the answer stands in its recording', async () => {
    const result = await run(script(), 1, started(script()));
    expect(result).toMatchObject({ recorded: true });
    expect(told).toEqual({ runs: [1], open: [['me']] });
    await expect.poll(() => peer.heard).toBe(1);
    expect(frames()).toBe(1);
    peer.answer();
    await expect.poll(frames).toBe(2);
    expect(statSync(path()).mode & 0o077).toBe(0);
    await sections.closeAll();
    expect(told.open.at(-1)).toEqual([]);
    // Its socket has gone.
    peer.answer();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(frames()).toBe(2);
  });

  it('takes the place of what is open of the same section', async () => {
    await run(script(), 1, started(script()));
    await run(script(), 2, started(script()));
    expect(told.runs).toEqual([1, 2]);
    expect(told.open).toEqual([['me'], [], ['me']]);
    expect(frames()).toBe(1);
    await sections.closeAll();
  });

  it('stays open also where what is expected after it has not come by then', async () => {
    const text = `${script()}expect me RespHello within 50ms\n`;
    const { failure } = await run(text, 1, started(text));
    expect(failure?.text).toContain('RespHello did not come');
    peer.answer();
    await expect.poll(frames).toBe(2);
    await sections.closeAll();
  });

  it('is not left open by a section that runs to its end, nor where nothing can be run', async () => {
    await run(script(), 1, undefined);
    expect(told).toEqual({ runs: [1], open: [] });
    await run('node me = p2pke dial 127.0.0.1:1 manual\nwait 1ms\n', 2, undefined);
    expect(existsSync(path())).toBe(false);
    await run('send me InitHello\n', 3, 0);
    expect(told).toEqual({ runs: [1], open: [] });
  });
});
