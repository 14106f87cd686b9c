/** Modules of the user's own: loaded again with what they import, and told of by file, line and column. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { ProtocolPlan } from '../../../extension/author/plan.ts';
import { moduleText, scriptText } from '../../../extension/author/template.ts';
import { faultOf, type ModuleFault } from '../../../extension/capture/modulefault.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { golden } from './help.ts';

const folder = mkdtempSync(join(tmpdir(), 'modules-'));
const node = ['--import', 'tsx'];
const child = spawn(process.execPath, [...node, join(import.meta.dirname, 'loading.ts')], {
  cwd: project,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
afterAll(() => {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
});

interface Loading {
  /** Of the first protocol: the module's, where it could be used. */
  readonly title: string;
  readonly problems: readonly string[];
  readonly faults: readonly ModuleFault[];
  readonly files: readonly string[];
}

async function load(path: string): Promise<Loading> {
  child.stdin.write(`${JSON.stringify(path)}\n`);
  return JSON.parse((await answers.next()).value);
}

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number | null;
}

/** The command in a process of its own. */
async function command(...args: string[]): Promise<Ran> {
  const run = promisify(execFile)(process.execPath, [...node, join(project, 'extension', 'cli', 'main.ts'), ...args], {
    cwd: project,
  });
  return run.then(
    ({ stdout, stderr }) => ({ out: stdout, err: stderr, status: 0 }),
    ({ stdout, stderr, code }) => ({ out: stdout, err: stderr, status: code }),
  );
}

const decode = (module: string, ...more: string[]): Promise<Ran> =>
  command('decode', golden('p2pke_a.pcapng'), '--protocol', module, ...more);

let time = 1_700_000_000;

/** A file that has changed, whatever the clock of the disk. */
function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, ++time, time);
  return path;
}

const module = (more: string): string =>
  `export default (library) => library.defineProtocol({
  id: 'own', title: ${more}, document: 'x', names: ['x'], keys: [], rules: [],
  recognise: () => 0, observe: () => ({ conversation: () => ({}), end() {} }), dissect: () => undefined,
});\n`;

