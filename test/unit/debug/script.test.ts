/** A packet script under a client of the Debug Adapter Protocol, with real nodes. */
import { readFileSync } from 'node:fs';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBytes } from '../../../dissector/open.ts';
import { buildCommand, client, launched, stackOf, stopAfter, temporaryFile, variablesOf } from './client.ts';

beforeAll(buildCommand, 120_000);

const clean = `### a clean handshake
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
expect b InitHello { direction: 0 } within 5s
@payload = 01 02 03
send a data {
  data: payload
}
expect b data as first { counter: 16 } within 5s
repeat 3 {
  send b data { data: first.data }
  expect a data within 5s
}

### another
wait 1ms
`;

interface Started {
  readonly debug: DebugClient;
  readonly program: string;
  readonly recording: string;
}

let count = 0;

/** A session on a script that stops where `set` says, or on entry. */
async function debugged(
  script: string,
  {
    lines,
    ...more
  }: { readonly lines?: readonly (Partial<DebugProtocol.SourceBreakpoint> & { readonly line: number })[] } & Readonly<
    Record<string, unknown>
  > = {},
): Promise<Started> {
  const program = temporaryFile(`script-${++count}.packet`, script);
  const recording = `${program}.pcapng`;
  const debug = await client('--record', recording);
  await launched(debug, { program, stopOnEntry: lines === undefined, section: 1, ...more }, (one) =>
    one.setBreakpointsRequest({ source: { path: program }, breakpoints: [...(lines ?? [])] }),
  );
  return { debug, program, recording };
}

const at = async (debug: DebugClient) => {
  const [top] = await stackOf(debug);
  return `${top!.line} ${top!.name}`;
};
const go = (debug: DebugClient, step: 'next' | 'stepIn' | 'stepOut' | 'continue') =>
  stopAfter(debug, () => debug.send(step, { threadId: 1 }));
const evaluate = async (debug: DebugClient, expression: string, context = 'watch') =>
  (await debug.evaluateRequest({ expression, context, frameId: (await stackOf(debug))[0]!.id })).body.result;

