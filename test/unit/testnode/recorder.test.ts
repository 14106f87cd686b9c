import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { type CaptureReader, enhancedPacket, memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import {
  ConversationTable,
  decodeLayers,
  PacketView,
  parsePacket,
  TcpDirection,
  tcpFlag,
  tcpFrame,
  udpFrame,
} from '../../../dissector/link/index.ts';
import type { Link } from '../../../dissector/protocol/index.ts';
import { type NodeEvent, Recorder } from '../../../dissector/testnode/index.ts';

const missing = spawnSync('tshark', ['--version']).status === 0 ? '' : ' (skipped: tshark is not installed)';
const scratch = mkdtempSync(join(tmpdir(), 'recorder-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function recorded(transport: 'udp' | 'tcp', events: readonly NodeEvent[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  let now = 1_700_000_000_000_000_000n;
  const recorder = new Recorder({
    ...{ transport, secrets: true, application: 'test', now: () => now++ },
    write: (bytes) => void chunks.push(bytes),
  });
  for (const event of events) recorder.record(event);
  recorder.flush();
  return Uint8Array.from(Buffer.concat(chunks));
}

function read(bytes: Uint8Array): CaptureReader {
  const opened = openCapture(memoryFile(bytes));
  if ('problem' in opened) throw new Error(opened.problem.text);
  while (opened.reader.step());
  expect([...opened.reader.problems]).toEqual([]);
  return opened.reader;
}

/** Both directions of each conversation as they are put together again, in the order in which they began. */
function streams(reader: CaptureReader): { readonly sides: readonly string[]; readonly ends: readonly string[] }[] {
  const found: { chunks: Uint8Array[][]; ends: string[]; both: TcpDirection[] }[] = [];
  const view = new PacketView();
  const table = new ConversationTable();
  for (let i = 0; i < reader.frames.length; i++) {
    const content = reader.frameBytes(i);
    parsePacket(content, reader.frames.linkType(i), view);
    const id = table.find(content, view);
    found[id] ??= opened();
    const one = found[id];
    if ((view.flags & tcpFlag.ack) !== 0) one.both[1 - table.direction]!.acknowledge(view.ack);
    const payload = content.subarray(view.payloadStart, view.payloadEnd);
    one.both[table.direction]!.segment(view.seq, view.flags, payload, i + 1, view.payloadStart, view.payloadMissing);
  }
  for (const { both } of found) for (const one of both) one.finish();
  return found.map(({ chunks, ends }) => ({ sides: chunks.map((side) => Buffer.concat(side).toString('hex')), ends }));
}

/** The port that ends each connection, by its RST or first FIN. */
function enders(reader: CaptureReader): number[] {
  const view = new PacketView();
  const ends = new Map<number, number>();
  for (let i = 0; i < reader.frames.length; i++) {
    parsePacket(reader.frameBytes(i), reader.frames.linkType(i), view);
    const other = Math.max(view.srcPort, view.dstPort);
    if ((view.flags & (tcpFlag.fin | tcpFlag.rst)) !== 0 && !ends.has(other)) ends.set(other, view.srcPort);
  }
  return [...ends.values()];
}

function opened() {
  const [chunks, ends]: [Uint8Array[][], string[]] = [[[], []], []];
  const both = [0, 1].map(
    (side) =>
      new TcpDirection({
        data: (bytes) => void chunks[side]!.push(bytes.slice()),
        gap: (length) => void ends.push(`gap ${length}`),
        end: (kind) => void ends.push(kind),
      }),
  );
  return { chunks, ends, both };
}

const linkOf = (id: number, dialled: boolean, v6: boolean): Link => {
  const ip = v6 ? '::1' : '127.0.0.1';
  return { id, dialled, local: { ip, port: 7000 }, remote: { ip, port: 40_000 + id } };
};
const write = fc.record({ link: fc.nat(2), own: fc.boolean(), bytes: fc.uint8Array({ maxLength: 4000 }) });
const fates = fc.array(fc.constantFrom('open', 'closed', 'abrupt'), { minLength: 3, maxLength: 3 });

describe('recorded connections', () => {
  it('give back what was written, whatever was written when', () => {
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 20 }),
        fates,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (writes, fate, dialled, v6, isOwn) => {
          const by = isOwn ? 'own' : 'other';
          const links = [0, 1, 2].map((id) => linkOf(id, dialled, v6));
          const carried = writes.map(({ link, own, bytes }): NodeEvent => {
            const kind = own ? 'sent' : 'received';
            return { kind, link: links[link]!, bytes };
          });
          const closed = links.flatMap((link, index): NodeEvent[] =>
            fate[index] === 'open' ? [] : [{ kind: 'closed', link, why: '', abrupt: fate[index] === 'abrupt', by, ready: true }],
          );
          const begun = links.map((link): NodeEvent => ({ kind: 'opened', link }));
          const reader = read(recorded('tcp', [...begun, ...carried, ...closed]));
          // Who closed it speaks first of the end.
          expect(enders(reader)).toEqual(
            links.flatMap((_, index) => (fate[index] === 'open' ? [] : [isOwn ? 7000 : 40_000 + index])),
          );
          const found = streams(reader);
          for (const [index, { sides, ends }] of found.entries()) {
            const of = (own: boolean) =>
              writes.flatMap((each) => (each.link === index && each.own === own ? [toHex(each.bytes)] : [])).join('');
            // Direction 0 is that of the one who dialled.
            expect(sides).toEqual(dialled ? [of(true), of(false)] : [of(false), of(true)]);
            const how = { open: [], closed: ['fin', 'fin'], abrupt: ['rst'] }[fate[index] as 'open' | 'closed' | 'abrupt'];
            expect(ends).toEqual(how);
          }
          expect(found).toHaveLength(3);
        },
      ),
    );
  });
});

