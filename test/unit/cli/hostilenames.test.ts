/** Names that others choose (of captures, key logs, modules, scripts) steer no terminal, no build server and no report. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { golden, jsonLines, keyLog, peerscope, temporary } from './help.ts';

/** What no file name may bring to a terminal: controls, and what turns text around or hides in it. */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const names = [
  'two\nlines',
  'a\n::error file=x::owned',
  'red\u001b[31m',
  'link\u001b]8;;mailto:x\u0007here\u001b]8;;\u0007',
  'back\u202egnp.exe',
  'cr\rover',
  '-rf',
  '%s%0A%25',
  `quote"'\`$(touch owned);&|`,
  '<b>&"]]><failure>',
  '[x](command:workbench.action.quit)',
  'n'.repeat(245),
  '\u0085next\u2028line',
];

const capture = new Uint8Array(readFileSync(golden('p2pke_b.pcapng')));
const broken = capture.slice(0, capture.length - 7);

function checkQuiet(text: string, what: string): void {
  for (const line of text.split('\n')) {
    expect(line.match(steering), `${what}: ${JSON.stringify(line)}`).toBeNull();
    expect(line.startsWith('::owned') || /^::error file=x::/.test(line), `${what}: ${line}`).toBe(false);
  }
}

describe.each(names.map((name) => [JSON.stringify(name).slice(0, 40), name]))('a file that is called %s', (_, name) => {
  const from = (args: readonly string[]) => peerscope(args);

  it('is decoded, checked, described and refused without a raw character of it', async () => {
    const path = temporary(`${name}.pcapng`, broken);
    const keys = temporary(`${name}.keys`, `${keyLog}NONSENSE 1\n`);
    for (const args of [
      ['decode', path, '--keys', keys],
      ['decode', path, '--json', '--bytes'],
      ['check', path],
      ['check', path, '--format', 'github'],
      ['check', path, '--format', 'sarif'],
      ['check', path, '--json'],
      ['info', path],
      ['info', path, '--json'],
      ['frames', path],
      ['decode', path, path],
      ['decode', `${path}.missing`],
      ['decode', golden('p2pke_b.pcapng'), '--keys', `${keys}.missing`],
      ['decode', golden('p2pke_b.pcapng'), '--keys', join(dirname(path), '.')],
    ]) {
      const { out, err } = await from(args);
      checkQuiet(out, `stdout of ${args[0]}`);
      checkQuiet(err, `stderr of ${args[0]}`);
    }
  });

  it('keeps its name in JSON, and in SARIF as an address', async () => {
    const path = temporary(`${name}.pcapng`, capture);
    const found = jsonLines((await from(['check', path, '--json'])).out);
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ file }) => file))).toEqual(new Set([path]));
    const { runs } = JSON.parse((await from(['check', path, '--format', 'sarif'])).out);
    const { uri } = runs[0].results[0].locations[0].physicalLocation.artifactLocation;
    expect(decodeURIComponent(new URL(uri).pathname)).toBe(path);
  });

  it('of a script is XML that holds nothing else, and of a module is told', async () => {
    const script = temporary(`${name}.packet`, '### one <two> & "three"\nnode a = nothing listen 127.0.0.1:0\n');
    const { out, err } = await from(['run', script, '--junit']);
    checkQuiet(out, 'JUnit');
    checkQuiet(err, 'stderr of run');
    const withoutTags = out.replace(
      /<\?xml[^<>]*\?>|<\/?(testsuites|testsuite|testcase|failure)(\s[a-z]+="[^"<>]*")*\s*\/?>/g,
      '',
    );
    expect(withoutTags.trim()).toBe('');
    const module = temporary(`${name}.mjs`, 'export default () => { throw new Error("\\u001b[31m"); };');
    const told = await from(['decode', golden('p2pke_b.pcapng'), '--protocol', module]);
    expect(told.status).not.toBe(0);
    checkQuiet(`${told.out}${told.err}`, 'a module');
  });
});

it('names that begin like an option are options, and files behind a folder', async () => {
  const { status, err } = await peerscope(['decode', '-rf.pcapng']);
  expect(status).not.toBe(0);
  checkQuiet(err, 'stderr');
});