describe('a script', () => {
  it('stops on entry, over statements, into what a send does, and out of it', async () => {
    const { debug } = await debugged(clean);
    const places = [await at(debug)];
    const steps = ['next', 'next', 'next', 'next', 'stepIn', 'stepIn', 'stepIn', 'stepIn', 'next', 'next'] as const;
    for (const step of steps) {
      await go(debug, step);
      places.push(await at(debug));
    }
    expect(places).toEqual([
      '2 node b',
      '3 node a',
      '4 expect b InitHello',
      '5 @payload',
      '6 send a data',
      '6 values of data',
      expect.stringMatching(/^6 data encoded, \d+ bytes$/),
      '6 data encrypted',
      expect.stringMatching(/^6 data on the wire, \d+ bytes$/),
      '9 expect b data',
      '10 repeat',
    ]);
    await go(debug, 'stepIn');
    expect(await at(debug)).toBe('11 send b data');
    expect((await stackOf(debug)).map(({ name }) => name)).toEqual(['send b data', 'round 1 of 3', 'a clean handshake']);
    await go(debug, 'stepIn');
    expect(await at(debug)).toBe('11 values of data');
    await go(debug, 'stepOut');
    expect(await at(debug)).toBe('12 expect a data');
    const terminated = debug.waitForEvent('terminated', 60_000);
    const exited = debug.waitForEvent('exited', 60_000);
    const result = debug.waitForEvent('peerscopeResult', 60_000);
    await debug.send('stepOut', { threadId: 1 });
    expect((await result).body).toMatchObject({ title: 'a clean handshake', seconds: expect.any(Number) });
    expect((await exited).body).toEqual({ exitCode: 0 });
    await terminated;
  });

  it('steps into an expectation: each message that comes, with the comparison', async () => {
    const { debug } = await debugged(clean, { lines: [{ line: 9 }] });
    expect(await at(debug)).toBe('9 expect b data');
    await go(debug, 'stepIn');
    // The handshake was passed over: InitHello was expected, InitDone was not.
    expect(await at(debug)).toBe('9 InitDone is not data');
    await go(debug, 'stepIn');
    expect(await at(debug)).toBe('9 data is what is expected');
    const comparison = await variablesOf(debug, 'Comparison');
    expect(comparison.find(({ name }) => name === 'data')?.value).toBe('01 02 03');
    expect((await variablesOf(debug, 'Session')).find(({ name }) => name === 'allowed')?.value).toBe('yes');
    expect((await variablesOf(debug, 'Bytes')).map(({ name }) => name)).toContain('2. Decrypted');
  });

  it('takes another value before a message is sent, and it is in the capture', async () => {
    const { debug, recording } = await debugged(clean, { lines: [{ line: 6 }, { line: 10 }] });
    await go(debug, 'stepIn');
    const [frame] = await stackOf(debug);
    const { scopes } = (await debug.scopesRequest({ frameId: frame!.id })).body;
    const { variablesReference } = scopes.find(({ name }) => name === 'Message')!;
    const { variables } = (await debug.variablesRequest({ variablesReference })).body;
    expect(variables.find(({ name }) => name === 'data')?.value).toBe('01 02 03');
    const set = (await debug.setVariableRequest({ variablesReference, name: 'data', value: 'concat(payload, ff ee)' })).body;
    expect(set.value).toBe('01 02 03 ff ee');
    await expect(debug.setVariableRequest({ variablesReference, name: 'data', value: '{{' })).rejects.toThrow(/./);
    await expect(debug.setVariableRequest({ variablesReference, name: 'data', value: 'nothing.here' })).rejects.toThrow(
      'nothing',
    );
    await go(debug, 'continue');
    expect(await evaluate(debug, 'first.data')).toBe('01 02 03 ff ee');
    const opened = await openBytes(new Uint8Array(readFileSync(recording)));
    if ('problem' in opened) throw new Error(opened.problem.text);
    const sent = [...opened.messages()].filter(({ message }) => message === 'data').map(({ fields }) => fields);
    expect(JSON.stringify(sent)).toContain('010203ffee');
  });

  it('tells at each stop of the newest frame, in one recording that grows', async () => {
    const { debug, recording } = await debugged(clean, { lines: [{ line: 6 }, { line: 10 }] });
    const told: number[] = [];
    debug.on('peerscopeRecording', ({ body }: DebugProtocol.Event) => {
      expect(body.path).toBe(recording);
      told.push(body.frame);
    });
    const before = readFileSync(recording);
    await go(debug, 'continue');
    await expect.poll(() => told.length).toBeGreaterThan(0);
    const after = readFileSync(recording);
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    const opened = openBytes(new Uint8Array(after));
    if ('problem' in opened) throw new Error(opened.problem.text);
    expect(told.at(-1)).toBe(opened.frameCount);
  });

  it('takes other bytes before a message is sent', async () => {
    const { debug } = await debugged(clean, { lines: [{ line: 6 }, { line: 10 }] });
    await go(debug, 'stepIn');
    await go(debug, 'stepIn');
    const memoryReference = (await variablesOf(debug, 'Message')).find(({ name }) => name === '(bytes)')!.memoryReference!;
    const read = (await debug.send('readMemory', { memoryReference, count: 100 })).body as { data: string };
    const bytes = Buffer.from(read.data, 'base64');
    const offset = bytes.indexOf(Buffer.from([1, 2, 3]));
    expect(offset).toBeGreaterThanOrEqual(0);
    await debug.send('writeMemory', { memoryReference, offset: offset + 1, data: Buffer.from([0xaa]).toString('base64') });
    await expect(debug.send('writeMemory', { memoryReference, offset: 1000, data: 'AA==' })).rejects.toThrow(/./);
    await go(debug, 'continue');
    expect(await evaluate(debug, 'first.data')).toBe('01 aa 03');
  });
});

