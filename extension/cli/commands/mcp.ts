/** `peerscope mcp`: a server of the Model Context Protocol over standard input and output. */
import { readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import { limitsOf } from '../../../dissector/protocol/index.ts';
import { readNodeLimits } from '../../../dissector/testnode/index.ts';
import { Agents } from '../../agents/agents.ts';
import { serveMcp } from '../../agents/server.ts';
import { loadProtocols } from '../../capture/modules.ts';
import { reasonOf } from '../../capture/reason.ts';
import { parseLimits } from '../arguments.ts';
import { readKeyLog } from '../capture.ts';
import { parseChoices } from '../choice.ts';
import { exitStatus, UsageError } from '../errors.ts';
import { watchHooks } from '../hookwatchdog.ts';
import type { Io, Tell } from '../io.ts';
import { type Given, parseOptions, refuseOthers } from '../options.ts';
import type { Output } from '../output.ts';
import { mcpHelp } from '../usage.ts';

const HELP = 'peerscope mcp --help';

export async function mcp(args: readonly string[], io: Io, out: Output, tell: Tell): Promise<number> {
  const given = parseOptions(args, HELP);
  if (given.has('help')) {
    await out.text(mcpHelp());
    return exitStatus.read;
  }
  refuseOthers('mcp', given, HELP);
  if (given.positionals.length > 0) throw new UsageError('"mcp" takes no file: --root names the folders that it may read.', HELP);
  const agents = await agentsOf(given, tell);
  const { ended, close } = serveMcp({ agents, version: io.version(), stdin: io.stdin, stdout: io.stdout, tell });
  await Promise.race([ended, io.interrupted()]);
  await close();
  agents.close();
  io.stdin.destroy();
  return exitStatus.read;
}

/** Throws a UsageError for what cannot be used: here a person still reads it. */
async function agentsOf(given: Given, tell: Tell): Promise<Agents> {
  const loaded = await loadProtocols(given.all('protocol'), tell);
  if (loaded.problems.length > 0) throw new UsageError(loaded.problems.join(' '), false);
  const { protocols } = loaded;
  const pins = parseChoices(given.all('choice'));
  const limits = parseLimits(given.all('limit'));
  const { limits: nodeLimits, problems } = readNodeLimits(limits, protocols);
  if (problems.length > 0) throw new UsageError(`--limit: ${problems.join(' ')}`, false);
  const ofCaptures = limitsOf(protocols);
  const written = {
    ...{ choices: pins, decodeAs: given.all('decode-as'), order: given.one('order') },
    limits: Object.fromEntries(Object.entries(limits).filter(([name]) => Object.hasOwn(ofCaptures, name))),
  };
  const options = readDecodeOptions(written, protocols);
  if (options.problems.length > 0) throw new UsageError(options.problems.join(' '), false);
  watchHooks(options.limits.hookSeconds);
  const paths = given.all('keys');
  const keyLogs = () => paths.map((path) => readKeyLog(path, options.limits));
  // A path that is mistyped is told now, and not to an agent later.
  keyLogs();
  const roots = given.has('root') ? given.all('root') : ['.'];
  const sendingRefused = given.has('allow-send')
    ? undefined
    : 'Nothing was sent: this server is read only. A person allows sending when the server is started: peerscope mcp --allow-send.';
  try {
    return new Agents({ roots, decoding: { protocols, options, written, keyLogs }, pins, nodeLimits, sendingRefused });
  } catch (error) {
    throw new UsageError(`--root ${roots.join(', ')}: ${reasonOf(error)}`, false);
  }
}
