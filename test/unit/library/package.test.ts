/** The library as another project has it: packed, unpacked into its node_modules, imported by its published name. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { project, samples } from '../../../extension/workbench/paths.ts';
import { bundled } from '../cli/bundle.ts';
import { golden, keyLog } from '../cli/help.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerscope-library-'));
const source = join(folder, 'source');
const consumer = join(folder, 'consumer');
const installed = join(consumer, 'node_modules', 'peerscope');
const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: consumer, encoding: 'utf8' });

/** Runs the type checker; what it says, when it is not content. */
function check(...args: string[]): string {
  try {
    return node(compiler, ...args);
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

beforeAll(async () => {
  mkdirSync(join(source, 'dist'), { recursive: true });
  for (const file of ['package.json', '.npmignore', 'README.md', 'LICENSE', 'dissector/decode.schema.json'])
    cpSync(join(project, file), join(source, file));
  await bundled('dist/dissector.js', join(source, 'dist', 'dissector.js'));
  writeFileSync(join(source, 'dist', 'extension.cjs'), 'no part of the library');
  const types = join(source, 'dist', 'types', 'dissector');
  mkdirSync(consumer);
  check('-p', join(project, 'dissector'), '--outDir', types, '--tsBuildInfoFile', join(folder, 'x.tsbuildinfo'));
  // npm packs without the network; what it packs is what `npm install` would put in its place.
  const npm =
    process.env.npm_execpath ?? join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  execFileSync(process.execPath, [npm, 'pack', '--ignore-scripts', '--pack-destination', folder], { cwd: source, stdio: 'pipe' });
  mkdirSync(installed, { recursive: true });
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  execFileSync('tar', ['-xzf', join(folder, `peerscope-${version}.tgz`), '-C', installed, '--strip-components', '1']);
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  cpSync(golden('p2pke_a.pcapng'), join(consumer, 'session.pcapng'));
  writeFileSync(join(consumer, 'session.keys'), keyLog);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the library', () => {
  it('has nothing of the editor with it', () => {
    expect(existsSync(join(installed, 'dist', 'dissector.js'))).toBe(true);
    for (const file of ['dist/extension.cjs', 'extension', 'media', 'test', 'dissector/index.ts'])
      expect(existsSync(join(installed, file)), file).toBe(false);
    const code = readFileSync(join(installed, 'dist', 'dissector.js'), 'utf8');
    expect(code).not.toMatch(/^import .*from|\brequire\("|import\(/m);
  });

  it('runs the example of the README', () => {
    const section = readFileSync(join(project, 'README.md'), 'utf8').split('## As a library')[1]!;
    const [, example] = /```js\n(.*?)```/s.exec(section)!;
    writeFileSync(join(consumer, 'example.js'), example!);
    const out = node('example.js').trimEnd().split('\n');
    expect(out).toHaveLength(33 + 2);
    expect(out.slice(0, 3)).toEqual(['0 frame 1 InitHello decoded', '1 frame 2 RespHello decoded', '2 frame 3 InitDone decoded']);
    expect(out.slice(-2)).toEqual([expect.stringMatching(/ › UDP › p2pke$/i), '[]']);
  });

  it('opens what the example protocol describes, and encodes', () => {
    cpSync(join(samples, 'heartbeat.js'), join(consumer, 'heartbeat.js'));
    cpSync(join(samples, 'heartbeat.pcapng'), join(consumer, 'heartbeat.pcapng'));
    const program = `
      import { readFileSync } from 'node:fs';
      import * as peerscope from 'peerscope/dissector';
      import heartbeat from './heartbeat.js';
      const { encodeStruct, openBytes, struct, uint, toHex } = peerscope;
      const capture = openBytes(readFileSync('heartbeat.pcapng'), { protocols: [heartbeat(peerscope)], decodeAs: ['nonsense'] });
      const states = () => [...capture.messages()].map(({ state }) => state).join(' ');
      console.log(states());
      console.log(capture.giveKeys('HEARTBEAT_KEY c0ffee').added, states());
      console.log(capture.problems.length, [...capture.findings()].map(({ frame, rule }) => frame + ' ' + rule).join(', '));
      console.log(toHex(encodeStruct(struct('pair', '', [uint(1, 'a', ''), uint(2, 'b', '')]), { a: 1, b: 2 })));
      console.log('problem' in openBytes(new Uint8Array(50)));
      console.log(peerscope.protocols.map(({ id }) => id).includes('p2pke'));
      try { capture.tree(6); } catch (error) { console.log(error.message); }`;
    writeFileSync(join(consumer, 'program.js'), program);
    expect(node('program.js').trimEnd().split('\n')).toEqual([
      'decoded decoded encrypted decoded encrypted incomplete',
      '1 decoded decoded decoded decoded decoded incomplete',
      '1 4 heartbeat.sequence, 6 heartbeat.incomplete',
      '010002',
      'true',
      'true',
      'There is no message 6: the capture has 6.',
    ]);
  });

  it('has types that a strict project can use', () => {
    const program = `
      import { defineProtocol, openBytes, type MessageLine, type Protocol } from 'peerscope/dissector';
      const capture = openBytes(new Uint8Array(0), { keys: [''], choices: { 'p2p.cipher': 'aes-256-ctr' } });
      export const lines: MessageLine[] = 'problem' in capture ? [] : [...capture.messages()];
      export const make = (protocol: Protocol): string => defineProtocol(protocol).id;
      // @ts-expect-error: a number is no capture
      openBytes(7);`;
    writeFileSync(join(consumer, 'program.ts'), program);
    const strict = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'nodenext', '--skipLibCheck', '--types', ''];
    expect(check(...strict, 'program.ts')).toBe('');
  });
});