describe('breakpoints', () => {
  it('on a field stop before it is encoded', async () => {
    const { debug } = await debugged(clean, { lines: [{ line: 7 }] });
    expect(await at(debug)).toBe('7 data is about to be encoded');
    expect((await stackOf(debug))[1]!.name).toBe('send a data');
  });

  it('count, hold a condition, and write log messages', async () => {
    const { debug } = await debugged(clean, {
      lines: [
        { line: 11, hitCondition: '2' },
        { line: 12, condition: 'first.counter == 17' },
        { line: 10, logMessage: 'got {first.data} and {nobody}' },
      ],
    });
    expect(await at(debug)).toBe('11 send b data');
    expect((await stackOf(debug))[1]!.name).toBe('round 2 of 3');
  });

  it('are refused where nothing runs', async () => {
    const program = temporaryFile('refused.packet', clean);
    const debug = await client();
    let set: readonly DebugProtocol.Breakpoint[] = [];
    await launched(debug, { program, stopOnEntry: true, section: 'another' }, async (one) => {
      const breakpoints = [{ line: 6 }, { line: 16, condition: 'a ==' }, { line: 99 }];
      set = (await one.setBreakpointsRequest({ source: { path: program }, breakpoints })).body.breakpoints;
    });
    expect(set.map(({ verified, line }) => [verified, line])).toEqual([
      [true, 16],
      [false, 16],
      [false, undefined],
    ]);
    const other = await debug.setBreakpointsRequest({ source: { path: '/other.packet' }, breakpoints: [{ line: 1 }] });
    expect(other.body.breakpoints[0]!.verified).toBe(false);
  });

  it('log what was asked', async () => {
    const program = temporaryFile('logs.packet', clean);
    const debug = await client();
    const output = debug.assertOutput('console', 'got 01 02 03 and (', 60_000);
    const terminated = debug.waitForEvent('terminated', 60_000);
    const initialized = debug.waitForEvent('initialized', 60_000);
    await debug.initializeRequest();
    await Promise.all([
      debug.launchRequest({ program, section: 1 } as DebugProtocol.LaunchRequestArguments),
      initialized.then(async () => {
        const breakpoints = [{ line: 10, logMessage: 'got {first.data} and {nobody}' }];
        await debug.setBreakpointsRequest({ source: { path: program }, breakpoints });
        await debug.configurationDoneRequest();
      }),
    ]);
    await output;
    await terminated;
  });
});

