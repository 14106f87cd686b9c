/** Odd captures, made from a seed: read as they were made, as Wireshark reads them, and as pcap-parser does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CaptureReader } from '../../../dissector/capture/index.ts';
import { Random } from '../../../extension/author/random.ts';
import { indexed } from './build.ts';
import { independent } from './independent.ts';
import { classic, type MadeCapture, oddPcap, oddPcapng, userLink } from './odd.ts';
import { treeCaptures } from './tree.ts';
import { noWireshark, run, tsharkRows } from './wireshark.ts';

const scratch = mkdtempSync(join(tmpdir(), 'odd-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function write(name: string, content: Uint8Array): string {
  const path = join(scratch, name.replace(/\W+/g, '-'));
  writeFileSync(path, content);
  return path;
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const made: [name: string, capture: MadeCapture][] = [
  ...seeds.map((seed): [string, MadeCapture] => [`pcapng, seed ${seed}`, oddPcapng(new Random(seed))]),
  ...Object.entries(classic).flatMap(([name, magic]) =>
    [true, false].map((little): [string, MadeCapture] => [
      `pcap, ${name}, little-endian: ${little}`,
      oddPcap(new Random(magic), magic, little),
    ]),
  ),
];

/** What of a frame is compared: time, lengths, link type, section, interface, comments, bytes. */
const row = (...parts: (string | number)[]) => parts.join(' ');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const time = (seconds: number, nanos: number) => `${seconds}.${String(nanos).padStart(9, '0')}`;

function ours(reader: CaptureReader): string[] {
  const { frames, interfaces } = reader;
  return Array.from({ length: frames.length }, (_, i) => {
    const at = frames.interfaceIndex(i);
    const { section } = interfaces[at];
    const local = at - interfaces.findIndex((one) => one.section === section);
    const moment = frames.hasTime(i) ? time(frames.seconds(i), frames.nanos(i)) : '';
    const lengths = [frames.captured(i), frames.original(i)];
    return row(moment, ...lengths, frames.linkType(i), section, local, reader.comments(i).join(), hex(reader.frameBytes(i)));
  });
}

describe('odd captures', () => {
  it.each(made)('%s, as it was made', (_, { content, frames }) => {
    const reader = indexed(content);
    expect(reader.problems).toEqual([]);
    expect(reader.truncated).toBe(false);
    const expected = frames.map(({ time: moment, data, original, link, section, captureInterface, comments }) => {
      const at = moment === undefined ? '' : time(...moment);
      return row(at, data.length, original, link, section, captureInterface, comments.join(), hex(data));
    });
    expect(ours(reader)).toEqual(expected);
  });
});

describe('classic captures of microseconds', () => {
  const known = made.filter(([name]) => name.startsWith('pcap, micros'));
  it.each(known)('%s, as pcap-parser reads it', async (name, { content }) => {
    const path = write(`independent ${name}`, content);
    const reader = indexed(content);
    const rows = (await independent(path)).map(({ seconds, micros, captured, original, data }) =>
      row(time(seconds, micros * 1000), captured, original, reader.frames.linkType(0), 0, 0, '', data),
    );
    expect(rows).toEqual(ours(reader));
  });
});

describe.skipIf(noWireshark !== '')(`the same as Wireshark${noWireshark}`, () => {
  const shipped = treeCaptures();
  // Files of sections one after the other are a file of sections, which one run of tshark reads.
  const sections = Buffer.concat(made.filter(([name]) => name.startsWith('pcapng')).map(([, { content }]) => content));
  const odd: [string, Uint8Array][] = [['pcapng, all seeds', new Uint8Array(sections)]];
  for (const [name, { content }] of made) if (!name.startsWith('pcapng')) odd.push([name, content]);
  const all = [...odd.map(([name, content]) => ({ name, content, path: write(name, content) })), ...shipped];
  const columns = ['frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.encap_type', 'frame.section_number'];
  const more = ['frame.interface_id', 'frame.comment', 'data.data'];
  /** wtap's numbers of LINKTYPE_ETHERNET and USER3. */
  const linkOf = (encapsulation: number) => (encapsulation === 1 ? 1 : encapsulation - 48 + userLink);

  it('is of captures that there are', () => expect(shipped.length).toBeGreaterThan(5));

  it.each(all)('tshark: $name', ({ content, path }) => {
    const found = tsharkRows(path, [...columns, ...more], [], true);
    // tshark numbers custom blocks, journal entries and system calls as frames, too: they hold no packet (draft-ietf-opsawg-
    // pcapng section 4), and capinfos, as we, does not count them. They alone have no encapsulation.
    const packets = found.filter((one) => one[3] !== '');
    const isOdd = path.startsWith(scratch);
    const theirs = packets.map(([at, captured, original, encapsulation, section, local, comments, data]) => {
      // A classic file has neither sections nor interfaces there; here it is one of each. Of a frame that tshark takes apart
      // it does not give the bytes: those are compared as payloads (test/unit/link).
      const place = [Number(section || 1) - 1, Number(local)];
      return row(at, captured, original, linkOf(Number(encapsulation)), ...place, comments, isOdd ? data : '');
    });
    const rows = ours(indexed(content));
    expect(theirs).toEqual(isOdd ? rows : rows.map((one) => one.replace(/\w+$/, '')));
  });

  it('capinfos: frames, bytes on the wire, earliest and latest time, where frames were cut', () => {
    const paths = all.map(({ path }) => path);
    const found = run('capinfos', ['-T', '-r', '-S', '-c', '-d', '-l', '-a', '-e', ...paths]).map((line) =>
      line.split('\t').slice(2),
    );
    const expected = all.map(({ content }, i) => {
      const { frames } = indexed(content);
      const numbers = Array.from({ length: frames.length }, (_, k) => k);
      const wire = numbers.reduce((sum, k) => sum + frames.original(k), 0);
      const cut = numbers.filter((k) => frames.captured(k) < frames.original(k)).map((k) => frames.captured(k));
      const sizes = cut.length === 0 ? ['n/a', 'n/a'] : [Math.min(...cut), Math.max(...cut)];
      // As many digits as the file's clock has. Nothing where a frame has no time; and capinfos compares seconds in 32 bits,
      // so first and last of the odd captures, which span two centuries, are not the earliest and latest.
      if (paths[i].startsWith(scratch)) found[i].splice(4);
      const times = numbers.map((k) => time(frames.seconds(k), frames.nanos(k))).sort();
      const ends = found[i].length > 4 ? [times[0], times.at(-1)!].map((at, k) => at.slice(0, found[i][4 + k].length)) : [];
      return [...sizes, frames.length, wire, ...ends].map(String);
    });
    expect(found).toEqual(expected);
  });
});
