/** Whatever a client asks, each request gets one response, and the session lives on. */

import { readFileSync } from 'node:fs';
import type { DebugProtocol } from '@vscode/debugprotocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFile } from '../../../dissector/capture/index.ts';
import { defaultLimits, protocols } from '../../../dissector/index.ts';
import { nodeLimits } from '../../../dissector/testnode/index.ts';
import { openFile } from '../../../extension/capture/open.ts';
import { Adapter } from '../../../extension/debug/adapter.ts';
import { openTarget } from '../../../extension/debug/opentarget.ts';
import { goldenKeys, goldenPath } from '../../golden/open.ts';

const script = '### a\n@x = 01 02\nrepeat 2 {\n  wait 1ms\n}\n';

/** A session in this process. */
class Session {
  readonly #adapter: Adapter;
  readonly #responses = new Map<number, DebugProtocol.Response[]>();
  #seq = 1;

  constructor() {
    this.#adapter = new Adapter((given, client) =>
      openTarget(given, client, {
        ofCapture: {
          setup: { protocols, options: { limits: defaultLimits } },
          keyLogs: [{ name: 'keys', text: goldenKeys('p2pke_a') }],
          open: async (path) => ({ file: await openFile(memoryFile(readFileSync(path)), defaultLimits), close: () => {} }),
          readKeyLog: async () => {
            throw new Error('There is no such file.');
          },
        },
        ofScript: async () => ({
          ...{ protocols, limits: nodeLimits, pins: {}, allow: [], folder: undefined, recording: undefined },
          readText: async () => script,
        }),
      }),
    );
    this.#adapter.onDidSendMessage((message) => {
      const response = message as DebugProtocol.Response;
      if (response.type === 'response')
        this.#responses.set(response.request_seq, [...(this.#responses.get(response.request_seq) ?? []), response]);
    });
  }

  /** The one response to a request. */
  async ask(command: string, given?: unknown): Promise<DebugProtocol.Response> {
    const seq = this.#seq++;
    this.#adapter.handleMessage({ seq, type: 'request', command, arguments: given } as DebugProtocol.Request);
    while (!this.#responses.has(seq)) await new Promise((later) => setImmediate(later));
    // A second one would come right behind it.
    await new Promise((later) => setImmediate(later));
    expect(this.#responses.get(seq)).toHaveLength(1);
    return this.#responses.get(seq)![0]!;
  }

  end(): void {
    this.#adapter.dispose();
  }
}

const commands = [
  ...['setBreakpoints', 'setFunctionBreakpoints', 'setDataBreakpoints', 'setExceptionBreakpoints', 'dataBreakpointInfo'],
  ...['breakpointLocations', 'configurationDone', 'threads', 'stackTrace', 'scopes', 'variables', 'source', 'loadedSources'],
  ...['readMemory', 'writeMemory', 'evaluate', 'completions', 'exceptionInfo', 'continue', 'reverseContinue', 'next', 'stepIn'],
  ...[
    'stepOut',
    'stepBack',
    'pause',
    'gotoTargets',
    'goto',
    'setVariable',
    'peerscopeReveal',
    'peerscopeRunToOrigin',
    'peerscopeKeys',
    'peerscopeInlineValues',
  ],
  ...['initialize', 'launch', 'attach', '__proto__', 'toString', 'nonsense'],
];
const names = [
  ...[
    'threadId',
    'frameId',
    'variablesReference',
    'name',
    'value',
    'expression',
    'context',
    'line',
    'endLine',
    'column',
    'text',
    'source',
  ],
  ...[
    'sourceReference',
    'breakpoints',
    'filters',
    'filterOptions',
    'targetId',
    'memoryReference',
    'count',
    'offset',
    'data',
    'logs',
  ],
  ...['granularity', 'startFrame', 'levels', 'start', 'dataId', 'condition', 'hitCondition', 'logMessage', 'filterId', 'path'],
];
const leaf = fc.oneof(
  fc.integer({ min: -2, max: 40 }),
  fc.constantFrom(
    'repl',
    'hover',
    'p2pke.counter == 16',
    'error',
    'encrypted',
    'message 1 source 0 byte 0',
    'instruction',
    'state 0',
  ),
  fc.constantFrom('field 0 0 p2pke.counter', '% 2', '{p2pke.counter}', 'reveal', 'x', 'length(x) > 1', '@y = 1', 'AA=='),
  fc.string({ maxLength: 12 }),
  fc.constantFrom(null, true, 1e300, Number.NaN),
);
const record = (value: fc.Arbitrary<unknown>) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
const inner = fc.oneof(
  { weight: 4, arbitrary: leaf },
  { weight: 1, arbitrary: fc.array(record(leaf), { maxLength: 3 }) },
  { weight: 1, arbitrary: record(leaf) },
);
const request = fc.tuple(
  fc.constantFrom(...commands),
  fc.oneof({ weight: 9, arbitrary: record(inner) }, { weight: 1, arbitrary: leaf }),
);

describe.each([
  ['a capture', goldenPath('p2pke_a.pcapng')],
  ['a script', '/nowhere/a.packet'],
])('a session on %s', (_, program) => {
  it('answers each request once, whatever it says, and can be ended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 25 }), async (requests) => {
        const session = new Session();
        expect((await session.ask('initialize', {})).success).toBe(true);
        expect((await session.ask('launch', { program, stopOnEntry: true })).success).toBe(true);
        expect((await session.ask('configurationDone', {})).success).toBe(true);
        for (const [command, given] of requests) await session.ask(command, given);
        expect((await session.ask('threads', {})).success).toBe(true);
        expect((await session.ask('disconnect', {})).success).toBe(true);
        session.end();
      }),
      { numRuns: 40 },
    );
  });
});

it('a failure is shown to a person where nobody else tells of it', async () => {
  const session = new Session();
  await session.ask('launch', { program: goldenPath('p2pke_a.pcapng') });
  await session.ask('configurationDone', {});
  const isShown = async (command: string, given: object): Promise<unknown> => {
    const { success, body } = await session.ask(command, given);
    expect(success, command).toBe(false);
    return body.error.showUser;
  };
  expect(await isShown('goto', { threadId: 1, targetId: 100_000 })).toBe(true);
  // The client asked about a stop that is over.
  expect(await isShown('scopes', { frameId: 77_777 })).toBe(false);
  expect(await isShown('variables', { variablesReference: 77_777 })).toBe(false);
  // It stands where the expression stands.
  expect(await isShown('evaluate', { expression: 'p2pke.nothing', context: 'watch' })).toBe(false);
  expect(await isShown('peerscopeRunToUse', { variablesReference: 77_777, name: 'x' })).toBe(false);
  session.end();
});
