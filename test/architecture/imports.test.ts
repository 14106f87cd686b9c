/** Imports point one way: what may know what, kept by a test since no compiler setting knows rooms. */
import { describe, expect, it } from 'vitest';
import { files, type Import, importsOf, roomOf, text } from './sources.ts';

const all = files(['dissector', 'extension', 'media'], ['.ts']).flatMap(importsOf);
const manifest = JSON.parse(text('package.json'));
const packages = Object.keys(manifest.dependencies);
const tools = Object.keys(manifest.devDependencies);

/** Lower rooms first; rooms of one line do not know each other. */
const order = [
  ['bytes'],
  ['capture', 'link', 'codec', 'crypto'],
  ['session'],
  ['protocols'],
  ['filter', 'testnode', 'reference'],
  // Scripts name the faults of a test node.
  ['craft'],
];
const apart = ['host', 'dissect', 'server', 'node'];
/** What the page may use of the dissector: formats and numbers, no reader and no protocol. */
const pure = ['dissector/bytes', 'dissector/codec', 'dissector/filter'];

const within = (file: string, ...rooms: string[]): boolean => rooms.some((room) => file.startsWith(`${room}/`));
const lineOf = (file: string): number => order.findIndex((line) => line.includes(file.split('/')[1]!));
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
const told = ({ file, to }: Import): string => `${file} imports ${to}`;

function broken(from: string, bad: (each: Import) => boolean): string[] {
  return all.filter((each) => within(each.file, from) && bad(each)).map(told);
}

describe('imports', () => {
  it('are found at all', () => {
    expect(all.length).toBeGreaterThan(300);
    expect(all.some(({ typeOnly }) => typeOnly)).toBe(true);
  });

  it('in the dissector go from a higher room to a lower one', () => {
    const up = broken('dissector', ({ file, to, local }) => {
      if (!local) return false;
      if (!within(to, 'dissector')) return true;
      if (roomOf(file) === roomOf(to)) return false;
      const [from, into] = [lineOf(file), lineOf(to)];
      if (from < 0) return file.split('/').length > 2;
      return into < 0 || (into >= from && !(file === 'dissector/protocols/index.ts' && within(to, 'dissector/protocols')));
    });
    expect(up).toEqual([]);
  });

  it('of one protocol never reach another', () => {
    const across = ({ file, to, local }: Import) =>
      local && file.split('/').length > 3 && within(to, 'dissector/protocols') && roomOf(file) !== roomOf(to);
    expect(broken('dissector/protocols', across)).toEqual([]);
  });

  it('name only packages that are installed where the code runs', () => {
    const listed = ({ file, to, local }: Import): boolean => {
      if (local || packages.includes(packageOf(to))) return true;
      if (within(file, 'dissector', 'media')) return false;
      if (to.startsWith('node:') || to === 'vscode') return true;
      return within(file, 'extension/build', 'extension/workbench') && tools.includes(packageOf(to));
    };
    expect(all.filter((each) => !listed(each)).map(told)).toEqual([]);
  });

  it('keep the platform and the page out of the dissector', () => {
    const foreign = /^(node:|vscode|lit|@vscode-elements|@tanstack)/;
    expect(broken('dissector', ({ to, local }) => !local && foreign.test(to))).toEqual([]);
  });

  it('keep vscode in the host, sockets in the node, the language server in the server', () => {
    const only = (name: RegExp, room: string) => broken('extension', ({ file, to }) => name.test(to) && !within(file, room));
    expect(only(/^vscode($|-languageclient)/, 'extension/host')).toEqual([]);
    expect(only(/^vscode-languageserver/, 'extension/server')).toEqual([]);
    expect(only(/^node:(dgram|tls)$/, 'extension/node')).toEqual([]);
  });

  it('of host, dissect, server and node meet in wire', () => {
    for (const room of apart) {
      const others = apart.filter((other) => other !== room).map((other) => `extension/${other}`);
      expect(broken(`extension/${room}`, ({ to }) => within(to, ...others, 'extension/cli', 'media'))).toEqual([]);
    }
  });

  it('of wire and of what is shared reach no room that uses them', () => {
    expect(broken('extension/wire', ({ to, local, typeOnly }) => !typeOnly && !(local && within(to, 'extension/wire')))).toEqual(
      [],
    );
    const up = ({ to, local }: Import) => local && !within(to, 'extension/capture', 'extension/wire', 'dissector');
    expect(broken('extension/capture', up)).toEqual([]);
  });

  it('of the page are the page, wire and pure parts', () => {
    expect(broken('media', ({ to, local }) => local && !within(to, 'media', 'extension/wire', ...pure))).toEqual([]);
  });

  it('make no circle among rooms', () => {
    const next = new Map<string, Set<string>>();
    // The scripts of a checkout are one room.
    const room = (file: string) => (within(file, 'extension/build', 'extension/workbench') ? 'scripts' : roomOf(file));
    for (const { file, to, local } of all) {
      if (local && room(file) !== room(to)) next.set(room(file), (next.get(room(file)) ?? new Set()).add(room(to)));
    }
    const circles: string[] = [];
    const walk = (room: string, way: readonly string[]): void => {
      if (way.includes(room)) circles.push([...way.slice(way.indexOf(room)), room].join(' → '));
      else for (const other of next.get(room) ?? []) walk(other, [...way, room]);
    };
    for (const room of next.keys()) walk(room, []);
    expect(circles).toEqual([]);
  });
});
