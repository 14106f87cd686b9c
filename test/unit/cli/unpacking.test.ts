/** A compressed capture that unpacks to very much: to a disk, and all of it is read. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../dissector/bytes/index.ts';
import { enhancedPacket, interfaceDescription, memoryFile, sectionHeader, unpack } from '../../../dissector/capture/index.ts';
import { decompressors } from '../../../extension/capture/decompressors.ts';
import { decompressors as web } from '../../../extension/capture/decompressors.web.ts';
import { GrowingFile } from '../../../extension/capture/growingfile.ts';
import { openFile } from '../../../extension/capture/open.ts';
import { bundled } from './bundle.ts';
import { peerscope, temporary } from './help.ts';

const node = promisify(execFile);
const MiB = 1 << 20;
const ours = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('peerscope-') && name.length === 42);

/** A custom block (RFC draft, 0x40000bad) of a MiB, which says nothing. */
function filler(fill: number): Buffer {
  const block = Buffer.alloc(MiB, fill);
  block.writeUInt32LE(0x4000_0bad, 0);
  block.writeUInt32LE(MiB, 4);
  block.writeUInt32LE(0, 8);
  block.writeUInt32LE(MiB, MiB - 4);
  return block;
}

/** A frame before and one behind so many MiB: gzip members follow each other as they please. */
function bomb(megabytes: number, fill = 0): Buffer {
  const frame = (seconds: number): Uint8Array => enhancedPacket({ bytes: new Uint8Array(60).fill(7), seconds, nanos: 0 });
  const begin = Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), frame(1)]);
  const part = zlib.gzipSync(Buffer.concat(Array.from({ length: 16 }, () => filler(fill))));
  return Buffer.concat([zlib.gzipSync(begin), ...Array.from({ length: megabytes / 16 }, () => part), zlib.gzipSync(frame(2))]);
}

describe('a small file that unpacks to gigabytes', () => {
  it('is read up to 256 MiB, and names the limit unpackRatio; a person may raise it', async () => {
    const small = bomb(320);
    expect(small.length * 100).toBeLessThan(256 * MiB);
    const read = async (limits: typeof defaultLimits) => {
      const { unpacked, unpackedSize, unpackProblem } = await openFile(memoryFile(small), limits);
      unpacked!.close();
      return { unpackedSize, unpackProblem };
    };
    const stopped = await read(defaultLimits);
    expect(stopped.unpackedSize).toBe(256 * MiB);
    expect(stopped.unpackProblem).toMatchObject({ kind: 'limit', limit: 'unpackRatio' });
    const raised = await read({ ...defaultLimits, unpackRatio: 2000 });
    expect([raised.unpackedSize > 320 * MiB, raised.unpackProblem]).toEqual([true, undefined]);
  });
});

describe('a file that grows', () => {
  it.each([0, 5])('gives what was put into it, from memory and from the disk, of bytes %i', (fill) => {
    const file = new GrowingFile();
    const piece = (i: number): Uint8Array => new Uint8Array(MiB + 13).fill(fill).fill(i + 1, 100, 200);
    for (let i = 0; i < 40; i++) expect(file.append(piece(i))).toBe(true);
    file.append(new Uint8Array(3 * MiB));
    expect(file.size()).toBe(40 * (MiB + 13) + 3 * MiB);
    for (const i of [0, 31, 39]) {
      const read = new Uint8Array(MiB + 13);
      expect(file.read(i * read.length, read)).toBe(read.length);
      expect(Buffer.compare(read, piece(i))).toBe(0);
    }
    const rest = new Uint8Array(10).fill(1);
    expect([file.read(file.size() - 4, rest), [...rest]]).toEqual([4, [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]]);
    expect([file.read(file.size(), rest), file.read(file.size() + 9, rest)]).toEqual([0, 0]);
    // On a system where a name can go before its file.
    if (process.platform !== 'win32') expect(ours()).toEqual([]);
    file.close();
    expect(file.size()).toBe(0);
  });
});

describe('where no file can be made', () => {
  const before = process.env.TMPDIR;
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });

  it.skipIf(process.platform === 'win32')('it stays in memory', () => {
    process.env.TMPDIR = temporary('no folder');
    const file = new GrowingFile();
    for (let i = 0; i < 40; i++) expect(file.append(new Uint8Array(MiB).fill(i))).toBe(true);
    const read = new Uint8Array(2);
    expect([file.read(36 * MiB - 1, read), [...read]]).toEqual([2, [35, 36]]);
  });
});

