/** The text of generated dissectors, and the command that writes them. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineConversation, defineMessages, Layer, struct, structForm, uint } from '../../../dissector/index.ts';
import { luaDissector } from '../../../dissector/wireshark/index.ts';
import { luaComment, luaText } from '../../../dissector/wireshark/luatext.ts';
import { samples } from '../../../extension/workbench/paths.ts';
import { lines, peerscope } from '../cli/help.ts';
import { endsWithTest } from '../endings.ts';

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerscope-lua-'));
  endsWithTest(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'made');
}

describe('a text in Lua', () => {
  it('ends only where it is meant to', () => {
    expect(luaText('a"b\\c\nd\0')).toBe('"a\\"b\\\\c\\010d\\000"');
    expect(luaComment('one\r\nos.execute("x")\u2028two')).toBe('-- one os.execute("x") two');
    expect(luaComment('[[ open')).toBe('-- [[ open');
  });
});

const doc = 'first line\nos.execute("calc")';
const odd = defineMessages({
  ...{ id: 'odd', title: 'Odd "title"', document: doc },
  head: structForm('one', struct('one', doc, [uint(1, 'kind', doc)])),
  messages: [structForm('one', struct('one', doc, [uint(1, 'a b"c', doc, { names: { 1: 'x"\n' } })]))],
  ...{ name: () => 'one', looksLike: () => true },
  wire: { transport: 'udp', messages: [{ name: 'one', when: [{ at: 0, size: 1, from: 1 }] }] },
});

describe('a dissector of a module', () => {
  it('holds words of the module as texts and comments alone', () => {
    const made = luaDissector(odd);
    const lua = 'lua' in made ? made.lua : '';
    expect(lua).toContain('word .. ".a_b_c"');
    for (const line of lua.split('\n').filter((each) => each.includes('os.execute'))) expect(line).toMatch(/-- .*os\.execute/);
    expect(lua).toContain('add_for_decode_as(proto)');
  });

  it('names the fields of each layer as filters do here', () => {
    const layer = (id: string) => new Layer({ id, title: id, layout: struct(id, '', [uint(1, 'kind', '', { hex: true })]) });
    const layered = defineConversation({
      ...{ id: 'odd', title: 'Odd', document: 'this test', begins: new Uint8Array(4), layers: [layer('outer'), layer('inner')] },
      wire: { transport: 'tcp', messages: [{ name: 'outer', when: [{ at: 0, size: 1, from: 0 }] }] },
      *conversation() {},
    });
    const made = luaDissector(layered);
    const lua = 'lua' in made ? made.lua : '';
    expect(lua).toContain('local word = "outer"');
    expect(lua).toContain('ProtoField.uint8(word .. ".kind", "kind", base.HEX)');
    expect(lua).toContain('ProtoField.uint8("inner.kind", "kind", base.HEX)');
  });

  it.each([
    [{ transport: 'sctp', messages: [] }, 'has the transport udp or tcp'],
    [{ transport: 'sctp', json: 'type' }, 'of JSON has the transport udp or tcp'],
    [{ transport: 'udp', json: '' }, 'in "json" the name of a member'],
    [{ transport: 'udp', messages: [{ name: 'two', when: [] }] }, 'one of "names"'],
    [{ transport: 'udp', messages: [{ name: 'one' }] }, 'has a list "when"'],
    [{ transport: 'udp', messages: [{ name: 'one', when: [{ at: -1, size: 1, from: 0 }] }] }, 'whole numbers'],
  ])('is refused for %j', (wire, why) => {
    const given = { id: 'odd', title: 'Odd', document: 'x', head: odd.messages![0]!, messages: odd.messages!, wire } as never;
    expect(() => defineMessages({ ...(given as object), name: () => 'one', looksLike: () => true } as never)).toThrow(why);
  });
});

describe('the command wireshark', () => {
  it('writes a file a protocol', async () => {
    const folder = newFolder();
    const module = join(samples, 'heartbeat.js');
    const { status, out } = await peerscope(['wireshark', 'p2pke', 'heartbeat', '-o', folder, '--protocol', module]);
    expect(lines(out)).toEqual([join(folder, 'p2pke.lua'), join(folder, 'heartbeat.lua')]);
    expect(readFileSync(join(folder, 'heartbeat.lua'), 'utf8')).toContain('DissectorTable.get("udp.port"):add(7777, proto)');
    expect(status).toBe(0);
  });

  it.each([
    [[], 'needs a protocol'],
    [['p2pke'], 'needs a folder'],
    [['nothing', '-o', 'x'], 'There is no protocol "nothing"'],
  ])('refuses %j', async (args, why) => {
    const { status, err } = await peerscope(['wireshark', ...args]);
    expect(err).toContain(why);
    expect(status).toBe(3);
    expect(existsSync('x')).toBe(false);
  });
});
