/** `run_section`: the only tool that sends. Whoever calls it has asked a person. */
import { randomInt } from 'node:crypto';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { memoryFile } from '../../../dissector/capture/index.ts';
import { questionsOf } from '../../../dissector/script/index.ts';
import { CaptureKeys } from '../../capture/keys.ts';
import { openFile, Pass } from '../../capture/open.ts';
import { runSection } from '../../node/scripts/run.ts';
import { page, Refusal } from '../answer.ts';
import type { Input } from '../input.ts';
import { agentLimits } from '../limits.ts';
import { quoted } from '../quoting.ts';
import { chosenSection, lineAt } from '../scripts.ts';
import type { Secrets } from '../secrets.ts';
import type { Tooling } from '../tooling.ts';
import { messageText } from './listmessages.ts';

const STEP_FRAMES = 4_096;
/** Warnings about the script that are told. */
const WARNINGS = 5;

/** `secrets` takes the keys of its nodes. The environment is empty: an agent may have written the script itself. */
export async function runScript(
  input: Input,
  tooling: Tooling,
  secrets: Secrets,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { protocols } = tooling.decoding;
  const { text, folder, section, problems } = chosenSection(input, tooling.roots, protocols);
  const answered = (input.answers ?? {}) as Readonly<Record<string, string>>;
  const open = questionsOf(section.statements).filter((question) => !Object.hasOwn(answered, question));
  if (open.length > 0) throw new Refusal(`The script asks ${quoted(open)}: give "answers".`);
  const late = AbortSignal.timeout(agentLimits.sectionSeconds * 1000);
  const result = await runSection(section, {
    ...{ protocols, pins: tooling.pins, limits: tooling.nodeLimits, allow: [] },
    around: { folder, environment: {}, answered, seed: randomInt(2 ** 32) },
    signal: signal === undefined ? late : AbortSignal.any([late, signal]),
  });
  const { failure, stopped, seconds, recording } = result;
  const analysis = recording === undefined ? undefined : await analysed(recording, tooling, secrets);
  const count = analysis?.messageCount ?? 0;
  return page({
    head: [
      outcome(failure !== undefined, stopped, seconds),
      ...(failure === undefined ? [] : [quoted({ line: lineAt(text, failure.at), failure: failure.text })]),
      ...(failure === undefined ? problems.slice(0, WARNINGS).map((problem) => quoted(problem)) : []),
      ...(count === 0 ? ['No message was sent or received.'] : [`${count} messages passed:`]),
    ],
    items: analysis === undefined ? [] : Array.from({ length: count }, (_, n) => messageText(analysis, n)),
    rest: (shown) => `The other ${count - shown} messages are left out: run a shorter section.`,
    end: () => 'End.',
  });
}

function outcome(hasFailed: boolean, stopped: number | undefined, seconds: number): string {
  const took = `after ${seconds.toFixed(2)} s`;
  if (hasFailed) return `The section failed ${took}.`;
  if (stopped !== undefined) return `The section was stopped ${took} (limit sectionSeconds of ${agentLimits.sectionSeconds}).`;
  return `The section passed ${took}.`;
}

async function analysed(recording: Uint8Array, { decoding }: Tooling, secrets: Secrets): Promise<Analysis> {
  const { protocols, options } = decoding;
  const keys = new CaptureKeys(protocols, options.limits);
  const pass = new Pass(await openFile(memoryFile(recording), options.limits), keys, protocols, options);
  while (pass.step(STEP_FRAMES));
  secrets.addRing(keys.ring);
  return pass.analysis;
}
