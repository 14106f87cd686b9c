/** The command as it is installed: one file that plain Node runs. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { capture, udpFrame } from '../analysis/packets.ts';
import { bytes, pcap } from '../capture/build.ts';
import { bundled } from './bundle.ts';
import { golden, peerscope, temporary } from './help.ts';

const node = promisify(execFile);
let command: string;

beforeAll(async () => {
  temporary('package.json', JSON.stringify({ type: 'module', version: '9.8.7' }));
  command = await bundled('dist/peerscope.js', `${dirname(temporary('x'))}/dist/peerscope.js`);
});

const start = (...args: string[]) => spawn(process.execPath, [command, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
const manyFrames = (count: number): Uint8Array =>
  pcap(
    true,
    Array.from({ length: count }, (_, index) => ({ seconds: index, data: bytes(new Uint8Array(60)) })),
  );

describe('dist/peerscope.js', () => {
  it('answers as the command does here', async () => {
    const args = ['decode', golden('p2pke_a.pcapng'), '--json'];
    const { stdout, stderr } = await node(process.execPath, [command, ...args]);
    const { out, err } = await peerscope(args);
    expect({ out: stdout, err: stderr }).toEqual({ out, err });
    expect((await node(process.execPath, [command, '--version'])).stdout).toBe('9.8.7\n');
  });

  it('checks a protocol module, with all that it loads for that', async () => {
    const home = dirname(dirname(command));
    mkdirSync(`${home}/dissector`, { recursive: true });
    copyFileSync('dissector/decode.schema.json', `${home}/dissector/decode.schema.json`);
    const { stdout } = await node(process.execPath, [
      ...[command, 'protocol', 'test', 'media/samples/heartbeat.js', 'media/samples/heartbeat.pcapng'],
      ...['--keys', 'media/samples/heartbeat.keys', '--rounds', '1'],
    ]);
    expect(stdout).toContain('heartbeat');
  });

  it('gives its exit status and ends', async () => {
    const child = start('decode', temporary('text', 'no capture'));
    expect(await once(child, 'close')).toEqual([2, null]);
  });

  it('reads a pipe without a word of its own on standard error', async () => {
    const child = start('frames', '--json', '-');
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.stdin.end(manyFrames(10_000));
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(err).toBe('');
    expect(out.match(/\n/g)).toHaveLength(10_000);
  });

  it('ends quietly when whoever reads it goes away', async () => {
    const child = start('frames', '--json', temporary('many.pcap', manyFrames(50_000)));
    let err = '';
    child.stderr.on('data', (chunk) => (err += chunk));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(err).toBe('');
  });

  const module = `
    import { isMainThread } from 'node:worker_threads';
    export default ({ defineProtocol }) => defineProtocol({
      id: 'mine', title: 'Mine', document: 'mine', names: ['one'], keys: [], rules: [],
      recognise: () => 90,
      observe: ({ messages }) => ({
        conversation: ({ id }) => ({
          datagram: (direction, bytes, frame) =>
            messages.add({ conversation: id, direction, frame, name: 0, state: 'decoded', encrypted: false }),
        }),
        end() {},
      }),
      dissect({ bytes, source, start, end }) {
        // The first thread takes its time: others have a share whenever they are there.
        for (const until = performance.now() + 1; isMainThread && performance.now() < until; );
        const value = bytes.slice(start, end);
        const layer = { name: 'mine', kind: 'value', value, source, start, end };
        return { layer, fields: {}, whole: value, info: isMainThread ? 'by the first' : 'by another', missing: [] };
      },
    });`;

  it('prints with further threads, and ends them when whoever reads it goes away', async () => {
    const frame = udpFrame({ address: '10.0.0.1', port: 7 }, { address: '10.0.0.2', port: 7000 }, new Uint8Array(8));
    const path = temporary('datagrams.pcap', capture(Array.from({ length: 6000 }, () => frame)));
    const args = ['decode', path, '--protocol', temporary('mine.mjs', module), '--threads', '2'];
    const { stdout } = await node(process.execPath, [command, ...args], { maxBuffer: 1 << 24 });
    expect(stdout.match(/by (the first|another)/g)).toHaveLength(6000);
    const child = start(...args);
    let err = '';
    child.stderr.on('data', (chunk) => (err += chunk));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(err).toBe('');
  });

  it.skipIf(!existsSync('/dev/full')).each(['decode', 'check', 'info', 'frames'])(
    'says in a sentence that %s cannot write, and exits 3',
    async (name) => {
      const full = openSync('/dev/full', 'w');
      const child = spawn(process.execPath, [command, name, golden('p2pke_b.pcapng')], { stdio: ['ignore', full, 'pipe'] });
      let err = '';
      child.stderr!.on('data', (chunk) => (err += chunk));
      expect(await once(child, 'close')).toEqual([3, null]);
      expect(err).toBe('peerscope: The output cannot be written. There is no space left.\n');
      const mute = spawn(process.execPath, [command, name, golden('p2pke_b.pcapng')], { stdio: ['ignore', full, full] });
      expect(await once(mute, 'close')).toEqual([3, null]);
      closeSync(full);
    },
  );

  it('stops a pipe that goes on after what cannot be read', async () => {
    const child = start('frames', '--json', '-');
    child.stdin.on('error', () => {});
    child.stdin.write(readFileSync(temporary('lie.pcap', pcap(true, [{ data: new Uint8Array(60), captured: 0xffff_ffff }]))));
    expect(await once(child, 'close')).toEqual([2, null]);
  });
});