describe('gunzip', () => {
  const plain = Buffer.from('text '.repeat(100_000));
  const packed = zlib.gzipSync(plain);
  const inputs: [string, Buffer][] = [
    ['whole', packed],
    ['several members', Buffer.concat([packed, packed])],
    ['cut short', packed.subarray(0, packed.length - 20)],
    ['broken', Buffer.concat([packed.subarray(0, 100), Buffer.alloc(200, 0xff)])],
    ['none', Buffer.from([0x1f, 0x8b])],
  ];

  it.each(inputs)('of Node gives what that of a browser gives: %s', async (_, bytes) => {
    const both = [decompressors, web].map((each) => unpack(memoryFile(bytes), 'gzip', each));
    const [own, browsers] = await Promise.all(both);
    expect(own!.problem).toEqual(browsers!.problem);
    expect(Buffer.concat(own!.chunks).subarray(0, browsers!.size).equals(Buffer.concat(browsers!.chunks))).toBe(true);
  });
});

describe('a capture that unpacks to much', () => {
  it('is read to its last frame', async () => {
    const { reader, unpacked, unpackedSize, unpackProblem } = await openFile(memoryFile(bomb(64)), defaultLimits);
    while (reader.step(64 * MiB));
    expect([reader.frames.length, unpackProblem]).toEqual([2, undefined]);
    expect(unpackedSize).toBeGreaterThan(64 * MiB);
    expect(reader.frameBytes(1)[0]).toBe(7);
    unpacked!.close();
  });

  it('is cut at the limit, which is named; what comes before is there', async () => {
    const args = ['frames', temporary('bomb.pcapng.gz', bomb(64)), '--limit', `unpackedSize=${40 * MiB}`];
    const { out, err } = await peerscope(args);
    expect(out.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(`over the limit unpackedSize of ${40 * MiB}`);
  });

  it('takes no more memory than one that does not', async () => {
    temporary('package.json', JSON.stringify({ type: 'module', version: '1.0.0' }));
    const command = await bundled('dist/peerscope.js', `${dirname(temporary('x'))}/dist/peerscope.js`);
    const told = 'data:text/javascript,process.on("exit",()=>process._rawDebug(process.resourceUsage().maxRSS))';
    const run = async (name: string, capture: Buffer): Promise<number> => {
      const args = ['--import', told, command, 'info', temporary(name, capture), '--limit', 'unpackRatio=2000'];
      return Number((await node(process.execPath, args)).stderr.trim().split('\n').at(-1)) / 1024;
    };
    // Far below the 768 MiB, far above what the collector is behind on a busy machine.
    expect(await run('large.pcapng.gz', bomb(768, 3))).toBeLessThan(600);
  }, 60_000);
});

describe('a capture that is compressed with Zstandard', () => {
  const { zstdCompressSync } = zlib as { readonly zstdCompressSync?: (bytes: Uint8Array) => Buffer };
  const frames = Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), filler(3)]);

  it.skipIf(zstdCompressSync === undefined)('is read, frame after frame (Node 22.15 or later)', async () => {
    const packed = zstdCompressSync!(frames);
    const { format, unpackedSize, unpackProblem, unpacked } = await openFile(memoryFile(packed), defaultLimits);
    expect({ format, unpackedSize, unpackProblem }).toEqual({
      format: 'pcapng (Zstandard)',
      unpackedSize: frames.length,
      unpackProblem: undefined,
    });
    unpacked!.close();
    const twice = await openFile(memoryFile(Buffer.concat([packed, packed])), defaultLimits);
    expect(twice.unpackedSize).toBe(2 * frames.length);
    twice.unpacked!.close();
    const cut = await unpack(memoryFile(packed.subarray(0, -3)), 'Zstandard', decompressors);
    expect(cut.problem).toMatchObject({ kind: 'incomplete' });
  });

  it.skipIf(zstdCompressSync !== undefined)('is refused where Node does not unpack it, with what to do', async () => {
    const { status, err } = await peerscope(['decode', temporary('capture.pcapng.zst', Buffer.from('28b52ffd64cf12fd', 'hex'))]);
    expect(err).toContain(
      'is compressed with Zstandard, which Peerscope reads with Node 22.15 or later. Unpack it first: zstd -d.',
    );
    expect(status).toBe(2);
  });
});