describe('where it stands', () => {
  it('clocks stand still, longer than anything waits', async () => {
    const script = `### slow
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
expect b InitHello within 300ms
send a data { data: 01 02 }
expect b data within 300ms
`;
    const { debug } = await debugged(script, { lines: [{ line: 5 }] });
    await go(debug, 'stepIn');
    await go(debug, 'stepIn');
    await go(debug, 'stepIn');
    // Longer than the expectation waits for.
    await new Promise((later) => setTimeout(later, 700));
    const exited = debug.waitForEvent('exited', 60_000);
    await debug.send('continue', { threadId: 1 });
    expect((await exited).body).toEqual({ exitCode: 0 });
  });

  it('the console carries statements out', async () => {
    const { debug } = await debugged(clean, { lines: [{ line: 10 }] });
    expect(await evaluate(debug, '@more = 0a 0b', 'repl')).toBe('define: done');
    expect(await evaluate(debug, 'send a data { data: more }', 'repl')).toBe('send: done');
    expect(await evaluate(debug, 'expect b data as second { data: 0a 0b } within 5s', 'repl')).toBe('expect: done');
    expect(await evaluate(debug, 'length(second.data) > 1 && second.counter == add(first.counter, 1)')).toBe('true');
    await expect(evaluate(debug, 'expect b data within 50ms', 'repl')).rejects.toThrow('did not come');
    await expect(evaluate(debug, 'send c data {}', 'repl')).rejects.toThrow('c');
    await expect(evaluate(debug, 'nobody')).rejects.toThrow('nobody');
    // A watch sends nothing.
    await expect(evaluate(debug, 'send a data { data: more }')).rejects.toThrow(/./);
    const { targets } = (await debug.completionsRequest({ text: 'se', column: 3 })).body;
    expect(targets.map(({ label }) => label)).toEqual(expect.arrayContaining(['send', 'second']));
  });

  it('has its names and nodes', async () => {
    const { debug } = await debugged(clean, { lines: [{ line: 10 }] });
    expect((await variablesOf(debug, 'Names')).map(({ name }) => name)).toEqual(['payload', 'first']);
    const nodes = await variablesOf(debug, 'Nodes');
    expect(nodes.map(({ name }) => name)).toEqual(['b', 'a']);
    const links = (await debug.variablesRequest({ variablesReference: nodes[1]!.variablesReference })).body.variables;
    expect(links.find(({ name }) => name.startsWith('link '))?.value).toMatch(/:/);
  });

  it('has its relays behind its nodes, with what waits in them', async () => {
    const script = `### between
node b = p2pke listen 127.0.0.1:0
node r = p2pke relay 127.0.0.1:0 to b
node a = p2pke dial r
expect b InitDone within 5s
edit r back data { data: 01 02 }
wait 1ms
`;
    const { debug } = await debugged(script, { lines: [{ line: 7 }] });
    const nodes = await variablesOf(debug, 'Nodes');
    expect(nodes.map(({ name }) => name)).toEqual(['b', 'a', 'r']);
    expect(nodes[2]!.value).toMatch(/^relay of p2pke over UDP at 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+$/);
    const inside = (await debug.variablesRequest({ variablesReference: nodes[2]!.variablesReference })).body.variables;
    expect(inside).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'counts', value: expect.stringMatching(/^[1-9]\d* received/) }),
        expect.objectContaining({ name: expect.stringMatching(/^link \d+, 127/), value: 'connected' }),
        expect.objectContaining({ name: 'edit 1', value: 'data, back' }),
      ]),
    );
  });

  it('has values at its lines: of names up to here, and of the message at hand', async () => {
    const script = `### values
@payload = 01 02
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
send a data { data: concat(payload, hex(ff)) }
expect b data as first within 5s
send b data {
  data: first.data
}
@later = payload
`;
    const { debug } = await debugged(script, { lines: [{ line: 5 }, { line: 7 }] });
    const values = async (line = 1, endLine = 100) => {
      const [frame] = await stackOf(debug);
      const asked = { frameId: frame!.id, line, endLine };
      return (await debug.customRequest('peerscopeInlineValues', asked)).body.values;
    };
    const payload = [
      { line: 2, name: 'payload', text: '01 02' },
      { line: 5, name: 'payload', text: '01 02' },
    ];
    expect(await values()).toEqual(payload);
    await go(debug, 'stepIn');
    expect(await values()).toEqual([...payload, { line: 5, name: 'data', text: '01 02 ff' }]);
    await go(debug, 'continue');
    expect(await values()).toEqual([
      ...payload,
      { line: 6, name: 'first', text: expect.stringMatching(/^\{ .*data: 01 02 ff \}$/) },
      { line: 8, name: 'first.data', text: '01 02 ff' },
    ]);
    expect(await values(3, 5)).toEqual([payload[1]]);
  });

  it('a secret is told by its size until somebody reveals it', async () => {
    const script = `### secret
@key = prompt("the key")
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b
send a data { data: text(key) }
expect b data as came within 5s
wait 1ms
`;
    const program = temporaryFile('secret.packet', script);
    const debug = await client();
    await debug.initializeRequest();
    await expect(debug.launchRequest({ program } as DebugProtocol.LaunchRequestArguments)).rejects.toThrow('asks: the key');
    const open = await client();
    await launched(open, { program, answers: { 'the key': 'hunter2-hunter2' } }, (one) =>
      one.setBreakpointsRequest({ source: { path: program }, breakpoints: [{ line: 7 }] }),
    );
    const names = JSON.stringify(await variablesOf(open, 'Names'));
    expect(names).toContain('secret, 15 bytes');
    expect(names).not.toContain('hunter2');
    expect(await evaluate(open, 'key', 'repl')).toBe('secret, 15 bytes');
    const asked = { frameId: (await stackOf(open))[0]!.id, line: 1, endLine: 100 };
    const inline = JSON.stringify((await open.customRequest('peerscopeInlineValues', asked)).body);
    expect(inline).toContain('secret, 15 bytes');
    expect(inline).not.toContain('hunter2');
    expect(await evaluate(open, 'came.data')).toMatch(/^secret/);
    await evaluate(open, 'reveal', 'repl');
    expect(await evaluate(open, 'key', 'repl')).toContain('hunter2');
  });
});

