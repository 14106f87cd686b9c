/** A capture under a client of the Debug Adapter Protocol: every request that the adapter says it takes. */
import { connect } from 'node:net';
import { join } from 'node:path';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../../extension/workbench/paths.ts';
import { goldenKeys, goldenPath } from '../../golden/open.ts';
import { peerscope } from '../cli/help.ts';
import {
  buildCommand,
  client,
  clientAt,
  launched,
  listening,
  stackOf,
  stopAfter,
  stopped,
  temporaryFile,
  variablesOf,
} from './client.ts';

beforeAll(buildCommand, 120_000);

const at = async (debug: DebugClient) => {
  const [top] = await stackOf(debug);
  return `${top!.line} ${top!.name}`;
};

describe('a session', () => {
  it('stops on entry at the first message, layer in layer', async () => {
    const { debug, stop } = await stopped('p2pke_a');
    expect(stop).toMatchObject({ reason: 'entry', threadId: 1, allThreadsStopped: true });
    expect((await debug.threadsRequest()).body.threads).toEqual([{ id: 1, name: 'p2pke 127.0.0.1:7000 ↔ 127.0.0.1:7001' }]);
    const names = (await stackOf(debug)).map(({ name }) => name);
    expect(names).toEqual([
      'p2pke InitHello: 127.0.0.1:7000 → 127.0.0.1:7001 (opener)',
      'session 1 of 1',
      'UDP, port 7000 → 7001',
      'IPv4, 127.0.0.1 → 127.0.0.1',
      expect.stringContaining('Ethernet, '),
      'frame 1',
    ]);
    const part = (await debug.stackTraceRequest({ threadId: 1, startFrame: 1, levels: 2 })).body;
    expect(part.stackFrames.map(({ name }) => name)).toEqual(names.slice(1, 3));
    expect(part.totalFrames).toBe(names.length);
  });

  it('that does not stop on entry runs to its first breakpoint', async () => {
    const { debug, stop } = await stopped('p2pke_a', { stopOnEntry: false }, (one) =>
      one.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'p2pke.message == "InitDone"' }] }),
    );
    expect(stop).toMatchObject({ reason: 'function breakpoint', hitBreakpointIds: [1] });
    expect(await at(debug)).toContain('InitDone');
  });

  it('is of the messages that its filter leaves', async () => {
    const { debug } = await stopped('p2pke_a', { filter: 'p2pke.message == "data"' });
    expect(await at(debug)).toContain('p2pke data');
    await stopAfter(debug, () => debug.stepBackRequest({ threadId: 1 }));
    expect(await at(debug)).toContain('p2pke data');
  });

  it.each([
    [{ program: '/nowhere/a.pcapng' }, /a\.pcapng/],
    [{ program: import.meta.filename }, /neither a pcap nor a pcapng file/],
    [{ program: 7 }, /"program"/],
    [{ program: '' }, /"program"/],
    [{ program: goldenPath('p2pke_a.pcapng'), filter: 'nonsense ==' }, /filter cannot be used/],
    [{ program: goldenPath('p2pke_a.pcapng'), filter: 'botd' }, /no message that matches/],
    [{ program: goldenPath('p2pke_a.pcapng'), keys: ['/nowhere.keys'] }, /nowhere\.keys/],
    [{ program: goldenPath('p2pke_a.pcapng'), keys: 'one' }, /"keys"/],
  ])('of %j is refused in a sentence', async (given, reason) => {
    const debug = await client();
    await debug.initializeRequest();
    await expect(debug.launchRequest(given as DebugProtocol.LaunchRequestArguments)).rejects.toThrow(reason);
  });

  it('answers what it does not know, what comes too early, and what is badly made', async () => {
    const debug = await client();
    await expect(debug.threadsRequest()).rejects.toThrow('before "launch"');
    await expect(debug.attachRequest({})).rejects.toThrow('launch');
    const { debug: open } = await stopped('p2pke_a');
    for (const [command, given] of [
      ['nonsense', {}],
      ['constructor', {}],
      ['next', {}],
      ['next', { threadId: 'one' }],
      ['variables', { variablesReference: 99_999 }],
      ['scopes', { frameId: -1 }],
      ['evaluate', { expression: 'p2pke.countr' }],
      ['evaluate', {}],
      ['source', { sourceReference: 77 }],
      ['readMemory', { memoryReference: 'message 99999 source 0 byte 0', count: 1 }],
      ['readMemory', { memoryReference: 'x', count: 1 }],
      ['goto', { threadId: 1, targetId: 100_000 }],
      ['setBreakpoints', { breakpoints: 'many' }],
      ['setFunctionBreakpoints', { breakpoints: Array.from({ length: 2000 }, () => ({ name: 'udp' })) }],
      ['exceptionInfo', { threadId: 1 }],
    ] as const)
      await expect(open.send(command, given), command).rejects.toThrow(/./);
    // It is as it was.
    expect(await at(open)).toContain('InitHello');
  });

  it('ends when the client wants it', async () => {
    const { debug } = await stopped('p2pke_a');
    const terminated = debug.waitForEvent('terminated', 60_000);
    await debug.terminateRequest();
    await terminated;
  });
});

