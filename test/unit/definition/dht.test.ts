/** The sample dht over what four nodes of bittorrent-dht 11 sent, and three datagrams made by hand. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import * as library from '../../../dissector/index.ts';
import { fromHex, type Json, type MessageLine, type OpenedCapture, openBytes, type Protocol } from '../../../dissector/index.ts';
// @ts-expect-error: a sample is JavaScript, as a person writes it.
import sample from '../../../media/samples/protocols/dht.js';
import { capture, udpFrame } from '../analysis/packets.ts';
import { noWireshark, run } from '../capture/wireshark.ts';

const protocol = (sample as (given: typeof library) => Protocol)(library);
const path = fileURLToPath(new URL('../../../media/samples/protocols/dht.pcap', import.meta.url));
const bytes = new Uint8Array(readFileSync(path));

function open(content: Uint8Array): OpenedCapture {
  const opened = openBytes(content, { protocols: [protocol] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  return opened;
}

const recorded = open(bytes);
const all: MessageLine[] = [...recorded.messages({ bytes: true })];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const [a, b] = [
  { address: '10.0.0.1', port: 40_000 },
  { address: '10.0.0.2', port: 4000 },
];
const query = (t: string, q = 'ping', id = '0'.repeat(20)) =>
  text(`d1:ad2:id${id.length}:${id}e1:q${q.length}:${q}1:t2:${t}1:y1:qe`);
const answer = (t: string) => text(`d1:rd2:id20:${'1'.repeat(20)}e1:t2:${t}1:y1:re`);

describe('a capture of the DHT', () => {
  it('is decoded whole, each answer with its query', () => {
    expect(all.filter(({ state }) => state !== 'decoded').map(({ n }) => n)).toEqual([43]);
    for (const { n, message } of all.filter((line) => line.message.endsWith('_response'))) {
      const { layers } = recorded.tree(n);
      const answers = layers.at(-1)!.children!.find(({ name }) => name === 'answers')!.value as number;
      const asked = all.find(({ frames }) => frames[0] === answers)!;
      expect(`${asked.message}_response`).toBe(message);
      const back = recorded
        .tree(asked.n)
        .layers.at(-1)!
        .children!.find(({ name }) => name === 'answered_in');
      expect(back?.value).toBe(all[n]!.frames[0]);
    }
  });

  it('has a finding for each datagram that was made by hand, and for no other', () => {
    expect([...recorded.findings()].map(({ frame, rule, text: told }) => [frame, rule, told])).toEqual([
      [43, 'dht.method', 'the method nope is not known'],
      [44, 'dht.message', 'ping ends without its "e"'],
      [45, 'dht.id', 'the id has 3 bytes, not 20'],
    ]);
  });

  it('is encoded again to the same bytes', () => {
    for (const { message, state, bytes: hex } of all) {
      if (state !== 'decoded') continue;
      const form = protocol.messages!.find(({ name }) => name === message)!;
      const whole = fromHex(hex!)!;
      expect(form.encode(form.decode(whole).values)).toEqual(whole);
    }
  });

  interface Told {
    readonly q?: string;
    readonly a?: { readonly target?: string; readonly port?: number };
    readonly r?: { readonly nodes?: readonly { readonly ip: string; readonly port: number }[] };
  }
  it.each<[string, (fields: Told, message: string) => boolean]>([
    ['dht.a.target', ({ a: asked }) => asked?.target !== undefined],
    ['dht.r.nodes.port == 26883', ({ r }) => r?.nodes?.some(({ port }) => port === 26883) === true],
    ['dht.r.nodes.ip == 127.0.0.1 && dht.get_response', ({ r }, message) => message === 'get_response' && r?.nodes !== undefined],
    ['dht.a.port == 16881', ({ a: asked }) => asked?.port === 16881],
    ['dht.q == "put"', ({ q }) => q === 'put'],
  ])('is filtered by %s', (filter, wanted) => {
    const compiled = compileFilter(filter, new FieldCatalog([protocol]));
    if (!('filter' in compiled)) throw new Error(JSON.stringify(compiled));
    const row = new FilterRow(recorded.analysis);
    const found = all.filter(({ n, frames }) => compiled.filter.matches(row.at(frames[0]!, n))).map(({ n }) => n);
    expect(found).toEqual(all.filter(({ fields, message }) => wanted(fields as Told, message)).map(({ n }) => n));
    expect(found.length).toBeGreaterThan(0);
  });

  it.skipIf(noWireshark !== '')(`agrees with tshark on every value${noWireshark}`, () => {
    const ports = [26881, 26882, 26883, 26884].flatMap((port) => ['-d', `udp.port==${port},bt-dht`]);
    const columns = ['bencoded.string', 'bencoded.int', 'id', 'ip', 'port'].flatMap((name) => ['-e', `bt-dht.${name}`]);
    const rows = run('tshark', ['-n', '-r', path, ...ports, '-T', 'fields', '-E', 'separator=/t', ...columns]);
    let compared = 0;
    for (const { n, state, fields, frames } of all) {
      if (state !== 'decoded') continue;
      const [strings = '', ints = '', ids = '', ips = '', nodePorts = ''] = rows[frames[0]! - 1]!.split('\t');
      const own = {
        strings: [] as string[],
        ints: [] as string[],
        ids: [] as string[],
        ips: [] as string[],
        ports: [] as string[],
      };
      flatten(fields as { [name: string]: Json }, own);
      const joined = Object.fromEntries(Object.entries(own).map(([name, values]) => [name, values.join(',')]));
      expect({ n, ...joined }).toEqual({ n, strings, ints, ids, ips, ports: nodePorts });
      compared += Object.values(own).flat().length;
    }
    expect(compared).toBeGreaterThan(500);
  });
});

/** The values of a message in the order of the wire, as tshark lists them. */
function flatten(
  fields: { [name: string]: Json },
  out: { strings: string[]; ints: string[]; ids: string[]; ips: string[]; ports: string[] },
): void {
  for (const [name, value] of Object.entries(fields)) {
    out.strings.push(name);
    if (Array.isArray(value))
      for (const each of value as { id?: string; ip: string; port: number }[]) {
        if (each.id !== undefined) out.ids.push(each.id);
        out.ips.push(each.ip);
        out.ports.push(String(each.port));
      }
    else if (typeof value === 'number') out.ints.push(String(value));
    else if (typeof value === 'object' && value !== null) flatten(value, out);
    else out.strings.push(String(value));
  }
}