describe('keys of a recording', () => {
  it('are there at once while they are few, and stay below the limit of blocks when they are many', () => {
    const line = (n: number) => `KEY ${n}`;
    const few = Array.from({ length: 128 }, (_, n): NodeEvent => ({ kind: 'key', line: line(n) }));
    expect(read(recorded('udp', few)).secrets).toHaveLength(128);
    const many = Array.from({ length: 100_000 }, (_, n): NodeEvent => ({ kind: 'key', line: line(n) }));
    const { secrets } = read(recorded('udp', many));
    const text = secrets.map(({ bytes }) => new TextDecoder().decode(bytes)).join('');
    expect(text).toBe(many.map((_, n) => `${line(n)}\n`).join(''));
  });
});

const port = fc.nat(0xffff);
const word = fc.nat(0xffff_ffff);
const pair = fc.oneof(fc.tuple(fc.ipV4(), fc.ipV4()), fc.tuple(fc.ipV6(), fc.ipV6()));
const payload = fc.uint8Array({ maxLength: 1500 });
const frame = fc.oneof(
  fc
    .tuple(pair, port, port, payload)
    .map(([[a, b], from, to, bytes]) => udpFrame({ ip: a, port: from }, { ip: b, port: to }, bytes)),
  fc
    .tuple(pair, port, port, payload, word, word)
    .map(([[a, b], from, to, bytes, sequence, acknowledgement]) =>
      tcpFrame({ ip: a, port: from }, { ip: b, port: to }, { sequence, acknowledgement, flags: tcpFlag.psh }, bytes),
    ),
);

function checks(bytes: Uint8Array): string[] {
  const found: string[] = [];
  const look = (fields: ReturnType<typeof decodeLayers>['layers'] | undefined): void => {
    for (const field of fields ?? []) {
      if (field.check !== undefined) found.push(field.check.state);
      look(field.children);
    }
  };
  look(decodeLayers(bytes, 1, bytes.length).layers);
  return found;
}

describe('frames that are made', () => {
  it('have right checksums', () => {
    fc.assert(
      fc.property(frame, (bytes) => {
        expect(checks(bytes).length).toBeGreaterThan(0);
        expect(checks(bytes).filter((state) => state !== 'valid')).toEqual([]);
      }),
    );
  });

  it.skipIf(missing !== '')(`have checksums that are right for tshark too${missing}`, () => {
    const frames = fc.sample(frame, { numRuns: 300, seed: 1 });
    const path = join(scratch, 'frames.pcapng');
    const blocks = frames.map((bytes, n) => enhancedPacket({ bytes, seconds: 1_700_000_000 + n, nanos: 0 }));
    writeFileSync(path, Buffer.concat([recorded('udp', []), ...blocks]));
    const names = ['ip.checksum.status', 'udp.checksum.status', 'tcp.checksum.status'];
    const on = ['ip.check_checksum', 'udp.check_checksum', 'tcp.check_checksum'].flatMap((each) => ['-o', `${each}:TRUE`]);
    const told = spawnSync('tshark', ['-n', '-r', path, ...on, '-T', 'fields', ...names.flatMap((name) => ['-e', name])]);
    const rows = told.stdout.toString().replace(/\n$/, '').split('\n');
    expect(rows).toHaveLength(frames.length);
    // 1: good.
    expect(rows.filter((row) => !/^1?\t(1\t|\t1)$/.test(row))).toEqual([]);
  });
});