describe('a protocol of the user', () => {
  it('is debugged as the built-in ones are', async () => {
    const sample = (name: string) => join(project, 'media', 'samples', name);
    const debug = await client('--protocol', sample('heartbeat.js'));
    await launched(debug, { program: sample('heartbeat.pcapng'), keys: [sample('heartbeat.keys')] });
    expect(await at(debug)).toContain('heartbeat');
    const { source } = (await stackOf(debug))[0]!;
    const text = (await debug.sourceRequest({ source: source!, sourceReference: source!.sourceReference! })).body.content;
    expect(text).toMatch(/^heartbeat \w+ \{$/m);
    expect(
      (await variablesOf(debug, 'Message')).every(({ name, evaluateName }) => /^[[(]/.test(name) || evaluateName !== undefined),
    ).toBe(true);
    await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    await stopAfter(debug, () => debug.stepBackRequest({ threadId: 1 }));
    expect((await stackOf(debug)).at(-1)!.name).toBe('frame 1');
  });
});

describe('--port', () => {
  it('serves clients one beside the other', async () => {
    const { port } = await listening();
    const clients = await Promise.all([clientAt(port), clientAt(port)]);
    for (const debug of clients) await launched(debug, { program: goldenPath('p2pke_a.pcapng') });
    await stopAfter(clients[0]!, () => clients[0]!.nextRequest({ threadId: 1 }));
    expect(await at(clients[0]!)).toContain('RespHello');
    expect(await at(clients[1]!)).toContain('InitHello');
  });

  it('goes on when a client breaks off', async () => {
    const { port } = await listening();
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write('Content-Length: 9\r\n\r\n{"se');
    socket.resetAndDestroy();
    const debug = await clientAt(port);
    await launched(debug, { program: goldenPath('p2pke_a.pcapng') });
    expect(await at(debug)).toContain('InitHello');
  });
});

describe('steps', () => {
  it('over, in, out, back and reverse continue go to different places', async () => {
    const { debug } = await stopped('p2pke_a');
    const places: string[] = [];
    const go = async (request: () => Promise<unknown>) => {
      await stopAfter(debug, request);
      places.push((await at(debug)).replace(/: 127.*$/, ''));
    };
    await go(() => debug.nextRequest({ threadId: 1 }));
    await go(() => debug.stepInRequest({ threadId: 1 }));
    await go(() => debug.stepInRequest({ threadId: 1 }));
    await go(() => debug.stepBackRequest({ threadId: 1 }));
    await go(() => debug.stepOutRequest({ threadId: 1 }));
    await go(() => debug.stepBackRequest({ threadId: 1, granularity: 'instruction' }));
    await go(() => debug.reverseContinueRequest({ threadId: 1 }));
    expect(places.map((place) => place.replace(/^\d+ /, ''))).toEqual([
      'p2pke RespHello',
      '1 of 9: e = X25519(private key, 9)',
      '2 of 9: h = HASH(h || e)',
      '1 of 9: e = X25519(private key, 9)',
      'p2pke InitDone',
      expect.stringContaining('9 of 9: verify'),
      'p2pke InitHello',
    ]);
  });

  it('N forward and N back show the same variables', async () => {
    const { debug } = await stopped('p2pke_a');
    const seen = async () =>
      [await variablesOf(debug, 'Message'), await variablesOf(debug, 'Session')].map((each) =>
        each.map(({ name, value }) => `${name}=${value}`),
      );
    const before: unknown[] = [];
    for (let count = 0; count < 8; count++) {
      before.push(await seen());
      await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    }
    for (const there of before.toReversed()) {
      await stopAfter(debug, () => debug.stepBackRequest({ threadId: 1 }));
      expect(await seen()).toEqual(there);
    }
  });

  it('beyond either end says that it ends there', async () => {
    const { debug } = await stopped('p2pke_a');
    expect(await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }))).toMatchObject({
      reason: 'end',
      description: 'The capture ends here',
    });
    expect(await stopAfter(debug, () => debug.reverseContinueRequest({ threadId: 1 }))).toMatchObject({
      reason: 'end',
      description: 'The capture begins here',
    });
  });

  it('go to a line, and begin again', async () => {
    const { debug } = await stopped('p2pke_a');
    const [top] = await stackOf(debug);
    const { source } = top!;
    const text = (await debug.sourceRequest({ source: source!, sourceReference: source!.sourceReference! })).body.content;
    const line = text.split('\n').findIndex((each) => each.startsWith('p2pke data')) + 1;
    const { targets } = (await debug.gotoTargetsRequest({ source: source!, line: line + 1 })).body;
    expect(targets).toEqual([expect.objectContaining({ line, label: expect.stringMatching(/^data, frame \d+$/) })]);
    expect(await stopAfter(debug, () => debug.gotoRequest({ threadId: 1, targetId: targets[0]!.id }))).toMatchObject({
      reason: 'goto',
    });
    expect(await at(debug)).toMatch(new RegExp(`^${line} p2pke data`));
    expect(await stopAfter(debug, () => debug.restartRequest({}))).toMatchObject({ reason: 'entry' });
    expect(await at(debug)).toContain('InitHello');
  });

  it('pause where nothing runs is answered and changes nothing', async () => {
    const { debug } = await stopped('p2pke_a');
    await debug.pauseRequest({ threadId: 1 });
    expect(await at(debug)).toContain('InitHello');
  });
});

