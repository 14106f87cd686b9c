/** A protocol of the user's own: the example that is shipped, and modules that are none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samples } from '../../../extension/workbench/paths.ts';
import * as rewrite from '../../fuzz/rewrite.ts';
import { heartbeatCapture, heartbeatKey } from '../library/heartbeat.ts';
import { golden, jsonLines, lines, peerscope, temporary } from './help.ts';

const sample = join(samples, 'heartbeat.pcapng');
const own = ['--protocol', join(samples, 'heartbeat.js')];
const keys = ['--keys', join(samples, 'heartbeat.keys')];
const other = ['--keys', temporary('other.keys', 'HEARTBEAT_KEY 123456\n')];

describe('the example protocol', () => {
  it('has a capture that is built from the published API', () => {
    expect(Buffer.compare(readFileSync(sample), heartbeatCapture())).toBe(0);
    expect(readFileSync(join(samples, 'heartbeat.keys'), 'utf8')).toContain(heartbeatKey);
  });

  it('is decoded, and opened by its keys', async () => {
    const { status, out, err } = await peerscope(['decode', sample, ...own, ...keys, '--json']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const messages = jsonLines(out);
    expect(messages.map(({ protocol, message, state }) => `${protocol} ${message} ${state}`)).toEqual([
      'heartbeat beat decoded',
      'heartbeat beat decoded',
      'heartbeat sealed decoded',
      'heartbeat beat decoded',
      'heartbeat sealed decoded',
      'heartbeat beat incomplete',
    ]);
    expect(messages[0].fields).toEqual({ magic: 0x4842, type: 1, sequence: 1, note: 'good morning' });
    expect(messages[4].fields).toMatchObject({ sequence: 101, text: 'OK so it seems' });
  });

  it.each([
    ['heartbeat.sequence > 3', [1, 3, 4]],
    ['heartbeat.type == sealed', [2, 4]],
    ['heartbeat.note contains "you"', [1]],
    ['heartbeat.text matches "well$"', [2]],
  ])('is filtered by its fields: %s', async (filter, expected) => {
    const { out, err } = await peerscope(['decode', sample, ...own, ...keys, '--json', '--filter', filter]);
    expect(err).toBe('');
    expect(jsonLines(out).map(({ n }) => n)).toEqual(expected);
  });

  it('is readable', async () => {
    const { out } = await peerscope(['decode', sample, ...own]);
    expect(out).toContain('heartbeat beat          1: good morning\n');
    expect(out).toContain('heartbeat sealed        encrypted  2: a sealed note\n');
    expect(out).not.toContain('undefined');
  });

  it('is nothing without its module', async () => {
    expect((await peerscope(['decode', sample, '--json'])).out).toBe('');
  });

  it('is checked', async () => {
    const { status, out } = await peerscope(['check', sample, ...own]);
    expect(status).toBe(1);
    expect(lines(out)).toEqual([
      `${sample}:4 warning heartbeat.sequence message 3: 4 follows 2 (heartbeat, sequence: grows by one)`,
      expect.stringMatching(`^${sample}:6 error heartbeat\\.incomplete message 5: .*4 bytes`),
    ]);
    const { out: log } = await peerscope(['check', sample, ...own, '--format', 'sarif']);
    expect(log).toContain('"id": "heartbeat.sequence"');
  });

  it('is explained', async () => {
    const explain = async (key: string[]) =>
      JSON.parse((await peerscope(['decode', sample, ...own, ...key, '--explain', '2', '--json'])).out);
    const steps = (ok: boolean) => [
      expect.objectContaining({ label: 'HEARTBEAT_KEY', steps: [expect.objectContaining({ ok, inputs: { note: '14 bytes' } })] }),
    ];
    expect(await explain(keys)).toEqual({ n: 2, frame: 3, state: 'decoded', keys_tried: steps(true), missing: [] });
    expect(await explain(other)).toEqual({
      ...{ n: 2, frame: 3, state: 'encrypted', keys_tried: steps(false) },
      missing: [expect.stringContaining('HEARTBEAT_KEY')],
    });
  });

  it('is a protocol that --decode-as knows, beside the others', async () => {
    const { out } = await peerscope(['decode', golden('p2pke_a.pcapng'), ...own, '--decode-as', 'udp → heartbeat', '--json']);
    expect(new Set(jsonLines(out).map(({ protocol }) => protocol))).toEqual(new Set(['heartbeat']));
    const info = await peerscope(['info', golden('p2pke_a.pcapng'), ...own, '--json']);
    expect(Object.keys(JSON.parse(info.out).messages)).toEqual(['p2pke']);
    expect((await peerscope(['frames', sample, ...own])).status).toBe(0);
  });
});

describe('a protocol module', () => {
  const definition = (more: string): string => `({
    id: 'mine', title: 'Mine', document: 'mine', names: ['one'], keys: [], rules: [],
    recognise: () => 0, observe: () => ({ conversation: () => ({}), end() {} }), dissect: () => {}, ${more}
  })`;

  it('may export the protocol itself, as default or by name', async () => {
    const byName = temporary('by-name.mjs', `export const protocol = ${definition('')};`);
    const asDefault = temporary('as-default.mjs', `export default ${definition("id: 'other'")};`);
    const { status } = await peerscope(['info', sample, '--protocol', byName, '--protocol', asDefault]);
    expect(status).toBe(0);
  });

  it.each([
    ['no-export.mjs', 'export const x = 1;', 'It has neither a default export nor an export "protocol".'],
    ['throws.mjs', 'throw new Error("no luck");', 'no luck.'],
    ['broken.mjs', 'export default {', ''],
    ['number.mjs', 'export default 7;', 'A protocol is an object'],
    ['id.mjs', `export default ${definition("id: 'Mine!'")};`, 'The id of a protocol is a word of lower-case letters'],
    [
      'rule.mjs',
      `export default ${definition("rules: [{ id: 'x.y', severity: 'error', clause: '' }]")};`,
      'mine: the id of a rule',
    ],
    [
      'old.mjs',
      `export default ${definition("messages: [{ name: 'one', doc: '', decode() {}, encode() {}, fields: [{ name: 'x', type: 'u8', doc: '' }] }]")};`,
      `mine: the field one.x has a "type" and no "kind": say what it is as data, { type: 'bytes' } say; words for people are its "display".`,
    ],
    ['taken.mjs', `export default ${definition("id: 'p2pke'")};`, 'There is a protocol "p2pke" already.'],
    [
      'layer.mjs',
      `export default ${definition("layers: [{ id: 'tcp', title: 'mine', messages: [] }]")};`,
      'Its layer tcp has the name of a protocol that is there already.',
    ],
  ])('%s is told in a sentence', async (name, source, sentence) => {
    const path = temporary(name, source);
    const { status, out, err } = await peerscope(['decode', sample, '--protocol', path]);
    expect({ status, out }).toEqual({ status: 3, out: '' });
    expect(err).toContain(`peerscope: The protocol module ${path} cannot be used. ${sentence}`);
  });

  it.each([
    ["recognise() { throw new Error('not today'); }", 'failed in "recognise": not today'],
    ["observe() { throw new Error('not today'); }", 'failed in "observe": not today'],
    ["almost() { throw new Error('not today'); }, recognise: () => 0", 'failed in "almost": not today'],
  ])('%s is told in a sentence, and the others decode what is theirs', async (hook, sentence) => {
    const path = temporary('fails.mjs', `export default ${definition(`recognise: () => 1, ${hook}`)};`);
    const other = temporary(
      'other.pcap',
      rewrite.written([{ ...rewrite.packetsOf(readFileSync(golden('p2pke_a.pcapng')))[0]!, payload: Uint8Array.of(1) }]),
    );
    for (const [file, messages] of [
      [golden('p2pke_a.pcapng'), 33],
      [other, 0],
    ] as const) {
      const { status, out, err } = await peerscope(['decode', file, '--json', '--protocol', path]);
      if (hook.startsWith('almost') && messages > 0) continue;
      expect([status, out === '' ? 0 : lines(out).length]).toEqual([3, messages]);
      expect(lines(err).filter((line) => line.includes(sentence))).toHaveLength(1);
    }
  });

  it.each([
    ['observe: () => ({})', 'failed in "conversation": '],
    [
      "observe: () => ({ conversation: () => ({ datagram() { throw new Error('no'); } }) })",
      'failed in "datagram" at frame 1: no',
    ],
    [
      `observe: ({ messages }) => ({ end() {}, conversation: ({ id }) => ({ datagram(direction, bytes, frame) {
        messages.add({ conversation: id, direction, frame, name: 0, state: 'opened', encrypted: true });
      } }) })`,
      'failed in "datagram" at frame 1: The state of a message is decoded, encrypted, malformed, incomplete, not "opened".',
    ],
    ["observe: () => ({ conversation: () => ({}), end() { throw 'a fit'; } })", 'failed in "end": a fit'],
    [
      'observe: () => ({ end() {}, conversation: () => undefined })',
      'failed in "conversation": it gave no observer of the conversation',
    ],
    [
      "observe: () => ({ end() {}, conversation: () => ({}), *settle() { throw new Error('late'); } })",
      'failed in "settle": late',
    ],
  ])('%s that fails with a conversation is told, and the rest is read', async (hook, sentence) => {
    const path = temporary('fails.mjs', `export default ${definition(`recognise: () => 99, ${hook}`)};`);
    const { status, out, err } = await peerscope(['decode', sample, '--protocol', path]);
    expect(status).toBe(3);
    expect(out).toMatch(/in \d+ frames? of \d+ conversations?/);
    expect(err).toContain(`peerscope: The protocol mine ${sentence}`);
  });

  it('that throws at a message costs that conversation alone', async () => {
    const throws = `recognise: ({ ports }) => (ports.includes(7777) ? 99 : 0), observe: () => ({ end() {}, conversation: () => ({ datagram() {
      throw new Error('no luck');
    } }) })`;
    const path = temporary('unlucky.mjs', `export default ${definition(throws)};`);
    const other = rewrite.packetsOf(readFileSync(golden('p2pke_a.pcapng')));
    const own = { ...other[0]!, srcPort: 7777, dstPort: 7778, time: other[0]!.time, payload: Uint8Array.of(1) };
    const file = temporary('mixed.pcap', rewrite.written([own, own, ...other]));
    const { status, out, err } = await peerscope(['decode', file, '--json', '--protocol', path]);
    expect(status).toBe(3);
    expect(err).toBe('peerscope: The protocol mine failed in "datagram" at frame 1: no luck\n');
    const told = jsonLines(out) as { protocol: string; state: string; findings: { rule: string; severity: string }[] }[];
    expect(told.filter(({ protocol }) => protocol === 'p2pke')).toHaveLength(33);
    expect(told.filter(({ protocol }) => protocol === 'mine')).toMatchObject([
      { state: 'malformed', findings: [{ rule: 'mine.module', severity: 'error' }] },
    ]);
    const checked = await peerscope(['check', file, '--protocol', path]);
    expect(checked.status).toBe(3);
    expect(checked.out).toContain('mine.module');
  });

  it.each([
    ["dissect() { throw new Error('not today'); }", 'not today'],
    ['dissect: () => ({ layer: null })', 'it gave no layer, fields, whole, info and missing'],
  ])('that fails to dissect (%s) says so in the message', async (hook, reason) => {
    const observe = `recognise: () => 99, observe: ({ messages }) => ({ end() {}, conversation: ({ id }) => ({
      datagram(direction, bytes, frame) { messages.add({ conversation: id, direction, frame, name: 0, state: 'decoded', encrypted: false }); }
    }) })`;
    const path = temporary(`${reason.length}.mjs`, `export default ${definition(`${observe}, ${hook}`)};`);
    const { status, out } = await peerscope(['decode', sample, '--protocol', path]);
    expect(status).toBe(0);
    expect(out).toContain(`mine one                The protocol mine failed in "dissect": ${reason}\n`);
    expect(jsonLines((await peerscope(['decode', sample, '--json', '--protocol', path])).out)).toHaveLength(6);
  });

  const generating = (declared: string): string =>
    definition(`treeFields: ${declared}, recognise: () => 99, observe: ({ messages }) => ({ end() {}, conversation: ({ id }) => ({
      datagram(direction, bytes, frame) { messages.add({ conversation: id, direction, frame, name: 0, state: 'decoded', encrypted: false }); }
    }) }), dissect({ bytes, source, start, end }) {
      const proof = { name: 'proof', kind: 'value', value: 'it fits', source, start, end, generated: true };
      const layer = { name: 'mine', kind: 'struct', source, start, end, children: [proof] };
      return { layer, fields: {}, whole: bytes.slice(start, end), info: 'one', missing: [] };
    }`);

  it('that adds a generated field without declaring it is told once, and the message is shown', async () => {
    const path = temporary('undeclared.mjs', `export default ${generating('[]')};`);
    const { status, out, err } = await peerscope(['decode', sample, '--protocol', path, '--json']);
    expect(status).toBe(0);
    expect(jsonLines(out)).toHaveLength(6);
    expect(lines(err)).toEqual([
      'peerscope: The protocol mine adds a generated field "proof" that is not among its "treeFields": no filter knows it.',
    ]);
    const filtered = await peerscope(['decode', sample, '--protocol', path, '--filter', 'mine.proof']);
    expect(filtered.status).toBe(3);
  });

  it('that declares its generated fields has filters by them', async () => {
    const path = temporary(
      'declared.mjs',
      `export default ${generating("[{ name: 'proof', kind: { type: 'text' }, doc: 'Why.' }]")};`,
    );
    const filter = ['--filter', 'mine.proof == "it fits"'];
    const { status, out, err } = await peerscope(['decode', sample, '--protocol', path, '--json', ...filter]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(jsonLines(out)).toHaveLength(6);
  });

  it('without "messages" has no fields to filter by, which is told', async () => {
    const path = temporary('formless.mjs', `export default ${definition('')};`);
    const { status, err } = await peerscope(['decode', sample, '--protocol', path, '--filter', 'mine.sequence > 3']);
    expect(status).toBe(3);
    expect(err).toContain('"mine.sequence" is no field: its protocol declares no "messages", which name them.');
  });

  it('that is not there', async () => {
    const { status, err } = await peerscope(['decode', sample, '--protocol', './nowhere.js']);
    expect({ status, err }).toEqual({
      ...{ status: 3, err: 'peerscope: The protocol module ./nowhere.js cannot be used. There is no such file.\n' },
    });
  });
});
