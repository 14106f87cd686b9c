/** Generated dissectors beside our own trees: what travels in clear has the same names and values in tshark. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  protocols as builtIn,
  enhancedPacket,
  type Field,
  interfaceDescription,
  openBytes,
  sectionHeader,
  toHex,
} from '../../../dissector/index.ts';
import { luaDissector, OpenedBlocks } from '../../../dissector/wireshark/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { project, samples } from '../../../extension/workbench/paths.ts';
import { udpFrame } from '../analysis/packets.ts';
import { endsWithFile } from '../endings.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
const golden = join(project, 'test', 'golden');

const folder = mkdtempSync(join(tmpdir(), 'peerscope-lua-'));
endsWithFile(() => rmSync(folder, { recursive: true, force: true }));

/** By the number of the frame: the values of each field, by filter name without its first word. */
type Values = Map<number, Map<string, string[]>>;

function put(values: Values, frame: number, name: string, value: string): void {
  const fields = values.get(frame) ?? new Map<string, string[]>();
  values.set(frame, fields);
  fields.set(name, [...(fields.get(name) ?? []), value]);
}

function textOf({ value }: Field): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  return value instanceof Uint8Array ? (toHex(value).match(/../g) ?? []).join(':') : String(value);
}

/** What our tree has in the captured bytes; empty bytes and null are no field of tshark. */
function ours(field: Field, source: number, path: string, isList: boolean, into: (name: string, value: string) => void): void {
  const own = isList ? path : path === '' ? field.name : `${path}.${field.name}`;
  if (field.generated === true || field.source !== source) return;
  // What a value stands for is computed: the value itself is what is in clear.
  const captured = field.value !== undefined && field.children?.every(({ generated }) => generated) === true;
  if (field.children !== undefined && !captured)
    for (const child of field.children) ours(child, source, own, field.kind === 'list', into);
  else if (field.value !== null && !(field.value instanceof Uint8Array && field.value.length === 0)) into(own, textOf(field));
}

function theirs(node: unknown, word: string, into: (name: string, value: string) => void): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [name, value] of Object.entries(node))
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === 'object') theirs(one, word, into);
      else if (name.startsWith(`${word}.`) && one !== '') into(name.slice(word.length + 1), String(one));
    }
}

