/** What a script computes from a secret is told by its size: as text, as JSON and JUnit, in its recording, and to whoever steps through it. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { ScriptSecrets } from '../../../extension/node/scripts/secrets.ts';
import { ScriptSections } from '../../../extension/node/scripts/section.ts';
import { jsonLines, peerscope, temporary } from '../cli/help.ts';
import { quiet } from './start.ts';

const secret = 'Zq7wKx9vTr3m';
const two = 'node b = p2pke listen 127.0.0.1:0\nnode a = p2pke dial b\n';
const s = 'text(prompt("q"))';

/** Everything that could tell of it: three characters in a row, as they are, backwards, in hex and in base64. */
function told(text: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [secret, [...secret].reverse().join(''), bytes.toString('hex'), Buffer.from(bytes.toReversed()).toString('hex')];
  for (let skip = 0; skip < 3; skip++) forms.push(bytes.subarray(skip, skip + 9).toString('base64'));
  const flipped = Buffer.from(bytes.map((byte) => byte ^ 1));
  forms.push(flipped.toString(), flipped.toString('hex'));
  const pieces = forms.flatMap((form) => Array.from({ length: form.length - 5 }, (_, at) => form.slice(at, at + 6)));
  return pieces.filter((piece) => text.includes(piece));
}

const expressions = [
  s,
  `slice(${s}, 1)`,
  `slice(${s}, 0, 7)`,
  `truncate(${s}, 8)`,
  `flip(${s}, 12)`,
  `concat("A", ${s}, "B")`,
  `text(hex_text(${s}))`,
  `text(base64_text(concat("AB", ${s})))`,
  `repeat(${s}, 3)`,
  `sha256(${s})`,
  `hmac_sha256("key", ${s})`,
  `aes_256_ctr(sha256("k"), repeat(hex(00), 16), ${s})`,
  `encode("p2pke", "data", { direction: 0, counter: 17, data: ${s} })`,
  `uint(length(${s}), 8)`,
  `random(8, length(${s}))`,
  `concat(one, "x")`,
  `concat(slice(one, 2), slice(one, 0, 2))`,
];

describe('what is computed from a secret', () => {
  const sections = expressions.flatMap((value, at) => [
    // It came, and another was expected; it was expected, and another came; what came is expected in a changed form.
    `### sent ${at}\n@one = ${s}\n${two}send a data { data: ${value} }\nexpect b data { data: 01 02 } within 150ms\n`,
    `### said ${at}\n@one = ${s}\n${two}send a data { data: text("other") }\nexpect b data { data: ${value} } within 150ms\n`,
  ]);
  const rest = [
    `${two}send a data { data: ${s} }\nexpect b data as got within 1s\n@again = flip(got.data, 1)\nsend a data { data: text("x") }\nexpect b data { data: again } within 150ms`,
    `${two}send a data { data: ${s} }\nexpect b data as got within 1s\nsend b data { data: got.data }\nexpect a data { data: 00 } within 150ms`,
    `${two}send a data { raw: ${s} }\nexpect b data within 150ms`,
    `${two}send a data { counter: ${s} }`,
    `${two}send a data { data: hex(prompt("q")) }`,
    `${two}send a data { data: base64(prompt("q")) }`,
    `${two}send a data { data: file(concat("dir/", ${s})) }`,
    `${two}send a data { data: file(prompt("q")) }`,
    `${two}send a data { data: text(env(prompt("q"))) }`,
    `${two}send a data { data: encode(prompt("q"), "data", {}) }`,
    `${two}send a data { data: encode("p2pke", prompt("q"), {}) }`,
    `${two}send a data { data: encode("p2pke", "data", { counter: prompt("q") }) }`,
    `${two}send a data { data: uint(length(${s}), length(${s})), counter: multiply(length(${s}), 4294967296) }`,
    `for n in [prompt("q"), prompt("q")] {\nwait 1ms\n@x = hex(n)\n}`,
    'node b = ptpchat listen 127.0.0.1:0 manual\nnode a = ptpchat dial b manual\nsend a HELLO { version: prompt("q") }\nexpect b HELLO { version: "1" } within 500ms',
    'node b = ptpchat listen 127.0.0.1:0 manual\nnode a = ptpchat dial b manual\nsend a HELLO { node_id: prompt("q") }\nexpect b HELLO { version: "1" } within 500ms',
    `node b = ptpchat listen 127.0.0.1:0\nnode a = ptpchat dial b\nsend a HELLO { raw: concat("{", ${s}, "}") }\nexpect b JOIN within 500ms`,
  ].map((statements, at) => `### rest ${at}\n${statements}\n`);
  const script = temporary('secrets.packet', [...sections, ...rest].join(''));

  // At the same time: each waits most of its time for what does not come.
  it.concurrent.each([[[]], [['--json']], [['--junit']]])(
    'is in no failure, and in no comment of a recording: %j',
    async (form) => {
      const folder = join(dirname(script), `recordings${form.join()}`);
      const { out, err } = await peerscope(['run', script, '--set', `q=${secret}`, '--record', folder, ...form]);
      expect(told(out + err)).toEqual([]);
      expect(out.split(/"failure":|<failure|secrets\.packet:\d+: /).length - 1).toBeGreaterThanOrEqual(sections.length);
      expect(out).toMatch(/expected secret, 12 bytes, got another value, 5 bytes/);
      for (const name of readdirSync(folder)) {
        const opened = openCapture(memoryFile([new Uint8Array(readFileSync(join(folder, name)))]));
        if ('problem' in opened) throw new Error(opened.problem.text);
        while (opened.reader.step());
        const comments = Array.from({ length: opened.reader.frames.length }, (_, frame) => opened.reader.comments(frame));
        expect(told(JSON.stringify(comments))).toEqual([]);
      }
    },
  );

  it('is told to no editor, and not offered as what came', async () => {
    const sectionsOfEditor = new ScriptSections(quiet);
    const wanted = { run: 1, section: 0, folder: undefined, answered: { q: secret }, tree: {}, modules: [] };
    for (const text of sections.slice(0, 8)) {
      const recording = join(dirname(script), 'r.pcapng');
      const result = await sectionsOfEditor.run({ ...wanted, text, until: undefined, recording });
      expect(result.failure).toBeDefined();
      expect(told(JSON.stringify(result))).toEqual([]);
      expect(result.failure?.mended).toBeUndefined();
    }
  });

  it('hides nothing else', async () => {
    const text = `### a\n@one = ${s}\n${two}send a data { data: 01 02 }\nexpect b data { data: 03 04 } within 150ms\n`;
    const plain = temporary('plain.packet', text);
    const [ran] = jsonLines((await peerscope(['run', plain, '--json', '--set', `q=${secret}`])).out);
    expect(ran.failure.text).toBe('data came with another data: expected hex(0304), got hex(0102)');
  });
});

describe('secrets', () => {
  const secrets = new ScriptSecrets();
  secrets.add(secret);
  secrets.add(987_654_321);

  it.each([
    secret,
    Buffer.from(secret),
    secret.slice(3, 6),
    Buffer.from(`ab${secret}`).toString('base64'),
    { a: [secret] },
    987_654_321,
  ])('are found in %j', (value) =>
    expect(secrets.holds(value instanceof Buffer ? new Uint8Array(value) : (value as never))).toBe(true),
  );
  it.each(['another', 7, 'ordinary words in a sentence', new Uint8Array(64)])('are not found in %j', (value) =>
    expect(secrets.holds(value)).toBe(false),
  );
  it('are told by their size', () => expect(secrets.without(`"${secret}" fails`)).toBe('"secret, 12 bytes" fails'));
});
