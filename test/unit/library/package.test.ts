/** The library as another project has it: packed, unpacked into its node_modules, imported by its published name. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
  for (const file of [
    ...['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'dissector/decode.schema.json', 'dissector/README.md'],
    ...['media/samples/heartbeat.js', 'media/samples/p2pke_a.pcapng'],
  ])
    cpSync(join(project, file), join(source, file));
  for (const name of ['dissector.js', 'peerscope.js']) await bundled(`dist/${name}`, join(source, 'dist', name));
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
  // What npm would install with it.
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const scope of new Set(Object.keys(dependencies).map((name) => name.split('/')[0]!)))
    symlinkSync(join(project, 'node_modules', scope), join(consumer, 'node_modules', scope));
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
  cpSync(golden('p2pke_a.pcapng'), join(consumer, 'session.pcapng'));
  writeFileSync(join(consumer, 'session.keys'), keyLog);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the library', () => {
  it('has nothing of the editor with it', () => {
    expect(existsSync(join(installed, 'dist', 'dissector.js'))).toBe(true);
    for (const file of [
      'dist/extension.cjs',
      'extension',
      'media/inspector',
      'test',
      'dissector/index.ts',
      'media/samples/p2pke_a.pcapng',
    ])
      expect(existsSync(join(installed, file)), file).toBe(false);
    const code = readFileSync(join(installed, 'dist', 'dissector.js'), 'utf8');
    expect(code).not.toMatch(/^import .*from|\brequire\("|import\(/m);
  });

  it('runs the example of its README', () => {
    const section = readFileSync(join(installed, 'dissector', 'README.md'), 'utf8').split('## Read a capture')[1]!;
    const [, example] = /```js\n(.*?)```/s.exec(section)!;
    writeFileSync(join(consumer, 'example.js'), example!);
    const out = node('example.js').trimEnd().split('\n');
    expect(out).toHaveLength(33 + 2);
    expect(out.slice(0, 3)).toEqual(['0 frame 1 InitHello decoded', '1 frame 2 RespHello decoded', '2 frame 3 InitDone decoded']);
    expect(out.slice(-2)).toEqual([expect.stringMatching(/ › UDP › p2pke$/i), '[]']);
  });

  it('reads a handshake as its README shows', () => {
    const section = readFileSync(join(installed, 'dissector', 'README.md'), 'utf8').split('## Use its cryptography')[1]!;
    const [, example] = /```js\n(.*?)```/s.exec(section)!;
    writeFileSync(join(consumer, 'handshake.js'), example!);
    expect(node('handshake.js').trimEnd()).toBe(/\n\/\/ (.*)\n$/.exec(example!)![1]);
  });

  it('exports its cryptography by families', () => {
    const program = `
      import * as peerscope from 'peerscope/dissector';
      for (const family of ['ciphers', 'curves', 'dh', 'hashes', 'noise', 'rsa'])
        console.log(family, Object.keys(peerscope[family]).sort().join(' '));`;
    writeFileSync(join(consumer, 'families.js'), program);
    expect(node('families.js').trimEnd().split('\n')).toEqual([
      'ciphers aesCbc aesCfb8 aesCtr aesGcm chachaPoly xchachaPoly',
      'curves ed25519 ed448 p256 secp256k1 x25519 x448',
      'dh inRange publicOf readPublicKey shared writePublicKey',
      'hashes blake2b blake2s blake3 hkdf hmac keyed sha256 sha384 sha3_256 sha3_384 sha3_512 sha512',
      'noise beginHandshake initialize maxMessageLength mixHash mixKey mixKeyAndHash patternNames readHandshake readPattern readProtocolName rekey secretsInWords secretsOf split sufficientSets tagLength',
      'rsa decryptOaep decryptPkcs1 encryptOaep encryptPkcs1 publicOf readPrivateKey readPublicKey signPkcs1 signPss verifyPkcs1 verifyPss',
    ]);
  });

  it('brings the command line with it', () => {
    const command = join(installed, 'dist', 'peerscope.js');
    expect(node(command, '--version').trim()).toBe(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).version);
    expect(node(command, 'decode', 'session.pcapng')).toContain('33 messages in 33 frames');
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
      '1 4 heartbeat.sequence, 6 heartbeat.message',
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
      export const typed = (protocol: Protocol<{ note: string }, Date>): Protocol => defineProtocol(protocol);
      // @ts-expect-error: a number is no capture
      openBytes(7);`;
    writeFileSync(join(consumer, 'program.ts'), program);
    const strict = [
      '--noEmit',
      '--strict',
      '--target',
      'es2023',
      '--module',
      'nodenext',
      '--skipLibCheck',
      'false',
      '--types',
      '',
    ];
    expect(check(...strict, 'program.ts')).toBe('');
  });
});