describe('a conversation of the DHT', () => {
  const lines = (frames: readonly Uint8Array[], step = 1) => {
    const opened = open(capture(frames, 1_700_000_000, step));
    return {
      found: [...opened.messages()].map(({ message }) => message),
      findings: [...opened.findings()].map(({ rule }) => rule),
    };
  };

  it('is recognised though its first message has a fault', () => {
    const sent = [udpFrame(a, b, text('d1:ad2:id20:')), udpFrame(a, b, query('aa')), udpFrame(b, a, answer('aa'))];
    expect(lines(sent).found).toEqual(['other_response', 'ping', 'ping_response']);
  });

  it('is not taken for one where it is something else', () => {
    expect(lines([udpFrame(a, b, text('d1:xi1ee')), udpFrame(b, a, text('hello'))]).found).toEqual([]);
    expect(lines([udpFrame(a, b, new Uint8Array(0))]).found).toEqual([]);
  });

  it('tells of a query without an answer where the capture goes on, and not where it ends', () => {
    const sent = [udpFrame(a, b, query('aa')), udpFrame(a, b, query('ab')), udpFrame(b, a, answer('ab'))];
    expect(lines(sent, 1).findings).toEqual([]);
    expect(lines(sent, 20).findings).toEqual(['dht.unanswered']);
  });

  it('does not take an answer for that of another side or transaction', () => {
    const sent = [udpFrame(a, b, query('aa', 'find_node')), udpFrame(a, b, answer('aa')), udpFrame(b, a, answer('ab'))];
    expect(lines(sent).found).toEqual(['find_node', 'other_response', 'other_response']);
  });

  it('names no query after a message of another kind, and tells of an id that is no string of bytes', () => {
    const lost = text('d1:ad2:idi7ee1:q4:ping1:t2:ad1:y1:qe');
    const sent = [query('aa', 'error'), query('ab', 'ping_response'), query('ac', 'toString'), lost];
    const { found, findings } = lines(sent.map((bytes) => udpFrame(a, b, bytes)));
    expect(found).toEqual(['other_query', 'other_query', 'other_query', 'ping']);
    expect(findings).toEqual(['dht.method', 'dht.method', 'dht.method', 'dht.id']);
  });

  it('takes text that is not UTF-8 for text', () => {
    const odd = Uint8Array.from([
      ...text('d1:ad2:id20:'),
      ...new Uint8Array(20),
      ...text('e1:q2:'),
      0xff,
      0xfe,
      ...text('1:t2:aa1:y1:qe'),
    ]);
    const opened = open(capture([udpFrame(a, b, query('aa')), udpFrame(a, b, odd)]));
    expect([...opened.findings()].map((each) => each.text)).toEqual(['the method \ufffd\ufffd is not known']);
  });

  it('never throws for broken datagrams', () => {
    let seed = 3;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let round = 0; round < 60; round++) {
      const broken = bytes.slice();
      for (let at = 0; at < 30; at++) broken[24 + random(broken.length - 24)] = random(256);
      const opened = openBytes(broken, { protocols: [protocol] });
      if (!('problem' in opened)) for (const { n } of opened.messages({ bytes: true })) opened.tree(n);
    }
  });
});