describe('breakpoints', () => {
  it('stand on lines of the transcript', async () => {
    const { debug } = await stopped('p2pke_a');
    const { source } = (await stackOf(debug))[0]!;
    const text = (await debug.sourceRequest({ source: source!, sourceReference: source!.sourceReference! })).body.content;
    const lines = text.split('\n');
    const inside = lines.findIndex((each) => each.startsWith('p2pke RespHello')) + 3;
    const { breakpoints } = (
      await debug.setBreakpointsRequest({ source: source!, breakpoints: [{ line: inside }, { line: lines.length + 50 }] })
    ).body;
    expect(breakpoints).toEqual([
      expect.objectContaining({ verified: true, line: inside - 2 }),
      expect.objectContaining({ verified: false, message: expect.any(String) }),
    ]);
    expect(await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'breakpoint' });
    expect(await at(debug)).toContain('RespHello');
    const { breakpoints: places } = (await debug.send('breakpointLocations', { source, line: 1, endLine: lines.length }))
      .body as DebugProtocol.BreakpointLocationsResponse['body'];
    expect(places.map(({ line }) => lines[line - 1])).toEqual(lines.filter((each) => each.startsWith('p2pke ')));
  });

  it('write log messages and go on', async () => {
    const { debug } = await stopped('p2pke_a');
    const { source } = (await stackOf(debug))[0]!;
    const output = debug.assertOutput('console', 'message 0 of session 1 of 1', 60_000);
    await debug.setBreakpointsRequest({
      source: source!,
      breakpoints: [{ line: 2, logMessage: 'message {p2pke.counter} of {session.title}' }],
    });
    await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    expect(await stopAfter(debug, () => debug.reverseContinueRequest({ threadId: 1 }))).toMatchObject({ reason: 'end' });
    await output;
  });

  it('watch what changes', async () => {
    const { debug } = await stopped('p2pke_a');
    const message = (await debug.scopesRequest({ frameId: (await stackOf(debug))[0]!.id })).body.scopes;
    const info = async (scope: string, name: string) => {
      const { variablesReference } = message.find((each) => each.name === scope)!;
      return (await debug.dataBreakpointInfoRequest({ variablesReference, name })).body;
    };
    const state = await info('Session', 'after');
    const counter = await info('Message', 'counter');
    expect((await info('Session', 'title')).dataId).toBeNull();
    expect(state).toMatchObject({ description: 'the state of the session changes', accessTypes: ['write'] });
    const set = async (dataId: string | null) =>
      (await debug.setDataBreakpointsRequest({ breakpoints: [{ dataId: dataId! }] })).body.breakpoints;
    expect(await set(state.dataId)).toEqual([expect.objectContaining({ verified: true })]);
    expect(await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }))).toMatchObject({
      reason: 'data breakpoint',
      description: 'The state changes from init_hello to resp_hello',
    });
    await set(counter.dataId);
    expect(await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }))).toMatchObject({
      reason: 'data breakpoint',
      description: 'p2pke.counter changes from 0 to 2',
    });
    expect(await set('nonsense')).toEqual([expect.objectContaining({ verified: false })]);
  });

  it('stop at findings, and say which rule is broken', async () => {
    const { debug } = await stopped('p2pke_b');
    const { breakpoints } = (await debug.setExceptionBreakpointsRequest({ filters: ['error', 'warning', 'note', 'nonsense'] }))
      .body as { breakpoints: DebugProtocol.Breakpoint[] };
    expect(breakpoints.map(({ verified }) => verified)).toEqual([true, true, true, false]);
    expect(await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'exception' });
    const info = (await debug.exceptionInfoRequest({ threadId: 1 })).body;
    expect(info).toMatchObject({
      breakMode: 'always',
      exceptionId: expect.stringMatching(/^p2pke\.[a-z-]+$/),
      details: { message: expect.any(String) },
    });
  });

  it('stop at what stays encrypted, with the key that would open it', async () => {
    const { debug } = await stopped('p2pke_a', { keys: [] });
    await debug.setExceptionBreakpointsRequest({ filters: ['encrypted'] });
    await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }));
    expect(await debug.exceptionInfoRequest({ threadId: 1 })).toMatchObject({ body: { exceptionId: 'encrypted' } });
    const keys = await variablesOf(debug, 'Keys');
    expect(keys.map(({ name }) => name)).toContain('missing 1');
  });
});