describe('exceptions', () => {
  it('stop at a statement that does not hold, with everything still there', async () => {
    const script = clean.replace('counter: 16', 'counter: 99').replace('within 5s\nrepeat', 'within 500ms\nrepeat');
    const program = temporaryFile('failing.packet', script);
    const debug = await client();
    const failed = debug.waitForEvent('peerscopeFailure', 60_000);
    let console = '';
    debug.on('output', ({ body }) => {
      console += body.output;
    });
    const stop = await launched(debug, { program, section: 1 }, (one) =>
      one.setExceptionBreakpointsRequest({ filters: ['failure'] }),
    );
    // What came is offered in the place of what was expected.
    expect(console).toContain('line 9: to expect what came, write 16 in the place of 99');
    const start = script.indexOf('99');
    const failure = { mended: { start, end: start + 2, text: '16' } };
    expect((await failed).body).toMatchObject({ script, section: 0, failure });
    expect(stop).toMatchObject({ reason: 'exception', text: expect.stringContaining('expected 99, got 16') });
    expect((await debug.exceptionInfoRequest({ threadId: 1 })).body).toMatchObject({ exceptionId: 'failure' });
    expect(await evaluate(debug, 'expect b data { counter: 16 } within 1s', 'repl')).toBe('expect: done');
    const exited = debug.waitForEvent('exited', 60_000);
    await debug.send('continue', { threadId: 1 });
    expect((await exited).body).toEqual({ exitCode: 1 });
  });

  it('stop at what breaks a rule', async () => {
    const script = `### broken
node b = p2pke listen 127.0.0.1:0
node a = p2pke dial b manual
send a InitHello { payload: { auth_claim: { sig: flip(valid, 1) } } }
expect a nothing for 300ms
wait 1ms
`;
    const program = temporaryFile('broken.packet', script);
    const debug = await client();
    const stop = await launched(debug, { program }, (one) =>
      one.setExceptionBreakpointsRequest({ filters: ['error', 'warning'] }),
    );
    expect(stop).toMatchObject({ reason: 'exception', text: expect.stringContaining('InitHello') });
    expect((await debug.exceptionInfoRequest({ threadId: 1 })).body.exceptionId).toMatch(/^p2pke\./);
  });
});

describe('a session', () => {
  it('is paused while it waits, and ended while it waits', async () => {
    const { debug } = await debugged('### long\nnode b = p2pke listen 127.0.0.1:0\nwait 1ms\nexpect b InitHello within 900s\n');
    await go(debug, 'next');
    await go(debug, 'next');
    await debug.send('continue', { threadId: 1 });
    await expect(debug.nextRequest({ threadId: 1 })).rejects.toThrow('runs');
    expect(await stopAfter(debug, () => debug.pauseRequest({ threadId: 1 }))).toMatchObject({ reason: 'pause' });
    expect(await at(debug)).toBe('4 expect b InitHello');
    await debug.send('continue', { threadId: 1 });
    const terminated = debug.waitForEvent('terminated', 60_000);
    await debug.terminateRequest();
    await terminated;
  });

  it('begins again in a session of its own, with the script as it stands then', async () => {
    const debug = await client();
    const capabilities = debug.waitForEvent('capabilities', 60_000);
    await launched(debug, { program: temporaryFile('again.packet', clean), section: 1, stopOnEntry: true });
    expect((await capabilities).body.capabilities).toMatchObject({ supportsRestartRequest: false, supportsStepBack: false });
    await expect(debug.restartRequest({})).rejects.toThrow('not supported');
  });

  it('answers what a script cannot do', async () => {
    const { debug } = await debugged(clean);
    for (const [command, given] of [
      ['stepBack', { threadId: 1 }],
      ['reverseContinue', { threadId: 1 }],
      ['goto', { threadId: 1, targetId: 0 }],
      ['setVariable', { variablesReference: 1, name: 'x', value: '1' }],
      ['readMemory', { memoryReference: 'x', count: 1 }],
      ['nonsense', {}],
    ] as const)
      await expect(debug.send(command, given), command).rejects.toThrow(/./);
    expect((await debug.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'x' }] })).body.breakpoints[0]!.verified).toBe(
      false,
    );
  });

  it.each([
    ['### a\nsend', /Line 2/],
    ['### a\nwait 1ms\n', /no section "b"/],
  ])('of %j is refused in a sentence', async (script, reason) => {
    const debug = await client();
    await debug.initializeRequest();
    const given = {
      program: temporaryFile('bad.packet', script),
      ...(String(reason).includes('section') ? { section: 'b' } : {}),
    };
    await expect(debug.launchRequest(given as DebugProtocol.LaunchRequestArguments)).rejects.toThrow(reason);
  });
});
