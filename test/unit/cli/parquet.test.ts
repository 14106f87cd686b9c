import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn } from '../../../extension/cli/tables/outfolder.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { keysOf } from '../../golden/keys.ts';
import { golden, jsonLines, keyLog, lines, peerscope, temporary } from './help.ts';
import { metadataOf, type Row, readParquet, readTables } from './readparquet.ts';

const capture = golden('p2pke_a.pcapng');
const keys = temporary('good.keys', keyLog);
const folder = dirname(keys);
const captures = ['botd_a', 'p2p_a', 'p2p_b', 'p2pke_a', 'p2pke_b', 'p2ppacket_a', 'ptpchat_a', 'ptpchat_d'];
const pathOf = (name: string): string => golden(`${name}.${name === 'p2ppacket_a' ? 'pcap' : 'pcapng'}`);
let made = 0;
const place = (): string => join(folder, `out-${made++}`);

/** The capture whose last frame came a day later. */
function twoDays(): string {
  const bytes = new Uint8Array(readFileSync(pathOf('p2ppacket_a')));
  const view = new DataView(bytes.buffer);
  const isLittle = view.getUint32(0, true) === 0xa1b2c3d4 || view.getUint32(0, true) === 0xa1b23c4d;
  let last = 24;
  for (let at = 24; at < bytes.length; at += 16 + view.getUint32(at + 8, isLittle)) last = at;
  view.setUint32(last, view.getUint32(last, isLittle) + 86_400, isLittle);
  return temporary('days.pcap', bytes);
}

/** Fields that the protocols declare as secret: `decode --json` prints them, a table never holds them. */
const secretNames = ['inner', 'key_decrypted', 'private'];
const withoutSecrets = (fields: unknown): unknown =>
  JSON.parse(JSON.stringify(fields, (name, value) => (secretNames.includes(name) ? '[secret]' : value)));

/** A row as `decode --json` prints its message, as far as a table has it. */
const asLine = ({ n, time, source, destination, protocol, message, encrypted, decrypted, state, fields, findings }: Row) => ({
  ...{ n: Number(n), time: time === null ? null : `${String(time).slice(0, -9)}.${String(time).slice(-9)}` },
  ...{ src: source, dst: destination, protocol, message, encrypted, decrypted, state },
  ...{ fields: JSON.parse(fields), rules: findings },
});

