/** Values that peers choose, in the tables of a protocol of one's own. */
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cell, ColumnType, TableRow } from '../../../dissector/tables/index.ts';
import { openParquet } from '../../../extension/cli/tables/parquetfile.ts';
import { udpFrame } from '../analysis/packets.ts';
import { pcap } from '../capture/build.ts';
import { jsonLines, lines, peerscope, temporary } from './help.ts';
import { readParquet } from './readparquet.ts';

const folder = dirname(temporary('x'));
const most = 2n ** 64n - 1n;
const [from, to] = [
  { address: '192.0.2.1', port: 4000 },
  { address: '192.0.2.2', port: 7999 },
] as const;
const module = temporary(
  'wide.js',
  `export default ({ bytes, defineMessages, fresh, struct, structForm, uint }) =>
  defineMessages({
    id: 'wide',
    title: 'Wide',
    document: 'none',
    head: structForm('head', struct('wide', 'All.', [uint(2, 'magic', 'WD'), bytes('rest', 'rest', 'Rest.')])),
    messages: [
      structForm('wide', struct('wide', 'All.', [
        uint(2, 'magic', 'WD'),
        uint(8, 'large', 'A number.'),
        fresh('key', bytes('token', 4, 'A key.'), { secret: true }),
        bytes('note', 'rest', 'Any text.', 'utf8'),
      ])),
    ],
    name: () => 'wide',
    looksLike: ({ magic }) => magic === 0x5744,
    ports: [{ transport: 'udp', port: 7999 }],
  });`,
);
const payload = (large: bigint, note: string): Uint8Array => {
  const head = Buffer.alloc(10);
  head.write('WD');
  head.writeBigUInt64BE(large, 2);
  return Buffer.concat([head, Buffer.from('deadbeef', 'hex'), Buffer.from(note)]);
};
const notes = ['a\tb\nc\r\0', '-', '', '(empty)', '\u202e\u001b[31m', '","x":1}', '𝄞'];
const capture = temporary(
  'wide.pcap',
  pcap(
    true,
    notes.map((note, at) => ({ seconds: at, data: udpFrame(from, to, payload(most - BigInt(at), note)) })),
  ),
);
const args = ['decode', capture, '--protocol', module];

describe('hostile values in tables', () => {
  it('come back from Parquet: numbers of 64 bits and texts with any character', async () => {
    const out = join(folder, 'wide');
    expect(await peerscope([...args, '--parquet', out])).toMatchObject({ status: 0 });
    const rows = await readParquet(join(out, 'wide.parquet'));
    expect(rows.map(({ wide_note }) => wide_note)).toEqual(notes);
    expect(rows.map(({ wide_large }) => BigInt.asUintN(64, wide_large))).toEqual(notes.map((_, at) => most - BigInt(at)));
    expect(rows.map(({ fields }) => JSON.parse(fields).note)).toEqual(notes);
  });

  it('leave the value of a secret field out, and no other', async () => {
    const { out: json } = await peerscope([...args, '--json']);
    expect(jsonLines(json).every(({ fields }) => fields.token === 'deadbeef')).toBe(true);
    const { out } = await peerscope([...args, '--format', 'zeek']);
    expect(out).not.toContain('deadbeef');
    expect(out).toContain('"token":"[secret]"');
    expect(out).toContain(String(most));
  });

  it('begin no line and no field of a log of Zeek', async () => {
    const { out, status } = await peerscope([...args, '--format', 'zeek']);
    expect(status).toBe(0);
    const rows = lines(out).filter((line) => !line.startsWith('#'));
    const names = lines(out)
      .find((line) => line.startsWith('#fields'))!
      .split('\t')
      .slice(1);
    expect(rows).toHaveLength(notes.length);
    for (const row of rows) expect(row.split('\t')).toHaveLength(names.length);
    const note = names.indexOf('wide_note');
    expect(rows.slice(0, 4).map((row) => row.split('\t')[note])).toEqual([
      'a\\x09b\\x0ac\\x0d\\x00',
      '\\x2d',
      '(empty)',
      '\\x28empty)',
    ]);
  });

  it('are written as cells: lone surrogates, no time, no number', async () => {
    const types: ColumnType[] = ['time', 'text', 'number', 'texts', 'unsigned'];
    const common = types.map((type) => ({ name: type, type }));
    const rows: Cell[][] = [
      [null, 'a\ud800b', Number.NaN, [], most],
      [-(2n ** 63n), '\0', -0, ['', 'x\ty'], 0n],
    ];
    const path = join(folder, 'cells.parquet');
    const rowOf = (cells: Cell[]): TableRow => ({ columns: { common, fields: [] }, cells }) as unknown as TableRow;
    const file = openParquet(rowOf(rows[0]!), { path, protocol: 'p', omitted: [], rows: 10, bytes: 1_000_000 });
    for (const cells of rows) file.add(rowOf(cells));
    file.close();
    const [first, second] = await readParquet(path);
    expect(first).toMatchObject({ text: 'a\ufffdb', number: Number.NaN, texts: [] });
    expect(first!.time ?? null).toBe(null);
    expect(BigInt.asUintN(64, first!.unsigned)).toBe(most);
    expect(second).toMatchObject({ time: -(2n ** 63n), text: '\0', texts: ['', 'x\ty'] });
  });
});
