/** `peerscope protocol`: a new protocol decodes at once, and what is wrong with a module is found. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declarationFile } from '../../../extension/build/declarationfile.ts';
import { declarations } from '../../../extension/build/types.ts';
import { project } from '../../../extension/workbench/paths.ts';
import { jsonLines, peerscope } from './help.ts';

const folder = mkdtempSync(join(tmpdir(), 'protocols-'));
const samples = join(project, 'media', 'samples');

beforeAll(() => {
  declarations();
  declarationFile();
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler of TypeScript says of a module in JavaScript. */
function typeErrors(module: string): string {
  const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const options = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--target', 'es2022', '--module', 'nodenext'];
  try {
    return execFileSync(process.execPath, [compiler, ...options, '--skipLibCheck', 'false', '--types', '', module], {
      encoding: 'utf8',
      // Outside of this project, whose own settings are not meant.
      cwd: dirname(module),
    });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const created: readonly (readonly [name: string, options: readonly string[], messages: readonly string[]])[] = [
  ['udpone', [], ['ping', 'pong', 'text', 'ping', 'pong']],
  ['tcpone', ['--tcp'], ['preamble', 'preamble', 'record', 'record', 'record']],
  ['tcptwo', ['--framing', 'varint', '--port', '9'], ['preamble', 'preamble', 'record', 'record', 'record']],
  [
    'noiseone',
    ['--noise', 'XX'],
    ['preamble', 'preamble', ...Array<string>(3).fill('handshake'), ...Array<string>(3).fill('record')],
  ],
  [
    'noisetwo',
    ['--noise', 'Noise_NN_25519_AESGCM_BLAKE2s', '--framing', 'u32'],
    ['preamble', 'preamble', 'handshake', 'handshake', ...Array<string>(3).fill('record')],
  ],
];

describe('protocol new', () => {
  it.each(created)('%s decodes what its encoder made, is typed, and passes its test', async (name, options, messages) => {
    const place = join(folder, name);
    const made = await peerscope(['protocol', 'new', name, '--folder', place, ...options]);
    expect(made.err).toBe('');
    expect(made.status).toBe(0);
    const module = join(place, `${name}.js`);
    const keys = existsSync(join(place, `${name}.keys`)) ? ['--keys', join(place, `${name}.keys`)] : [];
    const decoded = await peerscope(['decode', join(place, `${name}.pcapng`), '--protocol', module, '--json', ...keys]);
    const lines = jsonLines(decoded.out) as { message: string; state: string; findings: unknown[]; encrypted: boolean }[];
    expect(lines.map(({ message }) => message)).toEqual(messages);
    expect(lines.every(({ state, findings }) => state === 'decoded' && findings.length === 0)).toBe(true);
    expect(lines.some(({ encrypted }) => encrypted)).toBe(keys.length > 0);
    expect(typeErrors(module)).toBe('');
    const text = readFileSync(module, 'utf8');
    writeFileSync(
      module,
      text.replace(/return define\w+\(\{/, (found) => `${found} titel: 1,`),
    );
    expect(typeErrors(module)).toContain('titel');
    writeFileSync(module, text);
    const tested = await peerscope(['protocol', 'test', module, '--rounds', '30', '--seed', '5']);
    expect(tested.out).toMatch(/\n[67] checks: [67] passed, 0 failed \(--seed 5\)\n$/);
    expect(tested.status).toBe(0);
  });

  it.each(created)('%s has a node, and a packet script that runs', async (name) => {
    const path = join(folder, name, name);
    const { out, err } = await peerscope(['run', `${path}.packet`, '--protocol', `${path}.js`]);
    expect(out + err).toContain('2 sections: 2 passed, 0 failed');
  });

  it.each([
    [['udpone', '--folder', join(folder, 'udpone')], 'udpone.js is there already'],
    [['p2p'], 'There is a protocol "p2p" already'],
    [['Upper'], '"Upper" cannot name a protocol'],
    [['x', '--port', '0'], 'A port is a number from 1 to 65535'],
    [['x', '--tcp', '--udp'], '--tcp and --udp contradict each other'],
    [['x', '--udp', '--framing', 'u16'], '--framing is of streams'],
    [['x', '--framing', 'u8'], '"u8" is no framing: u16, u32, varint'],
    [['x', '--udp', '--noise', 'XX'], 'over UDP has no Noise handshake yet'],
    [['x', '--noise', 'XXpsk3'], 'pre-shared key'],
    [['x', '--noise', 'IK'], 'known before'],
    [['x', '--noise', 'N'], /known before|one-way/],
    [['x', '--noise', 'Noise_XX_448_ChaChaPoly_SHA256'], 'keys of 25519'],
    [['x', '--noise', 'QQ'], 'there is no handshake pattern "QQ"'],
    [['x', '--rounds', '3'], '"protocol new" takes no --rounds'],
    [['x', 'y'], '"y" is one too many'],
    [[], '"protocol new" needs a name'],
  ])('%j is refused, and says why', async (args, why) => {
    const { err, status } = await peerscope(['protocol', 'new', ...args]);
    expect(err).toMatch(typeof why === 'string' ? new RegExp(why.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : why);
    expect(status).toBe(3);
  });
});

/** A module of datagrams with a mistake in it, and a capture of `udpone` that it reads. */
async function tested(change: (text: string) => string, id = 'udpone') {
  const place = join(folder, `wrong-${Math.random().toString(36).slice(2)}`);
  await peerscope(['protocol', 'new', id, '--folder', place, ...(id === 'noiseone' ? ['--noise', 'XX'] : [])]);
  const module = join(place, `${id}.js`);
  const text = readFileSync(module, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  writeFileSync(module, changed);
  const { out, status } = await peerscope(['protocol', 'test', module, '--rounds', '20', '--seed', '1']);
  return { failed: out.split('\n').filter((line) => line.startsWith('failed') || line.startsWith('   ')), status };
}

describe('protocol test', () => {
  it.each([
    [
      'sees nothing recognised',
      'looksLike: ({ type }) => Number(type) in types',
      'looksLike: () => false',
      'no message of udpone is in the capture',
    ],
    [
      'finds a throw',
      'info: ({ id, text }) => (text',
      'info: ({ id, text }) => (text.length',
      'failed in "dissect": Cannot read properties',
    ],
    [
      'finds a hook that throws in the first pass',
      'name: ({ type }) => types[Number(type)]',
      'name: ({ type }) => types[type].nosuch.x',
      'failed in "datagram"',
    ],
  ])('%s', async (_, from, to, told) => {
    const { failed, status } = await tested((text) => text.replace(from, to));
    expect(failed.join('\n')).toContain(told);
    expect(status).toBe(1);
  });

  it('finds an encoder that does not give the bytes again, and a tree with ranges outside', async () => {
    const wrapped = (body: string) => (text: string) =>
      text
        .replace('return defineMessages({', `const changed = (protocol) => { ${body} };\n  return changed(defineMessages({`)
        .replace(/\}\);\n\};\n$/, '}));\n};\n');
    const encoder = await tested(
      wrapped(
        'return { ...protocol, messages: protocol.messages.map((form) => ({ ...form, encode: (values) => form.encode(values).reverse() })) };',
      ),
    );
    expect(encoder.failed.join('\n')).toContain('message 2, text: encoded again, it differs from byte 0 on');
    const ranges = await tested(
      wrapped(
        'return { ...protocol, dissect: (message) => { const made = protocol.dissect(message); return { ...made, layer: { ...made.layer, end: 99999 }, fields: {}, whole: made.whole, info: "", missing: [] }; } };',
      ),
    );
    expect(ranges.failed.join('\n')).toMatch(/message 0: udpone: range \d+\.\.99999/);
    const undeclared = await tested(
      wrapped(
        'return { ...protocol, dissect: (message) => { const { layer } = protocol.dissect(message); layer.children.push({ name: "extra", kind: "value", value: 1, generated: true, source: layer.source, start: layer.start, end: layer.start }); return { layer, fields: {}, whole: new Uint8Array(0), info: "", missing: [] }; } };',
      ),
    );
    expect(undeclared.failed.join('\n')).toContain('no filter knows the field udpone.extra');
  });

  it('finds keys that are no keys', async () => {
    const { failed } = await tested(
      (text) => text.replace("{ s: 'NOISEONE_STATIC', e: 'NOISEONE_EPHEMERAL' }", '{}'),
      'noiseone',
    );
    expect(failed.join('\n')).toContain('the key log decrypts no message');
  });

  it.each(['heartbeat', 'protocols/dht', 'protocols/libp2p'])('finds nothing in the sample %s', async (name) => {
    const { out, status } = await peerscope([
      'protocol',
      'test',
      join(samples, `${name}.js`),
      '--rounds',
      '60',
      '--seed',
      '465024384',
    ]);
    expect(out).toMatch(/[67] checks: [67] passed, 0 failed/);
    expect(status).toBe(0);
  });

  it('prints JUnit, and takes captures and keys by their names', async () => {
    const module = join(folder, 'noiseone', 'noiseone');
    const { out } = await peerscope([
      'protocol',
      'test',
      `${module}.js`,
      `${module}.pcapng`,
      '--keys',
      `${module}.keys`,
      '--junit',
      '--rounds',
      '1',
    ]);
    expect(out).toContain(`<testsuite name="${module}.pcapng" tests="7" failures="0">`);
  });

  it.each([
    [['nosuch.js'], 'cannot be used'],
    [[join(samples, 'heartbeat.js'), 'nosuch.pcap'], 'There is no such file'],
    [[], '"protocol test" needs a module'],
  ])('%j is refused', async (args, why) => {
    const { err, status } = await peerscope(['protocol', 'test', ...args]);
    expect(err).toContain(why);
    expect(status).toBe(3);
  });
});

describe('protocol docs', () => {
  it('prints the reference page of a module, with its layers', async () => {
    const { out, status } = await peerscope(['protocol', 'docs', join(folder, 'noiseone', 'noiseone.js')]);
    expect(out).toMatch(/^# Noiseone\n/);
    for (const part of [
      '### record',
      '| `text` | UTF-8 (length) | A text. |',
      '`NOISEONE_STATIC`',
      '`noiseone.version`',
      '[`e`]',
    ])
      expect(out).toContain(part);
    expect(status).toBe(0);
  });

  it('prints that of a built-in protocol by its id', async () => {
    const { out } = await peerscope(['protocol', 'docs', 'p2p']);
    expect(out).toBe(readFileSync(join(project, 'dissector', 'reference', 'p2p.md'), 'utf8'));
  });

  it('is told what it may be', async () => {
    const { err } = await peerscope(['protocol', 'list']);
    expect(err).toContain('"protocol list" is not a command: use new, test or docs.');
    expect((await peerscope(['protocol', '--help'])).out).toContain('protocol new NAME');
  });
});
