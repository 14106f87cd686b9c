/** The message at a place of a script, before it is sent. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../dissector/bytes/index.ts';
import { openBytes, protocols } from '../../../dissector/index.ts';
import { Choices } from '../../../dissector/protocol/index.ts';
import { parseScript, previewAt, previewCapture, previewProtocol } from '../../../dissector/script/index.ts';
import { samples } from '../../../extension/workbench/paths.ts';

const nodes = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';

async function preview(marked: string) {
  const at = marked.indexOf('<|>');
  return previewAt(marked.replace('<|>', ''), at, protocols, new Choices());
}

async function made(marked: string) {
  const found = await preview(marked);
  if (typeof found === 'string') throw new Error(found);
  return { ...found, hex: toHex(found.bytes) };
}

/** The tree that the inspector shows. */
async function tree(marked: string): Promise<string[]> {
  const found = await made(marked);
  const capture = previewCapture(found);
  if (typeof capture === 'string') throw new Error(capture);
  const opened = openBytes(capture, { protocols: [previewProtocol(found)] });
  if ('problem' in opened) throw new Error(opened.problem.text);
  const { sources, layers } = opened.tree(0);
  const { children = [], source } = layers.at(-1)!;
  const bytes = sources.find(({ id }) => id === source)!.bytes;
  return children.map(({ name, start, end }) => `${name} ${toHex(bytes.subarray(start, end))}`);
}

describe('a preview', () => {
  it('of a packet has its bytes and their tree', async () => {
    expect((await made('p2p DISCONNECT { type: 4, rea<|>son: "bye" }')).hex).toBe('0403627965');
    expect(await tree('p2p DISCONNECT { type: 4, rea<|>son: "bye" }')).toEqual(['type 04', 'reason_size 03', 'reason 627965']);
    expect(await tree('ptpchat JOIN { msg_data: { channel_id: 5 } }<|>')).toEqual([
      expect.stringContaining('msg_type'),
      expect.stringContaining('msg_data'),
    ]);
  });

  it('of what is sent is what a new node would say, with what the script says over it', async () => {
    const plain = await made(`${nodes}send a Init<|>Hello`);
    expect(plain.notes).toEqual(['What is left out is what a node says that has just been started.']);
    const lied = await made(`${nodes}send a Init<|>Hello { counter: 7 }`);
    expect(lied.hex.slice(0, 8)).toBe('00000007');
    expect(lied.hex.slice(8)).toBe(plain.hex.slice(8));
    const flipped = await made(`${nodes}send a InitHello { payload: { auth_claim: { sig: flip(va<|>lid, 1) } } }`);
    expect(flipped.hex).not.toBe(plain.hex);
    expect(flipped.hex).toHaveLength(plain.hex.length);
  });

  it('says what only a session knows', async () => {
    const { notes, hex } = await made(
      `${nodes}expect a data as first\nsend a data { counter: 17, data: concat(01 02, first.da<|>ta) }`,
    );
    expect(hex).toBe('000000110102');
    expect(notes).toContain('first.data is known when the script runs; here it is empty.');
    expect((await made('node a = p2p dial 127.0.0.1:1\nsend a TUNNEL_CRE<|>ATE { id: 5 }')).notes).toEqual([
      'What a session decides is zero or empty here.',
    ]);
  });

  it('leaves out what is none', async () => {
    const whole = await made(`${nodes}send a Init<|>Hello`);
    const without = await made(`${nodes}send a InitHello { payload: { auth_claim: no<|>ne } }`);
    expect(without.hex.length).toBeLessThan(whole.hex.length);
    expect(without.hex.slice(0, 100)).toBe(whole.hex.slice(0, 100));
  });

  it('knows what was defined before', async () => {
    expect((await made('@p = 0a 0b\n### x\n@q = concat(p, p)\np2pke da<|>ta { direction: 0, counter: 1, data: q }')).hex).toBe(
      '000000010a0b0a0b',
    );
    expect(await preview('p2pke da<|>ta { direction: 0, counter: 1, data: q }\n@q = 01 02')).toBe('there is nothing named q.');
    // What cannot be made here matters where it is used.
    expect((await made('@s = env("SECRET")\n@q = 01 02\np2pke da<|>ta { direction: 0, counter: 1, data: q }')).hex).toBe(
      '000000010102',
    );
    const secret = await made('@s = env("SECRET")\np2pke da<|>ta { direction: 0, counter: 1, data: text(s) }');
    expect(secret.hex).toBe('00000001');
    expect(secret.notes).toEqual(['env("SECRET") is known when the script runs; here it is empty.']);
    expect(await preview('@s = s\np2pke da<|>ta { direction: 0, counter: 1, data: s }')).toBe('there is nothing named s.');
  });

  it.each([
    ['<|>', 'No message that is sent stands here.'],
    ['wait<|> 5ms', 'No message that is sent stands here.'],
    ['p2p DIS<|>CONNECT { type: 4 }', /reason/],
    ['p2p DISCO<|>NECT', /there is no message|has no message/],
    [`${nodes}send a dat<|>x`, 'a has no message "datx" that is known.'],
    ['p2pke data { da<|>ta: file("x") }', /p2pke\.direction: expected an integer/],
  ])('of %j says why not', async (marked, why) => {
    expect(await preview(marked)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });

  it.each(readdirSync(samples).filter((file) => file.endsWith('.packet')))(
    'is there for all that %s sends',
    async (file) => {
      const text = readFileSync(join(samples, file), 'utf8');
      const failed: string[] = [];
      for (const { kind, start, end } of parseScript(text).statements) {
        const found = kind === 'send' ? await previewAt(text, start, protocols, new Choices()) : '';
        if (typeof found === 'string' && found !== '') failed.push(`${text.slice(start, end)}: ${found}`);
      }
      expect(failed).toEqual([]);
    },
    60_000,
  );

  it('of a message in a block is that of its first round', async () => {
    const before = '@n = 1\n@n = add(n, 4)\nfor i in [7, 8] {\n  @m = add(i, n)\n';
    expect((await made(`${before}  p2pke da<|>ta { direction: 0, counter: 1, data: uint(m, 2) }\n}`)).hex).toBe('00000001000c');
  });

  it('is there for every message of every node', async () => {
    for (const { id, messages = [], peer } of protocols) {
      if (peer === undefined) continue;
      for (const { name } of messages) {
        const found = await preview(`node a = ${id} dial 127.0.0.1:1\nsend a ${name}<|>`);
        expect(typeof found === 'string' ? `${id} ${name}: ${found}` : '').toBe('');
      }
    }
  }, 60_000);
});