describe('keys that come later', () => {
  it('open messages from where the session stands, and breakpoints stay at their messages', async () => {
    const { debug } = await stopped('p2pke_a', { keys: [] });
    await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    const value = async (name: string) => (await variablesOf(debug, 'Message')).find((each) => each.name === name)?.value;
    expect(await value('(state)')).toBe('encrypted');
    const { source } = (await stackOf(debug))[0]!;
    const text = (await debug.sourceRequest({ source: source!, sourceReference: source!.sourceReference! })).body.content;
    const line = text.split('\n').findIndex((each) => each.startsWith('# frame 3:')) + 1;
    await debug.setBreakpointsRequest({ source: source!, breakpoints: [{ line }] });
    const keys = temporaryFile('later.keys', goldenKeys('p2pke_a'));
    const stop = await stopAfter(debug, () => debug.evaluateRequest({ expression: `keys ${keys}`, context: 'repl' }));
    expect(stop).toMatchObject({ reason: 'pause', description: 'Keys were added' });
    expect(await at(debug)).toContain('RespHello');
    expect(await value('(state)')).toBe('decoded');
    const after = (await stackOf(debug))[0]!.source!;
    expect(after.sourceReference).not.toBe(source!.sourceReference);
    expect((await debug.sourceRequest({ source: after, sourceReference: after.sourceReference! })).body.content).not.toContain(
      'still encrypted',
    );
    expect(await stopAfter(debug, () => debug.continueRequest({ threadId: 1 }))).toMatchObject({ reason: 'breakpoint' });
    expect(await at(debug)).toContain('InitDone');
    // The same ones again change nothing.
    await debug.customRequest('peerscopeKeys', { logs: [{ name: 'again', text: '' }] });
    expect(await at(debug)).toContain('InitDone');
    await expect(debug.evaluateRequest({ expression: 'keys /nowhere.keys', context: 'repl' })).rejects.toThrow('nowhere');
  });
});