async function compared(id: string, capture: string, module: string | undefined, word: string) {
  const { protocols } = await loadProtocols(module === undefined ? [] : [join(samples, module)]);
  const made = luaDissector(protocols.find((each) => each.id === id)!);
  if ('problem' in made) throw new Error(made.problem);
  const isJson = 'json' in protocols.find((each) => each.id === id)!.wire!;
  const script = join(folder, `${id}.lua`);
  writeFileSync(script, made.lua);
  const opened = openBytes(readFileSync(capture), { protocols });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { analysis } = opened;
  const [own, other]: [Values, Values] = [new Map(), new Map()];
  const ports = new Set<number>();
  for (let n = 0; n < analysis.messageCount; n++) {
    const message = analysis.message(n);
    // Sealed data of p2ppacket has the layout of plain data to whoever has no key.
    if (
      message.protocol.id !== id ||
      message.state === 'malformed' ||
      message.state === 'incomplete' ||
      (id === 'p2ppacket' && message.encrypted)
    )
      continue;
    for (const port of message.conversation.ports) ports.add(port);
    // Behind the handshake of a stream not even names are in clear, and of p2p no borders.
    const isStream = message.conversation.transport === 'tcp';
    if (isStream && message.encrypted && id === 'p2p') continue;
    put(own, message.frame, 'message', isStream && message.encrypted ? 'encrypted' : message.name);
    const [layer] = analysis.layersAlone(message);
    for (const child of layer!.children ?? [])
      ours(child, layer!.source, '', false, (name, value) => {
        // A member that is not declared has no field there: it is a line of text.
        if (!isJson || made.lua.includes(`word .. ".${name}"`)) put(own, message.frame, name, value);
      });
  }
  const decodeAs = [...ports].flatMap((port) => [
    '-d',
    `${made.lua.includes('tcp.stream') ? 'tcp' : 'udp'}.port==${port},${word}`,
  ]);
  const args = [
    '-r',
    capture,
    '-X',
    `lua_script:${script}`,
    '--disable-protocol',
    'wg',
    '-T',
    'json',
    '--no-duplicate-keys',
    ...decodeAs,
  ];
  const told = JSON.parse(
    execFileSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  for (const { _source } of told) {
    const frame = Number(_source.layers.frame['frame.number']);
    if (own.has(frame)) theirs(_source.layers, word, (name, value) => put(other, frame, name, value));
  }
  return { own, other };
}

describe.skipIf(!hasTshark)('a generated dissector (skipped where tshark is not installed)', () => {
  it.each([
    ['p2pke', join(golden, 'p2pke_a.pcapng'), undefined, 'p2pke'],
    ['p2pke', join(golden, 'p2pke_b.pcapng'), undefined, 'p2pke'],
    ['p2ppacket', join(golden, 'p2ppacket_a.pcap'), undefined, 'p2ppacket'],
    ['botd', join(golden, 'botd_a.pcapng'), undefined, 'botd'],
    ['p2p', join(golden, 'p2p_a.pcapng'), undefined, 'p2p'],
    ['p2p', join(golden, 'p2p_b.pcapng'), undefined, 'p2p'],
    ['ptpchat', join(golden, 'ptpchat_a.pcapng'), undefined, 'ptpchat'],
    ['ptpchat', join(golden, 'ptpchat_d.pcapng'), undefined, 'ptpchat'],
    ['heartbeat', join(samples, 'heartbeat.pcapng'), 'heartbeat.js', 'heartbeat'],
    ['knock', join(samples, 'protocols/knock.pcapng'), 'protocols/knock.js', 'knock'],
    ['wireguard', join(samples, 'protocols/wireguard.pcapng'), 'protocols/wireguard.js', 'peerscope_wg'],
  ])('of %s agrees on %s', async (id, capture, module, word) => {
    const { own, other } = await compared(id, capture, module, word);
    expect(own.size).toBeGreaterThan(1);
    for (const [frame, fields] of own)
      expect(Object.fromEntries(other.get(frame) ?? []), `frame ${frame}`).toEqual(Object.fromEntries(fields));
  });
});

describe.skipIf(!hasTshark)('a generated dissector of JSON (skipped where tshark is not installed)', () => {
  const { lua } = luaDissector(builtIn.find(({ id }) => id === 'ptpchat')!) as { lua: string };
  const script = join(folder, 'json.lua');
  const file = join(folder, 'json.pcapng');
  const port = 7999;
  const [one, two] = [
    { address: '10.7.0.1', port },
    { address: '10.7.0.2', port },
  ];
  /** The names of the messages, and the channel that they say, in the order of the texts. */
  function read(texts: readonly string[]): { readonly told: readonly string[][]; readonly text: string } {
    writeFileSync(script, lua);
    const frames = texts.map((text) =>
      enhancedPacket({ bytes: udpFrame(one, two, new TextEncoder().encode(text)), seconds: 1_700_000_000, nanos: 0 }),
    );
    writeFileSync(file, Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...frames]));
    const args = ['-r', file, '-X', `lua_script:${script}`, '-d', `udp.port==${port},ptpchat`];
    const run = (more: readonly string[]): string =>
      execFileSync('tshark', [...args, ...more], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = run(['-T', 'fields', '-e', 'ptpchat.message', '-e', 'ptpchat.msg_data.channel']).replace(/\n$/, '').split('\n');
    return { told: lines.map((line) => line.split('\t')), text: run(['-V']) };
  }
  const joined = (channel: string): string => `{"msg_type":"JOIN","msg_data":{"channel":${channel}}}`;

  it('reads texts as JSON has them', () => {
    const texts = ['"plain"', '"\\u00e9\\ud83d\\ude00 \\"q\\" \\/ \\u0041"', '""', '17', '"é\u007f"'];
    const { told, text } = read(texts.map(joined));
    expect(told.map(([name]) => name)).toEqual(texts.map(() => 'JOIN'));
    expect(told.map(([, channel]) => channel)).toEqual(['plain', 'é😀 "q" / A', '', '17', expect.stringMatching(/^é/)]);
    expect(text).not.toContain('Lua Error');
  });

  it('takes no harm of what is none', () => {
    const deep = `{"msg_type":"JOIN","msg_data":${'['.repeat(3_000)}`;
    const texts = [
      '{',
      '{}',
      '[]',
      '17',
      '{"msg_type":7}',
      '{"msg_type":"JOIN"',
      '{"msg_type":"JOIN"}}',
      '{"msg_type":"\\ud800"}',
      '{"a" 1}',
      '"',
      '{"msg_type":[{}]}',
      deep,
    ];
    const { told, text } = read([...texts, '{"msg_type":"JOIN","msg_data":[1,{"channel":true},null]}', joined('"last"')]);
    expect(text).not.toContain('Lua Error');
    expect(told.at(-1)).toEqual(['JOIN', 'last']);
    expect(told[6]![0]).toBe('JOIN');
    expect(text).toContain('1 bytes follow the message');
  });
});

