/** Captures on the loopback interface, with each program that may capture there, and with one that stands in for ssh. */
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { filterProblem, listInterfaces } from '../../../extension/live/asking.ts';
import { LiveCapture, type LiveSink, type Stops } from '../../../extension/live/livecapture.ts';
import { folderWith, Listener, loopback, whyNot } from './help.ts';

const settled = { timeout: 10_000 };

/** Runs the command that it is given on this machine, as a host that a person has logged in to over these ports. */
const ssh = (from: number, to: number): string => `#!/bin/sh
while [ "$1" != "--" ]; do shift; done
SSH_CONNECTION="127.0.0.1 ${from} 127.0.0.1 ${to}"
export SSH_CONNECTION
exec sh -c "$3"
`;

class Collected implements LiveSink {
  heads = 0;
  readonly payloads: string[] = [];

  begin(): void {
    this.heads++;
  }

  write(records: readonly Uint8Array[]): void {
    // Record, Ethernet (or the four bytes of a BSD loopback), IPv4 and UDP headers before it.
    for (const record of records) this.payloads.push(Buffer.from(record).toString('latin1').slice(-6));
  }
}

describe.each(['tcpdump', 'dumpcap', 'ssh'] as const)('a live capture with %s', (name) => {
  const needed = name === 'ssh' ? 'tcpdump' : name;
  const why = process.platform === 'win32' && name === 'ssh' ? ' (skipped: no POSIX shell)' : whyNot(needed);
  describe.skipIf(why !== '')(`on loopback${why}`, () => {
    let folders: readonly string[];
    let listener: Listener;
    const host = name === 'ssh' ? 'build' : undefined;
    const sourceOf = (filter: string) => ({ interface: loopback, filter, host });
    const start = async (filter: string, stops: Stops = {}) => {
      const collected = new Collected();
      const capture = await LiveCapture.start({ source: sourceOf(filter), stops, sinks: [collected], folders });
      return { capture, collected };
    };
    beforeAll(async () => {
      folders = [name === 'ssh' ? folderWith([], { ssh: ssh(5555, 22) }) : folderWith([name])];
      listener = await Listener.open();
    });
    afterAll(() => {
      listener.close();
      for (const folder of folders) rmSync(folder, { recursive: true });
    });

    it('hands over packets while it runs, and stops', async () => {
      const { capture, collected } = await start(`udp port ${listener.port}`);
      await listener.send('first_');
      await vi.waitFor(() => expect(collected.payloads).toEqual(['first_']), settled);
      await listener.send('second', 'third_');
      await vi.waitFor(() => expect(collected.payloads).toEqual(['first_', 'second', 'third_']), settled);
      const end = await capture.stop();
      expect(end).toMatchObject({ packets: 3, dropped: 0, reached: undefined, refusal: undefined });
      expect(collected.heads).toBe(1);
    });

    it('stops by itself after packets, bytes or seconds', async () => {
      const packets = await start(`udp port ${listener.port}`, { packets: 2 });
      await listener.send('one___', 'two___', 'three_');
      expect(await packets.capture.ended).toMatchObject({ packets: 2, reached: 'packets', refusal: undefined });
      const bytes = await start(`udp port ${listener.port}`, { bytes: 24 + 100 });
      await listener.send('one___', 'two___', 'three_');
      const ended = await bytes.capture.ended;
      expect(ended).toMatchObject({ packets: 1, reached: 'bytes' });
      expect(ended.bytes).toBeLessThanOrEqual(124);
      const seconds = await start(`udp port ${listener.port}`, { seconds: 0.1 });
      expect(await seconds.capture.ended).toMatchObject({ packets: 0, reached: 'seconds', refusal: undefined });
    });

    it('does not begin with a filter or an interface that is none', async () => {
      await expect(start('udp prt 7000')).rejects.toMatchObject({ kind: 'filter' });
      const other = { interface: 'nosuch0', filter: '', host };
      await expect(LiveCapture.start({ source: other, stops: {}, sinks: [], folders })).rejects.toMatchObject({
        kind: 'interface',
      });
    });

    it('gives no word of a filter to a shell', async () => {
      const made = join(folders[0]!, 'made');
      for (const filter of [`udp'; touch ${made}; '`, `$(touch ${made})`, `udp\`touch ${made}\``])
        await expect(start(filter)).rejects.toMatchObject({ kind: 'filter' });
      expect(existsSync(made)).toBe(false);
    });

    it('lists the interface', async () => {
      expect((await listInterfaces({ host }, folders)).map((each) => each.name)).toContain(loopback);
    });

    if (host === undefined)
      it('checks a filter before it starts', async () => {
        expect(await filterProblem(sourceOf('udp port 7000'), folders)).toBeUndefined();
        expect(await filterProblem(sourceOf('udp prt 7000'), folders)).toBe('The capture filter cannot be used: syntax error.');
        expect(await filterProblem(sourceOf('port nosuchport'), folders)).toContain("unknown port 'nosuchport'");
      });

    if (host !== undefined)
      it('leaves out the SSH connection that brings it, and no other', async () => {
        const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address() as AddressInfo;
        const [own, other] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
        await Promise.all([once(own, 'connect'), once(other, 'connect')]);
        const folder = folderWith([], { ssh: ssh(own.localPort!, port) });
        const collected = new Collected();
        const source = sourceOf(`tcp port ${port} or udp port ${listener.port}`);
        const capture = await LiveCapture.start({ source, stops: {}, sinks: [collected], folders: [folder] });
        own.write('own___');
        other.write('other_');
        await listener.send('last__');
        await vi.waitFor(() => expect(collected.payloads).toContain('last__'), settled);
        await capture.stop();
        expect(collected.payloads).toContain('other_');
        expect(collected.payloads).not.toContain('own___');
        for (const each of [own, other]) each.destroy();
        server.close();
        rmSync(folder, { recursive: true });
      });
  });
});
