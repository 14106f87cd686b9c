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
  ['protocol'],
  // The engine never knows the five: it is given the protocols that it looks for.
  ['protocols', 'analysis', 'testnode', 'definition'],
  ['filter', 'reference', 'diff', 'wireshark', 'relay', 'tables'],
  // Scripts name the faults of a test node.
  ['script'],
  // A capture that is stepped through is read as a script.
  ['stepping'],
];
/** Rooms inside `script`, lower ones first. */
const scriptOrder = ['syntax', 'run', 'service'];
const apart = ['host', 'worker', 'server', 'node'];
/** What the page may use of the dissector: formats and numbers, no reader and no protocol. */
const pure = ['dissector/bytes', 'dissector/codec', 'dissector/filter'];

const within = (file: string, ...rooms: string[]): boolean => rooms.some((room) => file.startsWith(`${room}/`));
const lineOf = (file: string): number => order.findIndex((line) => line.includes(file.split('/')[1]!));
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');
const told = ({ file, to }: Import): string => `${file} imports ${to}`;

function broken(from: string, bad: (each: Import) => boolean): string[] {
  return all.filter((each) => within(each.file, from) && bad(each)).map(told);
}

/** One way round each circle of a graph, as a text; a depth-first walk that goes through every edge once. */
function circlesOf(next: ReadonlyMap<string, Iterable<string>>): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (name: string): void => {
    if (way.includes(name)) circles.push([...way.slice(way.indexOf(name)), name].join(' → '));
    if (done.has(name) || way.includes(name)) return;
    way.push(name);
    for (const other of next.get(name) ?? []) walk(other);
    way.pop();
    done.add(name);
  };
  for (const name of next.keys()) walk(name);
  return circles;
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
      // The text of a new module names the library as whoever installs it does.
      if (file === 'extension/author/template.ts' && to === 'peerscope/dissector') return true;
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

  it('keep vscode in the host, sockets in the node, the language server in the server, the server for agents in agents', () => {
    const only = (name: RegExp, room: string) => broken('extension', ({ file, to }) => name.test(to) && !within(file, room));
    expect(only(/^vscode($|-languageclient)/, 'extension/host')).toEqual([]);
    expect(only(/^vscode-languageserver/, 'extension/server')).toEqual([]);
    expect(only(/^node:(dgram|tls)$/, 'extension/node')).toEqual([]);
    expect(only(/^@modelcontextprotocol\//, 'extension/agents')).toEqual([]);
  });

  it('of host, worker, server and node meet in wire', () => {
    for (const room of apart) {
      const others = apart.filter((other) => other !== room).map((other) => `extension/${other}`);
      expect(broken(`extension/${room}`, ({ to }) => within(to, ...others, 'extension/cli', 'media'))).toEqual([]);
    }
  });

  it('of the host are the declarations of the tools for agents, and none of what answers', () => {
    const answering = ({ to, local }: Import) =>
      local && within(to, 'extension/agents') && to !== 'extension/agents/declarations.ts';
    expect(broken('extension/host', answering)).toEqual([]);
    expect(broken('extension/agents', ({ to }) => within(to, 'extension/host', 'extension/cli', 'extension/server'))).toEqual([]);
  });

  it('of wire and of what is shared reach no room that uses them', () => {
    expect(broken('extension/wire', ({ to, local, typeOnly }) => !typeOnly && !(local && within(to, 'extension/wire')))).toEqual(
      [],
    );
    const up = ({ to, local }: Import) => local && !within(to, 'extension/capture', 'extension/wire', 'dissector');
    expect(broken('extension/capture', up)).toEqual([]);
  });

  it('of the page are the page, wire and pure parts', () => {
    // A view knows the answers that are its own by their types: whoever adds one says them once.
    const answered = ({ file, to, typeOnly }: Import) =>
      typeOnly && within(file, 'media/inspector/views') && within(to, 'extension/worker');
    const foreign = (each: Import) => each.local && !within(each.to, 'media', 'extension/wire', ...pure) && !answered(each);
    expect(broken('media', foreign)).toEqual([]);
  });

  it('of script go from service to run to syntax', () => {
    const place = (file: string): number => scriptOrder.indexOf(file.split('/')[2]!);
    const up = ({ file, to }: Import) => within(to, 'dissector/script') && place(file) >= 0 && place(to) > place(file);
    expect(broken('dissector/script', up)).toEqual([]);
  });

  it('of a key schedule are algorithms, and types alone of what it is about', () => {
    const schedules = files(['dissector/protocols'], ['.ts']).filter((file) => file.endsWith('/keyschedule.ts'));
    expect(schedules).toHaveLength(5);
    const impure = ({ file, to, local, typeOnly }: Import) =>
      schedules.includes(file) && local && !typeOnly && !within(to, 'dissector/crypto', 'dissector/bytes');
    expect(broken('dissector/protocols', impure)).toEqual([]);
    // A secret that is computed in a second place is one that the two may disagree about.
    const secret =
      /\b(noise\.(mixHash|mixKey|mixKeyAndHash|split|initialize)|x25519\.shared|secp256k1\.sharedPoint|dhShared|dhPublic|rsaDecrypt)\(/;
    const others = files(['dissector/protocols'], ['.ts']).filter((file) => !schedules.includes(file));
    expect(others.filter((file) => secret.test(text(file)))).toEqual([]);
    expect(schedules.every((file) => secret.test(text(file)))).toBe(true);
  });

  it('make no circle among files', () => {
    const next = new Map<string, string[]>();
    for (const { file, to, local } of all) if (local) next.set(file, [...(next.get(file) ?? []), to]);
    expect(circlesOf(next)).toEqual([]);
  });

  it('make no circle among rooms', () => {
    const next = new Map<string, Set<string>>();
    // The scripts of a checkout are one room.
    const room = (file: string) => (within(file, 'extension/build', 'extension/workbench') ? 'scripts' : roomOf(file));
    for (const { file, to, local } of all) {
      if (local && room(file) !== room(to)) next.set(room(file), (next.get(room(file)) ?? new Set()).add(room(to)));
    }
    expect(circlesOf(next)).toEqual([]);
  });

  it('keep the second peers apart from what they test', () => {
    const knowsBoth = /\.(test|build)\.ts$/;
    const peers = files(['test/unit/peers'], ['.ts']).filter((file) => !knowsBoth.test(file));
    expect(peers.length).toBeGreaterThan(10);
    const own = ({ to, local }: Import): boolean =>
      local ? within(to, 'test/unit/peers') && !knowsBoth.test(to) : to.startsWith('node:');
    expect(
      peers
        .flatMap(importsOf)
        .filter((each) => !own(each))
        .map(told),
    ).toEqual([]);
  });
});
