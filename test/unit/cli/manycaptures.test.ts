/** Several captures into tables, by the command as it is installed: a process each. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesIn } from '../../../extension/cli/tables/outfolder.ts';
import { udpFrame } from '../analysis/packets.ts';
import { pcap } from '../capture/build.ts';
import { bundled } from './bundle.ts';
import { golden, keyLog, lines, temporary } from './help.ts';

let command: string;
const folder = dirname(temporary('x'));
const good = ['p2pke_a.pcapng', 'p2pke_b.pcapng', 'botd_a.pcapng'].map(golden);
const keys = temporary('good.keys', keyLog);

beforeAll(async () => {
  temporary('package.json', JSON.stringify({ type: 'module', version: '9.8.7' }));
  command = await bundled('dist/peerscope.js', `${folder}/dist/peerscope.js`);
});

interface Ran {
  readonly status: number | string;
  readonly out: string;
  readonly err: string;
}

function decode(...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [command, 'decode', ...args], (error, out, err) =>
      resolve({ status: error?.code ?? 0, out, err }),
    );
  });
}

const bytesOf = (out: string): [string, string][] =>
  filesIn(out).map((path) => [path, readFileSync(join(out, path)).toString('base64')]);

describe('decode of several captures into tables', () => {
  it.each([
    ['--parquet', 'parquet', []],
    ['--output', 'log', ['--format', 'zeek']],
  ])('gives the same bytes by one process as by four: %s', async (option, end, more) => {
    const [one, four] = [join(folder, `one-${end}`), join(folder, `four-${end}`)];
    const bad = temporary('bad.pcap', 'no capture');
    const args = [good[0]!, bad, ...good.slice(1), '--keys', keys, ...more];
    const ran = [await decode(...args, option, one, '--jobs', '1'), await decode(...args, option, four, '--jobs', '4')];
    expect(ran.map(({ status }) => status)).toEqual([4, 4]);
    expect(ran[0]!.err).toBe(ran[1]!.err);
    expect(lines(ran[0]!.err)).toContainEqual(expect.stringContaining(bad));
    expect(filesIn(one)).toEqual([`botd.0004.${end}`, `p2pke.0001.${end}`, `p2pke.0003.${end}`]);
    expect(bytesOf(four)).toEqual(bytesOf(one));
    expect(lines(ran[0]!.out)).toEqual(filesIn(one).map((path) => join(one, path)));
  });

  it('says once what is wrong with the call, and writes nothing', async () => {
    const out = join(folder, 'none');
    const { status, err } = await decode(...good, '--keys', temporary('empty.keys', 'nonsense'), '--parquet', out);
    expect(status).toBe(3);
    expect(lines(err).filter((line) => line.includes('holds no line that can be used'))).toHaveLength(1);
    expect(existsSync(out)).toBe(false);
  });

  it('writes the others whole where the process of one ends', async () => {
    const module = temporary(
      'ending.js',
      `export default ({ bytes, defineMessages, struct, structForm, uint }) => {
        const form = (name) => structForm(name, struct('ending', 'All.', [uint(1, 'first', 'One.'), bytes('rest', 'rest', 'Rest.')]));
        return defineMessages({
          id: 'ending', title: 'Ending', document: 'none', head: form('head'), messages: [form('ending')],
          name: () => 'ending',
          looksLike: ({ first }) => first === 0xee && process.kill(process.pid, 'SIGKILL'),
          ports: [{ transport: 'udp', port: 7999 }],
        });
      };`,
    );
    const [from, to] = [4000, 7999].map((port) => ({ address: '192.0.2.1', port }));
    const ending = temporary('ending.pcap', pcap(true, [{ seconds: 1, data: udpFrame(from!, to!, Uint8Array.of(0xee, 1)) }]));
    const out = join(folder, 'ending');
    const { status, err } = await decode(ending, good[0]!, '--protocol', module, '--parquet', out);
    expect(status).toBe(70);
    expect(err).toContain(`${ending}: its process was ended by SIGKILL.`);
    expect(filesIn(out)).toEqual(['p2pke.0002.parquet']);
  });

  it('writes the others whole where one is missing', async () => {
    const out = join(folder, 'partly');
    const { status, err } = await decode(...good, golden('no-such.pcapng'), '--parquet', out);
    expect(status).toBe(4);
    expect(err).toContain('no-such.pcapng: There is no such file.');
    expect(filesIn(out)).toHaveLength(3);
  });

  it('loads the library for Parquet where a file is written, and not before', () => {
    const start = readFileSync(command, 'utf8');
    expect(start).not.toContain('ParquetWriter');
    const parts = filesIn(join(folder, 'dist', 'peerscope')).filter((path) => path.endsWith('.js'));
    const holders = parts.filter((path) =>
      readFileSync(join(folder, 'dist', 'peerscope', path), 'utf8').includes('ParquetWriter'),
    );
    expect(holders).toEqual([expect.stringMatching(/^parquetfile-/)]);
  });
});
