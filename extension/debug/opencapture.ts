/** A capture that a launch request names, opened, decoded and ready to be stepped through. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { CaptureStepper } from '../../dissector/stepping/index.ts';
import { CaptureKeys, type KeyLog } from '../capture/keys.ts';
import { type OpenFile, Pass } from '../capture/open.ts';
import type { Setup } from '../worker/settings.ts';
import { CaptureTarget, type CaptureTargetOptions } from './capturetarget.ts';
import { inSlices } from './movements.ts';
import { type Arguments, Refusal, textIn, textsIn } from './requests.ts';
import type { Client, Target } from './target.ts';

const STEP_FRAMES = 2_000;
/** Lines that are told of what is wrong with keys. */
const KEY_PROBLEMS = 5;

/** Where a session finds what its launch request names. */
export interface Surroundings {
  /** Protocols and how captures are decoded. */
  readonly setup: Pick<Setup, 'protocols' | 'options'>;
  /** Key logs that count for every session. */
  readonly keyLogs: readonly KeyLog[];
  /** Opens a capture; `close` frees what that took. */
  open(path: string): Promise<{ readonly file: OpenFile; close(): void }>;
  /** The text of a key log. */
  readKeyLog(path: string): Promise<string>;
}

/** Reads `program`, `keys`, `filter` and `stopOnEntry`. */
export async function openCapture(given: Arguments, program: string, client: Client, around: Surroundings): Promise<Target> {
  const { protocols, options } = around.setup;
  const paths = textsIn(given, 'keys');
  const texts = await Promise.all(paths.map(async (path) => ({ name: path, text: await around.readKeyLog(path) })));
  const { file, close } = await around.open(program);
  try {
    const keys = new CaptureKeys(protocols, options.limits);
    const { problems } = keys.replace([...around.keyLogs, ...texts]);
    for (const problem of problems.slice(0, KEY_PROBLEMS)) client.output(problem, 'stderr');
    const pass = new Pass(file, keys, protocols, options);
    await inSlices(firstPass(pass));
    const logs = [...around.keyLogs, ...texts];
    const addKeys = (more: readonly KeyLog[]): Generator<void, void> | undefined => {
      logs.push(...more);
      const { changed, problems } = keys.replace(logs);
      for (const problem of problems.slice(0, KEY_PROBLEMS)) client.output(problem, 'stderr');
      return changed ? rekeyed(pass.analysis) : undefined;
    };
    return await targetOf(pass.analysis, given, client, { addKeys, close, readKeyLog: around.readKeyLog });
  } catch (error) {
    close();
    throw error;
  }
}

function* firstPass(pass: Pass): Generator<void, void> {
  while (pass.step(STEP_FRAMES)) yield;
}

function* rekeyed(analysis: Analysis): Generator<void, void> {
  while (analysis.rekeyPart()) yield;
}

async function targetOf(
  analysis: Analysis,
  given: Arguments,
  client: Client,
  options: Omit<CaptureTargetOptions, 'stopOnEntry'>,
): Promise<Target> {
  const log = (text: string): void => client.output(text);
  const filter = textIn(given, 'filter');
  const opened = await inSlices(CaptureStepper.open(analysis, { log, ...(filter === undefined ? {} : { filter }) }));
  if (opened === undefined || 'problem' in opened) throw new Refusal(opened?.problem ?? 'The capture cannot be opened.');
  return new CaptureTarget(opened, client, { ...options, stopOnEntry: given.stopOnEntry !== false });
}