describe('decode --parquet', () => {
  it.each(
    captures.flatMap(
      (name) =>
        [
          [name, true],
          [name, false],
        ] as const,
    ),
  )('writes what decode --json prints: %s, with keys: %s', async (name, isOpened) => {
    const log = temporary(`${name}.log.keys`, keysOf(name));
    const more = isOpened && keysOf(name) !== '' ? ['--keys', log] : [];
    const out = place();
    const written = await peerscope(['decode', pathOf(name), ...more, '--parquet', out]);
    const { out: text, status } = await peerscope(['decode', pathOf(name), ...more, '--json']);
    expect(written.status).toBe(status);
    const rows = await readTables(out);
    const printed = jsonLines(text);
    expect(rows.length).toBe(printed.length);
    for (const [
      at,
      { n, time, src, dst, protocol, message, encrypted, decrypted, state, fields, findings },
    ] of printed.entries()) {
      const row = asLine(rows[at]!);
      expect(row).toEqual({
        ...{ n, time, src, dst, protocol, message, encrypted, decrypted: String(decrypted), state },
        fields: withoutSecrets(fields),
        rules: findings.map(({ rule }: { rule: string }) => rule),
      });
      expect(rows[at]!.frame).toBe(BigInt(printed[at].frames.at(-1)));
      expect(rows[at]!.capture).toBe(pathOf(name));
      for (const [column, value] of Object.entries(rows[at]!)) {
        const field = column.startsWith(`${protocol}_`) ? column.slice(protocol.length + 1) : undefined;
        if (field !== undefined && value !== null) expect(String(value)).toBe(String(row.fields[field]));
      }
    }
  });

  it('has a column for each field that is one value, typed by its declaration', async () => {
    const out = place();
    await peerscope(['decode', capture, '--keys', keys, '--parquet', out]);
    const rows = await readParquet(join(out, 'p2pke.parquet'));
    const { out: text } = await peerscope(['decode', capture, '--keys', keys, '--json']);
    expect(rows.map(({ p2pke_counter }) => Number(p2pke_counter))).toEqual(jsonLines(text).map(({ fields }) => fields.counter));
    expect(rows.filter(({ p2pke_data }) => p2pke_data === '70b2')).toHaveLength(1);
  });

  it('holds no byte of a key, and what was decrypted', async () => {
    for (const name of captures.filter((each) => /^[A-Z]/m.test(keysOf(each)))) {
      const out = place();
      await peerscope(['decode', pathOf(name), '--keys', temporary('all.keys', keysOf(name)), '--parquet', out]);
      const written = (await readTables(out)).flatMap((row) => Object.values(row).map(String)).join('\n');
      const secrets = lines(keysOf(name)).flatMap((line) =>
        line.split(/\s+/).filter((word) => word.length >= 16 && !/^[A-Z0-9]+_[A-Z0-9_]+$/.test(word)),
      );
      expect([name, secrets.length > 0]).toEqual([name, true]);
      for (const secret of secrets) expect(written).not.toContain(secret);
    }
    const out = place();
    await peerscope(['decode', capture, '--parquet', out]);
    expect((await readTables(out)).some(({ p2pke_data }) => p2pke_data === '70b2')).toBe(false);
  });

  it.each([
    ['p2p_a', 'private'],
    ['ptpchat_d', 'key_decrypted'],
  ])('holds no secret that messages reveal: %s, %s', async (name, field) => {
    const more = ['--keys', temporary('revealing.keys', keysOf(name))];
    const out = place();
    await peerscope(['decode', pathOf(name), ...more, '--parquet', out]);
    const revealed = jsonLines((await peerscope(['decode', pathOf(name), ...more, '--json'])).out).flatMap(
      ({ fields }) => fields[field] ?? [],
    );
    expect(revealed.length).toBeGreaterThan(0);
    const written = (await readTables(out)).flatMap((row) => Object.values(row).map(String)).join('\n');
    for (const secret of revealed) expect(written).not.toContain(secret);
  });

  it('writes row groups of as many rows as the limit says', async () => {
    const out = place();
    await peerscope(['decode', capture, '--parquet', out, '--limit', 'tableRows=4']);
    const { row_groups, num_rows } = metadataOf(join(out, 'p2pke.parquet'));
    expect(row_groups.map(({ num_rows: count }) => Number(count)).slice(0, -1)).toEqual(
      Array.from({ length: Math.ceil(Number(num_rows) / 4) - 1 }, () => 4),
    );
    const small = place();
    await peerscope(['decode', capture, '--parquet', small, '--limit', 'tableBytes=2000']);
    expect(metadataOf(join(small, 'p2pke.parquet')).row_groups.length).toBeGreaterThan(2);
    expect(await readTables(small)).toEqual(await readTables(out));
  });

  it('refuses a folder that stands there, and replaces tables alone', async () => {
    const out = place();
    await peerscope(['decode', capture, '--parquet', out]);
    const before = readFileSync(join(out, 'p2pke.parquet'));
    const again = await peerscope(['decode', capture, '--keys', keys, '--parquet', out]);
    expect(again).toMatchObject({ status: 3, err: `peerscope: ${out} exists. --force replaces it.\n` });
    expect(readFileSync(join(out, 'p2pke.parquet'))).toEqual(before);
    expect((await peerscope(['decode', capture, '--keys', keys, '--parquet', out, '--force'])).status).toBe(0);
    expect(readFileSync(join(out, 'p2pke.parquet'))).not.toEqual(before);
    writeFileSync(join(out, 'notes.txt'), 'mine');
    const mine = await peerscope(['decode', capture, '--parquet', out, '--force']);
    expect(mine).toMatchObject({ status: 3, err: `peerscope: ${out} is not replaced: it holds notes.txt, which is no table.\n` });
    expect(readFileSync(join(out, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('leaves nothing where it fails', async () => {
    const own = join(folder, 'failing');
    mkdirSync(own);
    expect((await peerscope(['decode', temporary('none', 'no capture'), '--parquet', join(own, 'out')])).status).toBe(2);
    const days = ['--partition', 'day', '--limit', 'tableFiles=1'];
    const many = await peerscope(['decode', twoDays(), '--parquet', join(own, 'out'), ...days]);
    expect(many.status).toBe(3);
    expect(many.err).toContain('needs more files than the limit tableFiles of 1.');
    expect(readdirSync(own)).toEqual([]);
    const deep = await peerscope(['decode', capture, '--parquet', join(own, 'no', 'such', 'folder')]);
    expect(deep).toMatchObject({ status: 3 });
  });

  it('is for its user alone', async () => {
    const out = place();
    await peerscope(['decode', capture, '--parquet', out]);
    expect(statSync(join(out, 'p2pke.parquet')).mode & 0o077).toBe(0);
  });

  it.each([
    ['protocol', 'protocol=p2pke/p2pke.parquet', 'protocol'],
    ['capture', `capture=${encodeURIComponent(capture)}/p2pke.parquet`, 'capture'],
    ['day', 'day=2026-11-21/p2pke.parquet', undefined],
  ])('sorts files by %s', async (partition, path, omitted) => {
    const out = place();
    await peerscope(['decode', capture, '--parquet', out, '--partition', partition]);
    expect(filesIn(out)).toEqual([path]);
    const whole = place();
    await peerscope(['decode', capture, '--parquet', whole]);
    const rows = await readTables(whole);
    for (const row of rows) if (omitted !== undefined) delete row[omitted];
    expect(await readTables(out)).toEqual(rows);
  });

  it('writes what could be read of several captures, and tells of the other', async () => {
    const out = place();
    const bad = temporary('bad.pcap', 'no capture');
    const { status, err } = await peerscope(['decode', capture, bad, pathOf('ptpchat_a'), '--parquet', out]);
    expect(status).toBe(4);
    expect(lines(err).filter((line) => line.includes(bad))).toHaveLength(1);
    expect(filesIn(out)).toEqual(['p2pke.0001.parquet', 'ptpchat.0003.parquet']);
    const alone = place();
    await peerscope(['decode', capture, '--parquet', alone]);
    expect(readFileSync(join(out, 'p2pke.0001.parquet'))).toEqual(readFileSync(join(alone, 'p2pke.parquet')));
    const none = place();
    expect((await peerscope(['decode', bad, bad, '--parquet', none])).status).toBe(2);
    expect(existsSync(none)).toBe(false);
  });

  it('writes the others whole where one capture fails while it is written', async () => {
    const out = place();
    const args = ['--partition', 'day', '--limit', 'tableFiles=1', '--parquet', out];
    const { status, err } = await peerscope(['decode', twoDays(), capture, ...args]);
    expect(status).toBe(3);
    expect(err).toContain('needs more files than the limit tableFiles of 1.');
    expect(filesIn(out)).toEqual(['day=2026-11-21/p2pke.0002.parquet']);
  });

  it('reads a pipe to its end, and a protocol of one’s own', async () => {
    const out = place();
    const { status } = await peerscope(['decode', '-', '--parquet', out], readFileSync(capture));
    expect(status).toBe(0);
    expect((await readTables(out))[0]!.capture).toBe('standard input');
    const beats = place();
    const module = ['--protocol', join(samples, 'heartbeat.js')];
    await peerscope(['decode', join(samples, 'heartbeat.pcapng'), ...module, '--parquet', beats]);
    const { out: text } = await peerscope(['decode', join(samples, 'heartbeat.pcapng'), ...module, '--json']);
    const expected = jsonLines(text);
    expect(expected.length).toBeGreaterThan(0);
    expect((await readParquet(join(beats, 'heartbeat.parquet'))).map(({ fields }) => JSON.parse(fields))).toEqual(
      expected.map(({ fields }) => fields),
    );
  });

  it.each([
    [['--parquet', 'x', '--json'], 'Tables are written instead of printed: they take no --json.'],
    [['--jobs', '2'], '--jobs is of tables: it needs --parquet or --format zeek.'],
    [['--parquet', 'x', '--jobs', '0'], '--jobs takes a number from 1 to 1000: "0" is none.'],
    [['--parquet', 'x', '--partition', 'hour'], '"hour" is no partition: protocol, capture, day.'],
    [['--format', 'sarif'], '"sarif" is no format: text, json, zeek.'],
  ])('refuses %j', async (args, sentence) => {
    expect(await peerscope(['decode', capture, ...args])).toMatchObject({
      status: 3,
      err: `peerscope: ${sentence} See peerscope --help.\n`,
    });
  });
});
