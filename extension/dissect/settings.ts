/** What the settings of the editor mean to an analysis. */
import { type AnalysisOptions, type Protocol, protocols, readLimits, useLimits } from '../../dissector/index.ts';
import { pinsIn, readWishes } from '../../dissector/wishes.ts';
import { loadProtocols } from '../capture/modules.ts';
import type { CaptureSettings } from '../wire/inspector.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly options: AnalysisOptions;
  readonly problems: readonly string[];
}

export const noSettings: Setup = { protocols, options: {}, problems: [] };

/** Reads settings, and puts limits into force; what cannot be used is a problem in a sentence, and the rest is used. */
export async function readSettings({ modules, decodeAs, tree }: Omit<CaptureSettings, 'colours'>): Promise<Setup> {
  const loaded = await loadProtocols(modules);
  const choices = pinsIn(tree, loaded.protocols);
  const wishes = readWishes({ choices, decodeAs }, loaded.protocols);
  const { limits, problems: wrong } = readLimits(tree.limits ?? {});
  // This thread has one capture.
  useLimits(limits);
  const problems = [...loaded.problems, ...[...wishes.problems, ...wrong].map((problem) => `Settings: ${problem}`)];
  return { protocols: loaded.protocols, options: wishes, problems };
}
