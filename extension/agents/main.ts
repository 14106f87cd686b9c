/** The thread of the tools in the editor: a capture that is large, or a module that does not return, holds nobody else. */
import { pinsIn } from '../../dissector/analysis/decodeoptions.ts';
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../capture/engine.ts';
import { onHook } from '../capture/hookwatch.ts';
import { nodeLimitsIn } from '../node/limits.ts';
import type { AgentCalls, AgentEvents, AgentSetup } from '../wire/agents.ts';
import { Connection } from '../wire/rpc.ts';
import { port } from '../worker/port.ts';
import { readSettings } from '../worker/settings.ts';
import { Agents } from './agents.ts';

type None = Record<never, never>;

useEngine(platformEngine());

let agents: Agents | undefined;
const running = new Map<number, AbortController>();

async function setUp({ roots, settings, keyLogs, sendingRefused }: AgentSetup): Promise<readonly string[]> {
  const { protocols, options, problems } = await readSettings(settings);
  const { tree, decodeAs } = settings;
  const pins = pinsIn(tree, protocols);
  const written = { choices: pins, decodeAs, limits: tree.limits ?? {}, order: tree.order };
  agents = new Agents({
    ...{ roots, pins, nodeLimits: nodeLimitsIn(tree, protocols), sendingRefused },
    decoding: { protocols, options, written, keyLogs: () => keyLogs },
  });
  return problems;
}

function ready(): Agents {
  if (agents === undefined) throw new Error('The tools are not set up.');
  return agents;
}

const connection = new Connection<None, AgentEvents, AgentCalls, None>(
  (message) => port.post(message),
  {
    setup: async (setup) => ({ problems: await setUp(setup) }),
    question: async ({ name, input }) => {
      const question = await ready().question(name, input);
      return typeof question === 'string' ? { question } : question === undefined ? {} : { refused: question.text };
    },
    call: async ({ call, name, input, isAllowed }) => {
      const stop = new AbortController();
      running.set(call, stop);
      try {
        const { text, isError = false } = await ready().call(name, input, isAllowed, stop.signal);
        return { text, isError };
      } finally {
        running.delete(call);
      }
    },
    cancel: ({ call }) => {
      running.get(call)?.abort();
      return {};
    },
  },
  {},
);
onHook((watch) => connection.tell('hooks', watch));
port.listen((message) => connection.receive(message));
