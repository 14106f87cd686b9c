/** Generated dissectors beside our own trees: what travels in clear has the same names and values in tshark. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Field, openBytes, toHex } from '../../../dissector/index.ts';
import { luaDissector } from '../../../dissector/wireshark/index.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { project, samples } from '../../../extension/workbench/paths.ts';
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
  return value instanceof Uint8Array ? (toHex(value).match(/../g) ?? []).join(':') : String(value);
}

/** What our tree has in the captured bytes; empty bytes are no field of tshark. */
function ours(field: Field, source: number, path: string, isList: boolean, into: (name: string, value: string) => void): void {
  const own = isList ? path : path === '' ? field.name : `${path}.${field.name}`;
  if (field.generated === true || field.source !== source) return;
  if (field.children !== undefined) for (const child of field.children) ours(child, source, own, field.kind === 'list', into);
  else if (!(field.value instanceof Uint8Array && field.value.length === 0)) into(own, textOf(field));
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
      ours(child, layer!.source, '', false, (name, value) => put(own, message.frame, name, value));
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
    ['heartbeat', join(samples, 'heartbeat.pcapng'), 'heartbeat.js', 'heartbeat'],
    ['wireguard', join(samples, 'protocols/wireguard.pcapng'), 'protocols/wireguard.js', 'peerscope_wg'],
  ])('of %s agrees on %s', async (id, capture, module, word) => {
    const { own, other } = await compared(id, capture, module, word);
    expect(own.size).toBeGreaterThan(1);
    for (const [frame, fields] of own)
      expect(Object.fromEntries(other.get(frame) ?? []), `frame ${frame}`).toEqual(Object.fromEntries(fields));
  });
});
