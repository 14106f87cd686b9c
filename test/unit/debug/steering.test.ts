/** What a client shows as it is steers no debug console and no terminal. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, it } from 'vitest';
import { Adapter } from '../../../extension/debug/adapter.ts';
import { Refusal } from '../../../extension/debug/requests.ts';

const hostile = 'x\u001b]0;owned\u0007\u001b[31m\u202egnp';
const harmless = 'x\\u001b]0;owned\\u0007\\u001b[31m\\u202egnp';

function session() {
  const sent: DebugProtocol.ProtocolMessage[] = [];
  const adapter = new Adapter((given, client) => {
    if (given.program === 'refused') throw new Refusal(hostile);
    client.output(`${hostile}\nsecond line`);
    client.event('stopped', { reason: 'breakpoint', text: hostile, description: hostile });
    return Promise.resolve({
      handlers: {
        evaluate: () => ({ result: hostile, variablesReference: 0 }),
        variables: () => ({ variables: [{ name: 'text', value: hostile, type: hostile, variablesReference: 0 }] }),
        readMemory: () => ({ address: '0', data: 'eA==' }),
        stackTrace: () => ({ stackFrames: [{ id: 1, source: { path: '/a\nb' } }] }),
      },
      end: async () => {},
    });
  });
  adapter.onDidSendMessage((message) => sent.push(message as DebugProtocol.ProtocolMessage));
  const ask = async (command: string, given: object = {}): Promise<DebugProtocol.Response> => {
    const seq = sent.length + 1;
    adapter.handleMessage({ type: 'request', seq, command, arguments: given } as DebugProtocol.Request);
    return expect
      .poll(() => sent.find((each) => each.type === 'response' && (each as DebugProtocol.Response).request_seq === seq))
      .toBeDefined()
      .then(() => sent.find((each) => (each as DebugProtocol.Response).request_seq === seq) as DebugProtocol.Response);
  };
  return { sent, ask };
}

it('words of others are escaped in events, results and refusals', async () => {
  const { sent, ask } = session();
  await ask('launch', { program: 'a.pcapng' });
  expect((await ask('evaluate')).body.result).toBe(harmless);
  expect((await ask('variables')).body.variables).toEqual([
    { name: 'text', value: harmless, type: harmless, variablesReference: 0 },
  ]);
  expect(sent).toContainEqual(
    expect.objectContaining({ event: 'output', body: { category: 'console', output: `${harmless}\nsecond line\n` } }),
  );
  expect(sent).toContainEqual(
    expect.objectContaining({ event: 'stopped', body: { reason: 'breakpoint', text: harmless, description: harmless } }),
  );
  expect((await session().ask('launch', { program: 'refused' })).message).toBe(harmless);
});

it('paths and bytes stay as they are', async () => {
  const { ask } = session();
  await ask('launch', { program: 'a.pcapng' });
  expect((await ask('readMemory')).body).toEqual({ address: '0', data: 'eA==' });
  expect((await ask('stackTrace')).body.stackFrames[0].source.path).toBe('/a\nb');
});