describe('a module', () => {
  it('is loaded again once it changes, or what it imports does, and not before', async () => {
    write('inner.mjs', "export const name = 'one';\nexport const load = Math.random();\n");
    write('words.mjs', "export { name, load } from './inner.mjs';\n");
    const path = write('own.mjs', `import { name, load } from './words.mjs';\n${module("name + ' ' + load")}`);
    const titleNow = async () => (await load(path)).title;
    const first = await titleNow();
    expect(first).toMatch(/^one /);
    expect(await titleNow()).toBe(first);
    write('inner.mjs', "export const name = 'two';\nexport const load = 2;\n");
    expect(await titleNow()).toBe('two 2');
    write('own.mjs', module("'three'"));
    expect(await titleNow()).toBe('three');
  });

  it('tells its files, what it imports among them', async () => {
    const inner = write('deep.mjs', "export const name = 'deep';\n");
    const path = write('top.mjs', `import { name } from './deep.mjs';\nimport 'node:fs';\n${module('name')}`);
    expect((await load(path)).files).toEqual([path, inner]);
    expect((await load(folder)).problems).toEqual([`The protocol module ${folder} cannot be used. It is a folder.`]);
    // Another one that cannot be read is watched, too: it may come.
    const none = join(folder, 'none.mjs');
    expect((await load(none)).files).toEqual([none]);
  });

  it.each([
    ['syntax.mjs', 'export default () => {\n  const a = ;\n};\n', 'SyntaxError: Unexpected token', 2, 13, '  const a = ;'],
    ['thrown.mjs', 'export default () => {\n  nosuch();\n};\n', 'ReferenceError: nosuch is not defined', 2, 3, '  nosuch();'],
    ['early.mjs', 'const a = null;\na.b;\n', 'Cannot read properties of null', 2, 3, 'a.b;'],
    [
      'defined.mjs',
      module("'x', explan: 1"),
      'own: a protocol has no "explan": did you mean "explain"?',
      1,
      37,
      'export default (library) => library.defineProtocol({',
    ],
  ])('%s is told by its place', async (name, text, told, line, column, source) => {
    const path = write(name, text);
    const { faults, problems } = await load(path);
    expect(faults).toMatchObject([{ place: { path, line, column }, isPlaced: true }]);
    expect(problems[0]).toContain(`The protocol module ${path} cannot be used. ${name}:${line}:${column}: ${told}`);
    expect(problems[0]!.split('\n').slice(1)).toEqual([`  ${source}`, `  ${' '.repeat(column - 1)}^`]);
  });

  it('is told of by the file that is wrong, which it imports', async () => {
    write('broken.mjs', 'export const a = {\n');
    const path = write('importer.mjs', `import { a } from './broken.mjs';\n${module('a')}`);
    const { problems, faults } = await load(path);
    expect(problems[0]).toContain('broken.mjs:2:1: SyntaxError: ');
    expect(faults[0]!.place.path).toBe(join(folder, 'broken.mjs'));
    write('broken.mjs', "export const a = 'mended';\n");
    expect((await load(path)).title).toBe('mended');
  });

  it.each([
    ['empty.mjs', '', 'It has neither a default export nor an export "protocol".'],
    ['missing.mjs', "import './nowhere.mjs';", "Cannot find module '"],
  ])('%s is told in a sentence', async (name, text, told) => {
    const { problems } = await load(write(name, text));
    expect(problems[0]).toContain(told);
    expect(problems[0]).not.toContain('peerscope-module');
  });

  it('in TypeScript is told what it needs', () => {
    const error = Object.assign(new TypeError('Unknown file extension ".ts" for /a/own.ts'), {
      code: 'ERR_UNKNOWN_FILE_EXTENSION',
    });
    expect(faultOf(error, ['/a/own.ts']).text).toMatch(/^A module in TypeScript needs Node 22\.18 or later, and this is v\d/);
  });

  it('that only declares types is refused in a sentence', async () => {
    const { problems } = await load(write('peerscope.d.ts', 'export declare const a: string;\n'));
    expect(problems[0]).toContain('It only declares types. Name the module itself.');
  });

  it('that fails at work says where, in the tree and on standard error', async () => {
    const path = write(
      'fails.mjs',
      module("'x'").replace(
        'recognise: () => 0, observe: () => ({ conversation: () => ({}), end() {} })',
        `recognise: () => 100, observe: () => ({
    conversation: () => ({
      datagramm() {},
    }), end() {} })`,
      ),
    );
    const { err, status } = await decode(path);
    expect(err).toContain(
      'The protocol own failed in "conversation": the observer of a conversation has no "datagramm": did you mean "datagram"?',
    );
    expect(status).toBe(3);
    const throwing = write(
      'throws.mjs',
      module("'x'").replace('recognise: () => 0', "recognise: () => {\n    throw new Error('not today');\n  }"),
    );
    const told = await decode(throwing);
    expect(told.err).toContain('The protocol own failed in "recognise": not today (throws.mjs:4:11)');
  });

  it.each([
    [
      'defineMessages({ id: "m", name: () => "x", looksLike: () => true, head: f, messages: [f], exchang: 1 })',
      '"exchang": did you mean "exchange"?',
    ],
    [
      'defineMessages({ id: "m", name: () => "x", looksLike: () => true, head: f, messages: [f], peer: { fil: 1 } })',
      '"peer" has no "fil": did you mean "fill"?',
    ],
    [
      'defineMessages({ id: "m", name: () => "x", looksLike: () => true, haed: f, messages: [f] })',
      '"haed": did you mean "head"?',
    ],
    [
      'defineMessages({ id: "m", name: () => "x", looksLike: () => true, head: f, messages: [f], rules: [{ id: "r", chek: 1 }] })',
      'the rule r has no "chek": did you mean "check"?',
    ],
    [
      'defineConversation({ id: "c", begins: new Uint8Array(4), *conversation() {}, layer: [] })',
      '"layer": did you mean "layers"?',
    ],
    ['new Layer({ id: "l", title: "l", layout: struct("l", "", []), inf: 1 })', 'the layer l has no "inf": did you mean "info"?'],
  ])('%s is refused', async (call, told) => {
    const path = write(
      'slip.mjs',
      `export default ({ defineConversation, defineMessages, Layer, struct, structForm }) => {\n  const f = structForm('f', struct('f', '', []));\n  return ${call};\n};\n`,
    );
    expect((await load(path)).problems[0]).toContain(told);
  });
});

describe('the active side of a module', () => {
  const plan: ProtocolPlan = { name: 'chat', transport: 'udp', port: 7000, framing: 'u16', noise: undefined };
  const script = write('chat.packet', scriptText(plan));

  it.each([
    [
      'answers.mjs',
      "name === 'ping' ? ['pong', { id }] : undefined",
      'nosuch',
      'nothing came (b: The protocol chat failed in "peer.received": nosuch is not defined (answers.mjs:56:',
    ],
    [
      'fills.mjs',
      'version: 1,\n        type',
      'version: nosuch,\n        type',
      'The protocol chat failed in "peer.fill": nosuch is not defined (fills.mjs:5',
    ],
  ])('in %s is told of by its place', async (name, from, to, told) => {
    const text = moduleText(plan);
    expect(text).toContain(from);
    const { out, status } = await command('run', script, '--protocol', write(name, text.replace(from, to)));
    expect(out).toContain(told);
    expect(status).toBe(1);
  });

  it('says in its own words what a message needs', async () => {
    const text = moduleText(plan).replace(
      'fill: (name, _me, random) => ({',
      "fill: (name, _me, random) => name === 'ping' ? needs() : ({",
    );
    const path = write('needs.mjs', `${text}function needs() {\n  throw new Error('a ping needs an id');\n}\n`);
    expect((await command('run', script, '--protocol', path)).out).toContain(': a ping needs an id\n');
  });
});

describe('a module that does not return', () => {
  it('ends the command, which names module and hook', async () => {
    const path = write('endless.mjs', module("'x'").replace('recognise: () => 0', 'recognise: () => { for (;;); }'));
    const { err, status } = await decode(path, '--limit', 'hookSeconds=1');
    expect(err).toBe(`peerscope: The protocol own did not return from "recognise" within 1 s (limit hookSeconds): ${path}\n`);
    expect(status).toBe(null);
  });
});
