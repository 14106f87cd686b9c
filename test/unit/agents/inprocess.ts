/** The tools in this process, as a server has them: folders, modules and key logs as a person gives them. */
import { readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import { nodeLimits } from '../../../dissector/testnode/index.ts';
import { Agents } from '../../../extension/agents/agents.ts';
import { agentLimits } from '../../../extension/agents/limits.ts';
import { tokensOf } from '../../../extension/agents/quoting.ts';
import type { KeyLog } from '../../../extension/capture/keys.ts';
import { loadProtocols } from '../../../extension/capture/modules.ts';
import { endsWithFile } from '../endings.ts';

export interface Given {
  readonly roots: readonly string[];
  readonly modules?: readonly string[];
  readonly keyLogs?: readonly KeyLog[];
  readonly maySend?: true;
}

/** Calls a tool; every answer is within the limit, whatever the test is about. */
export type Call = (name: string, input: object, isAllowed?: boolean) => Promise<{ text: string; isError: boolean }>;

export async function agentsWith({ roots, modules = [], keyLogs = [], maySend }: Given): Promise<Call> {
  const { protocols, problems } = await loadProtocols(modules);
  if (problems.length > 0) throw new Error(problems.join(' '));
  const written = { choices: {}, decodeAs: [], limits: {} };
  const options = readDecodeOptions(written, protocols);
  const agents = new Agents({
    ...{ roots, pins: {}, nodeLimits, sendingRefused: maySend ? undefined : 'This server is read only.' },
    decoding: { protocols, options, written, keyLogs: () => keyLogs },
  });
  endsWithFile(() => agents.close());
  return async (name, input, isAllowed = false) => {
    // A person is asked first, as a server and the editor do.
    if (isAllowed) await agents.question(name, input);
    const { text, isError = false } = await agents.call(name, input, isAllowed);
    if (tokensOf(text) > agentLimits.answerTokens) throw new Error(`${name} answers with ${tokensOf(text)} tokens`);
    return { text, isError };
  };
}

/** Every page of an answer, by what its last line says. */
export async function pages(call: Call, name: string, input: object, most = 2_000): Promise<string[]> {
  const all: string[] = [];
  for (let more = {}; all.length < most; ) {
    const { text, isError } = await call(name, { ...input, ...more });
    if (isError) throw new Error(text);
    all.push(text);
    const [, from] = /^More .*"from": (\d+)/.exec(text.split('\n').at(-1)!) ?? [];
    if (from === undefined) return all;
    more = { from: Number(from) };
  }
  throw new Error(`${name} does not come to an end`);
}

/** The JSON objects of an answer, a line each. */
// biome-ignore lint/suspicious/noExplicitAny: what a test looks at is said by the test
export function objectsIn(text: string): any[] {
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}