describe.skipIf(!hasTshark)('decrypted messages as exported PDUs (skipped where tshark is not installed)', () => {
  it.each(['p2pke', 'p2p', 'botd'])('of %s have the tree of the plaintext, and where they came from', (id) => {
    const name = join(samples, `${id}_a`);
    const opened = openBytes(readFileSync(`${name}.pcapng`), { keys: [readFileSync(`${name}.keys`, 'utf8')] });
    if ('problem' in opened) throw new Error(opened.problem.text);
    const { analysis } = opened;
    const made = luaDissector(analysis.protocols.find((each) => each.id === id)!);
    if ('problem' in made) throw new Error(made.problem);
    const [script, file] = [join(folder, `${id}-opened.lua`), join(folder, `${id}-opened.pcapng`)];
    writeFileSync(script, made.lua);
    const all = Array.from({ length: analysis.messageCount }, (_, n) => n);
    const blocks = new OpenedBlocks(analysis);
    writeFileSync(file, Buffer.concat([...blocks.head, ...all.flatMap((n) => blocks.message(n) ?? [])]));
    const args = ['-r', file, '-X', `lua_script:${script}`, '-T', 'json', '--no-duplicate-keys'];
    const told = JSON.parse(
      execFileSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    const shown = all.map((n) => analysis.message(n)).filter(({ decrypted }) => decrypted === true);
    expect(told).toHaveLength(shown.length);
    expect(shown.length).toBeGreaterThan(3);
    shown.forEach((message, at) => {
      const [own, other]: [Values, Values] = [new Map(), new Map()];
      const form = message.protocol.messages!.find((each) => each.name === message.name);
      const { layers } = told[at]._source;
      const tags = new Map<string, string>();
      theirs(layers, 'exported_pdu', (field, value) => void tags.set(field, value));
      expect(tags.get('orig_fno')).toBe(String(message.frame));
      expect(tags.get('src_port')).toBe(String(message.conversation.ports[message.direction]));
      // Without a layout it is shown as bytes.
      if (form?.tree === undefined || (form.layout ?? form.payload) === undefined) return;
      put(own, 0, 'message', message.name);
      const tree = form.tree(analysis.dissectAlone(message).whole.slice());
      // A proto3 message alone stands in the field of its name.
      const above = form.layout === undefined ? form.payload!.name : '';
      for (const child of tree.children ?? [])
        ours(child, tree.source, above, false, (field, value) => put(own, 0, field, value));
      theirs(layers, id, (field, value) => put(other, 0, field, value));
      expect(Object.fromEntries(other.get(0) ?? []), `message ${message.n}`).toEqual(Object.fromEntries(own.get(0)!));
    });
  });
});