describe('what is seen', () => {
  it('has the bytes of its fields as memory', async () => {
    const { debug } = await stopped('p2pke_a');
    await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    const sources = await variablesOf(debug, 'Bytes');
    expect(sources.map(({ name }) => name)).toEqual(['1. Frame', '2. Decrypted']);
    const read = async (memoryReference: string, count: number, offset = 0) =>
      (await debug.send('readMemory', { memoryReference, count, offset })).body as DebugProtocol.ReadMemoryResponse['body'];
    const e = (await variablesOf(debug, 'Message')).find(({ name }) => name === 'e')!;
    const bytes = await read(e.memoryReference!, 32);
    expect(Buffer.from(bytes!.data!, 'base64').toString('hex')).toBe(e.value);
    const beyond = await read(sources[1]!.memoryReference!, 1000);
    expect(beyond).toMatchObject({ unreadableBytes: 860 });
    expect(Buffer.from((await read(sources[0]!.memoryReference!, 2, -1))!.data!, 'base64')).toHaveLength(1);
  });

  it('is evaluated: fields, conditions and what the console alone knows', async () => {
    const { debug } = await stopped('p2pke_a');
    const frameId = (await stackOf(debug))[0]!.id;
    const evaluate = async (expression: string, context = 'watch') =>
      (await debug.evaluateRequest({ expression, context, frameId })).body.result;
    expect(await evaluate('p2pke.counter')).toBe('0');
    expect(await evaluate('counter', 'hover')).toBe('0');
    expect(await evaluate('frame.number + 1')).toBe('2');
    expect(await evaluate('p2pke.counter == 0 && session.after == "init_hello"')).toBe('true');
    expect(await evaluate('udp[0:2]')).toBe('1b58');
    expect(await evaluate('ip.src')).toBe('127.0.0.1');
    expect(await evaluate('explain', 'repl')).toContain('no key was tried');
    expect(await evaluate('help', 'repl')).toContain('display filter');
    await expect(evaluate('explain')).rejects.toThrow('explain');
    const { targets } = (await debug.completionsRequest({ text: 'p2pke.cou', column: 10, frameId })).body;
    expect(targets.map(({ label }) => label)).toContain('p2pke.counter');
  });

  it('has no secret value until somebody reveals it', async () => {
    const { debug } = await stopped('p2pke_a');
    await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    for (let times = 0; times < 3; times++) await stopAfter(debug, () => debug.stepInRequest({ threadId: 1 }));
    const ee = async () => (await variablesOf(debug, 'Computation')).find(({ name }) => name === '→ ee')!.value;
    expect(await ee()).toBe('secret, 32 bytes');
    const invalidated = debug.waitForEvent('invalidated', 60_000);
    await debug.evaluateRequest({ expression: 'reveal', context: 'repl' });
    await invalidated;
    expect(await ee()).toMatch(/^[0-9a-f]{64}$/);
    await debug.customRequest('peerscopeReveal', { on: false });
    expect(await ee()).toBe('secret, 32 bytes');
  });

  it('leads from a value to its origin and its use', async () => {
    const { debug } = await stopped('p2pke_a');
    await stopAfter(debug, () => debug.nextRequest({ threadId: 1 }));
    // ck, k = HKDF(ck, ee, 2)
    for (let times = 0; times < 4; times++) await stopAfter(debug, () => debug.stepInRequest({ threadId: 1 }));
    const follow = async (command: string, name: string) => {
      const frame = (await stackOf(debug))[0]!;
      const [{ variablesReference } = { variablesReference: 0 }] = (await debug.scopesRequest({ frameId: frame.id })).body.scopes;
      await stopAfter(debug, () => debug.customRequest(command, { variablesReference, name }));
      return (await stackOf(debug))[0]!.name;
    };
    expect(await follow('peerscopeRunToUse', '→ k')).toMatch(/^5 of 9: plaintext = DECRYPT/);
    expect(await follow('peerscopeRunToOrigin', 'k')).toMatch(/^4 of 9: ck, k = HKDF/);
    await expect(follow('peerscopeRunToUse', 'formula')).rejects.toThrow('no value');
  });

  it('has sources that are packet scripts', async () => {
    const { debug } = await stopped('p2p_b');
    const { sources } = (await debug.send('loadedSources', {})).body as DebugProtocol.LoadedSourcesResponse['body'];
    expect(sources.length).toBeGreaterThan(3);
    expect(sources.every(({ name }) => name!.endsWith('.packet'))).toBe(true);
  });
});

describe('peerscope dap', () => {
  it('says what it does, and refuses what it does not take', async () => {
    expect(await peerscope(['dap', '--help'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('Debug Adapter Protocol'),
    });
    for (const args of [
      ['a.pcapng'],
      ['--port', 'x'],
      ['--port', '70000'],
      ['--json'],
      ['--limit', 'nonsense=1'],
      ['--keys', '/nowhere.keys'],
    ])
      expect(await peerscope(['dap', ...args])).toMatchObject({ status: 3, out: '' });
  });
});
