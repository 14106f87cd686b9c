/** The settings of the editor: in the manifest as the protocols have them, and as the worker takes them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { protocols } from '../../../dissector/protocols/index.ts';
import { withContributions } from '../../../extension/build/contributions.ts';
import type { CaptureSettings, Overview, WorkerCalls } from '../../../extension/wire/inspector.ts';
import { Connection } from '../../../extension/wire/rpc.ts';
import { project, samples } from '../../../extension/workbench/paths.ts';
import { goldenKeys } from '../../golden/open.ts';
import { bundled } from '../cli/bundle.ts';
import { golden, temporary } from '../cli/help.ts';

describe('package.json', () => {
  const manifest = readFileSync(join(project, 'package.json'), 'utf8');
  const words = readFileSync(join(project, 'package.nls.json'), 'utf8');
  const said = (text: string): string => JSON.parse(words)[text.replaceAll('%', '')];

  it('has the settings of the protocols: else run npm run contributions', () => {
    expect({ manifest, words }).toEqual(withContributions({ manifest, words }, protocols));
  });

  it('has one for every open choice, with a word on every candidate', () => {
    const { properties } = JSON.parse(manifest).contributes.configuration[1];
    const choices = protocols.flatMap((protocol) => protocol.choices ?? []);
    expect(Object.keys(properties)).toEqual([
      'peerscope.decodeAs',
      'peerscope.order',
      'peerscope.choices',
      ...choices.map(({ id }) => `peerscope.${id}`),
    ]);
    for (const choice of choices) {
      const { type, enum: values, enumDescriptions, default: standard, description } = properties[`peerscope.${choice.id}`];
      expect(said(description)).toBe(choice.doc);
      if ('numbers' in choice) expect({ type, standard }).toEqual({ type: 'object', standard: choice.numbers });
      else expect({ standard, values }).toEqual({ standard: 'auto', values: ['auto', ...choice.candidates.map(({ id }) => id)] });
      if ('candidates' in choice) expect(enumDescriptions.slice(1).map(said)).toEqual(choice.candidates.map(({ doc }) => doc));
    }
  });
});

describe('the worker', () => {
  let file: string;
  let thread: Worker | undefined;
  beforeAll(async () => {
    file = await bundled('dist/worker.cjs', `${dirname(temporary('x'))}/settings-worker.cjs`);
  });
  afterEach(() => thread?.terminate());

  const none: CaptureSettings = { modules: [], decodeAs: [], colours: [], tree: {} };
  type None = Record<never, never>;

  function launch() {
    const worker = new Worker(file);
    thread = worker;
    const connection = new Connection<WorkerCalls, None, None, None>((message) => worker.postMessage(message), {}, {});
    worker.on('message', (message) => {
      if (message.event === undefined) connection.receive(message);
    });
    return connection;
  }
  async function finished(connection: ReturnType<typeof launch>): Promise<Overview> {
    for (;;) {
      const overview = await connection.call('overview', {});
      if (overview.done) return overview;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  it('observes an open capture again when they change, and tells that rows are other ones', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a', path: golden('p2pke_a.pcapng') });
    const first = await finished(connection);
    expect(first.messages).toBe(33);
    expect(await connection.call('settings', { ...none, decodeAs: ['udp → none'] })).toMatchObject({ problems: [] });
    const second = await finished(connection);
    expect(second.messages).toBe(0);
    expect(second.generation).toBeGreaterThan(first.generation);
    await connection.call('settings', none);
    const third = await finished(connection);
    expect(third.messages).toBe(33);
    expect(third.generation).toBeGreaterThan(second.generation);
    expect((await connection.call('rows', { start: 0, count: 1, show: 'all' })).generation).toBe(third.generation);
  });

  it('observes nothing again for a rule of colours, and colours the rows that match', async () => {
    const connection = launch();
    // The first settings of a worker are new to it, whatever they say.
    await connection.call('settings', none);
    await connection.call('open', { name: 'a', path: golden('p2pke_a.pcapng') });
    const { generation } = await finished(connection);
    const colours = [
      { filter: 'p2pke.InitHello', colour: 'red' },
      { filter: 'p2pke', colour: 'dim' },
    ];
    expect(await connection.call('settings', { ...none, colours })).toMatchObject({ problems: [] });
    const overview = await connection.call('overview', {});
    expect(overview).toMatchObject({ done: true, messages: 33 });
    expect(overview.generation).toBeGreaterThan(generation);
    const { rows } = await connection.call('rows', { start: 0, count: 2, show: 'all' });
    expect(rows.map(({ colour }) => colour)).toEqual(['red', 'dim']);
    const bad = [{ filter: 'p2pke.nonsense', colour: 'red' }, { filter: 'p2pke', colour: 'plaid' }, 'red'];
    expect((await connection.call('settings', { ...none, colours: bad })).problems).toHaveLength(3);
    expect((await connection.call('rows', { start: 0, count: 1, show: 'all' })).rows[0]?.colour).toBeUndefined();
  });

  it('pins what is set, whatever protocol it belongs to', async () => {
    const connection = launch();
    const tree = (cipher: string) => ({ ...none, tree: { p2p: { cipher, key: 'auto' }, node: { port: 7 } } });
    await connection.call('settings', tree('aes-256-ctr'));
    await connection.call('keys', { logs: [{ name: 'keys', text: goldenKeys('p2p_a') }] });
    await connection.call('open', { name: 'a', path: golden('p2p_a.pcapng') });
    const wrong = await finished(connection);
    await connection.call('settings', tree('auto'));
    const right = await finished(connection);
    expect(right.keys).toBe(wrong.keys);
    expect(right.messages).toBeGreaterThan(wrong.messages);
  });

  it('tells what it cannot use and uses the rest', async () => {
    const connection = launch();
    const { problems } = await connection.call('settings', {
      ...none,
      modules: [temporary('none.mjs', 'export {}')],
      decodeAs: ['udp → none', 'nonsense', 7],
      tree: { p2p: { cipher: 'rot13', key: [] }, p2ppacket: { types: { hello: 1 } }, botd: null },
    });
    expect(problems).toHaveLength(6);
    expect(problems.join('\n')).toMatch(/none\.mjs.*\n.*p2p\.cipher has the candidates.*\n.*p2p\.key is neither/);
    await connection.call('open', { name: 'a', path: golden('p2pke_a.pcapng') });
    expect((await finished(connection)).messages).toBe(0);
  });

  it("loads protocols of the user's own, with their keys", async () => {
    const connection = launch();
    const logs = [{ name: 'keys', text: readFileSync(join(samples, 'heartbeat.keys'), 'utf8') }];
    expect((await connection.call('keys', { logs })).problems).toHaveLength(1);
    await connection.call('open', { name: 'a', path: join(samples, 'heartbeat.pcapng') });
    expect((await finished(connection)).messages).toBe(0);
    const settings = { ...none, modules: [join(samples, 'heartbeat.js')] };
    expect(await connection.call('settings', settings)).toMatchObject({ problems: [] });
    expect(await finished(connection)).toMatchObject({ messages: 6, encrypted: 0, keys: 1 });
    const { rows } = await connection.call('rows', { start: 2, count: 1, show: 'messages' });
    expect(rows[0]).toMatchObject({ protocol: 'heartbeat', message: 'sealed', info: '2: OK all is well' });
  });

  it('tells the open choices of modules, and takes what is pinned of them', async () => {
    const connection = launch();
    const logs = [{ name: 'keys', text: readFileSync(join(samples, 'protocols', 'knock.keys'), 'utf8') }];
    const modules = [join(samples, 'protocols', 'knock.js')];
    const { choices } = await connection.call('settings', { ...none, modules });
    expect(choices.map(({ id, candidates }) => [id, candidates.map((each) => each.id)])).toEqual([
      ['knock.key', ['sha-256', 'z']],
    ]);
    await connection.call('keys', { logs });
    await connection.call('open', { name: 'a', path: join(samples, 'protocols', 'knock.pcapng') });
    expect(await finished(connection)).toMatchObject({ messages: 4, encrypted: 0 });
    const pinned = (id: string, value: string) =>
      connection.call('settings', { ...none, modules, tree: { choices: { [id]: value } } });
    expect((await pinned('knock.key', 'z')).problems).toEqual([]);
    expect(await finished(connection)).toMatchObject({ encrypted: 2 });
    expect((await pinned('knock.key', 'auto')).problems).toEqual([]);
    expect((await pinned('knock.kye', 'z')).problems).toEqual([expect.stringContaining('knock.kye is no open choice')]);
  });

  it('notes a generated field that a protocol does not declare, and shows it', async () => {
    const connection = launch();
    const logs = [{ name: 'keys', text: readFileSync(join(samples, 'heartbeat.keys'), 'utf8') }];
    const source = readFileSync(join(samples, 'heartbeat-passes.js'), 'utf8').replace('    treeFields,\n', '');
    await connection.call('settings', { ...none, modules: [temporary('undeclared.mjs', source)] });
    await connection.call('keys', { logs });
    await connection.call('open', { name: 'a', path: join(samples, 'heartbeat.pcapng') });
    expect((await finished(connection)).notices).toEqual([]);
    const { rows } = await connection.call('rows', { start: 2, count: 3, show: 'messages' });
    expect(rows[0]).toMatchObject({ info: '2: OK all is well' });
    expect((await connection.call('overview', {})).notices).toEqual([
      'The protocol heartbeat adds a generated field "text" that is not among its "treeFields": no filter knows it.',
    ]);
  });

  it('goes on without one that fails', async () => {
    const connection = launch();
    const bad = temporary(
      'bad.mjs',
      `export default { id: 'bad', title: 'Bad', document: 'x', names: ['x'], keys: [], rules: [], recognise: () => 0,
        observe() { throw new Error('not today'); }, dissect() {} };`,
    );
    await connection.call('open', { name: 'a', path: golden('p2pke_a.pcapng') });
    await finished(connection);
    const { problems } = await connection.call('settings', { ...none, modules: [bad] });
    expect(problems).toEqual([]);
    const { messages, notices } = await finished(connection);
    expect([messages, notices]).toEqual([33, ['The protocol bad failed in "observe": not today (bad.mjs:2:27)']]);
  });

  it('shows in a bare frame what it does to its conversation', async () => {
    const connection = launch();
    await connection.call('open', { name: 'a', path: golden('p2p_a.pcapng') });
    await finished(connection);
    const { rows } = await connection.call('rows', { start: 0, count: 1000, show: 'all' });
    expect(rows.filter(({ n }) => n === undefined).map(({ info }) => info)).toContainEqual(
      expect.stringMatching(/^resets the connection \(RST\); 48850 → 5002 \[/),
    );
  });
});
