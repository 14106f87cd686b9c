/** Hundreds of filters mean here what they mean in tshark 4: the same frames match. One run of tshark answers all of them for a capture. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileFilter, FieldCatalog, FilterRow } from '../../../dissector/filter/index.ts';
import { protocols } from '../../../dissector/protocols/index.ts';
import { analyse, goldenPath } from '../../golden/open.ts';
import { payloadsAlone } from '../capture/wireshark.ts';
import { layered } from './layered.ts';
import { filterTable } from './table.ts';

const version = spawnSync('tshark', ['--version']).stdout?.toString() ?? '';
const why = !/^TShark \(Wireshark\) [4-9]/m.test(version)
  ? ' (skipped: tshark 4 is not installed)'
  : !/with Lua/.test(version)
    ? ' (skipped: tshark has no Lua)'
    : '';

/** A listener for each line of a file; at the end a line for each: its number and the frames, or why it is no filter. */
const script = `
local listeners, found = {}, {}
for filter in io.lines((...)) do
  local frames = {}
  local ok, listener = pcall(Listener.new, 'frame', filter)
  if ok then
    function listener.packet(packet) frames[#frames + 1] = packet.number end
    listeners[#listeners + 1] = listener
  else
    frames = { 'refused: ' .. tostring(listener):gsub('%c', ' ') }
  end
  found[#found + 1] = frames
end
local last = Listener.new('frame')
function last.draw()
  for i, frames in ipairs(found) do print('@' .. i .. ' ' .. table.concat(frames, ',')) end
end
`;

const scratch = mkdtempSync(join(tmpdir(), 'filters-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function theirs(path: string, filters: readonly string[], more: readonly string[]): string[] {
  const [code, list] = [join(scratch, 'ask.lua'), join(scratch, 'filters.txt')];
  writeFileSync(code, script);
  writeFileSync(list, `${filters.join('\n')}\n`);
  const args = ['-n', '-q', '-r', path, ...more, '-X', `lua_script:${code}`, '-X', `lua_script1:${list}`];
  const output = execFileSync('tshark', args, { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 }).toString();
  return Array.from(output.matchAll(/^@\d+ (.*)$/gm), ([, frames]) => frames!);
}

/**
 * What is left out of the comparison: fragments, since a filter here reads the headers of the frame alone and tshark those of the
 * datagram that it put together, and IPv6 where a filter names `ip.src` or its like, which mean addresses of both versions here.
 */
const isAddress = /\bip\.(?:src|dst|addr)\b/;
const catalog = new FieldCatalog(protocols);

function ours(content: Uint8Array, filters: readonly string[]): string[] {
  const analysis = analyse(content);
  const row = new FilterRow(analysis);
  return filters.map((text) => {
    const compiled = compileFilter(text, catalog);
    if ('problem' in compiled) return `refused: ${compiled.problem.text}`;
    const frames = Array.from({ length: analysis.reader.frames.length }, (_, i) => i + 1);
    return frames.filter((frame) => compiled.filter.matches(row.at(frame, -1))).join();
  });
}

const captures: readonly (readonly [name: string, content: () => Uint8Array, more: readonly string[]])[] = [
  ...['p2p_a.pcapng', 'botd_a.pcapng', 'p2pke_a.pcapng', 'p2ppacket_a.pcap', 'ptpchat_d.pcapng'].map(
    (name) => [name, () => readFileSync(goldenPath(name)), payloadsAlone] as const,
  ),
  // Ports decide there what is a tunnel.
  ['tunnels and comments', layered, []],
];

describe.skipIf(why !== '')(`a filter means what it means in tshark${why}`, () => {
  const table = filterTable();
  const decided = new Set<string>();

  it.each(captures)('in %s', (_, content, more) => {
    // Where a segment comes again within a round trip, tshark takes it for one out of order.
    const filters = content === layered ? table : [...table, 'tcp.analysis.retransmission'];
    const bytes = content();
    const path = join(scratch, 'capture');
    writeFileSync(path, bytes);
    const [inFragments, overIpv6] = ours(bytes, ['ip[6:2] & 3f:ff', 'ipv6']).map((frames) => new Set(frames.split(',')));
    const compared = (filter: string, frames: string) =>
      frames
        .split(',')
        .filter((frame) => !inFragments!.has(frame) && !(isAddress.test(filter) && overIpv6!.has(frame)))
        .join();
    const [here, there] = [ours(bytes, filters), theirs(path, filters, more)].map((all) =>
      all.map((frames, i) => compared(filters[i]!, frames)),
    ) as [string[], string[]];
    expect(there).toHaveLength(filters.length);
    const different = filters.flatMap((filter, i) => (here[i] === there[i] ? [] : [{ filter, here: here[i], there: there[i] }]));
    expect(different).toEqual([]);
    const all = Math.max(...here.map(({ length }) => length));
    for (const [i, filter] of filters.entries()) if (here[i] !== '' && here[i]!.length < all) decided.add(filter);
  });

  it('of which hundreds hold for some frames and not for others', () => {
    expect(table.length).toBeGreaterThan(300);
    expect(decided.size).toBeGreaterThan(300);
  });
});
