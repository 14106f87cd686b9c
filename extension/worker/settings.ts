/** What the settings of the editor mean to an analysis. */

import { pinsIn, readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import type { AnalysisOptions } from '../../dissector/analysis/index.ts';
import { defaultLimits, type Limits, type Protocol, protocols } from '../../dissector/index.ts';
import { type Loaded, loadProtocols } from '../capture/modules.ts';
import type { CaptureSettings } from '../wire/inspector.ts';
import type { CandidateChoice } from '../wire/views.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly options: AnalysisOptions & { readonly limits: Limits };
  readonly problems: readonly string[];
  readonly modules: Pick<Loaded, 'faults' | 'files'>;
}

export const noSettings: Setup = {
  protocols,
  options: { limits: defaultLimits },
  problems: [],
  modules: { faults: [], files: [] },
};

/** What protocols beside the built-in ones leave open, but for tables of numbers. */
export function openChoices(all: readonly Protocol[]): CandidateChoice[] {
  const isBuiltIn = (protocol: Protocol): boolean => protocols.some(({ id }) => id === protocol.id);
  return all
    .filter((protocol) => !isBuiltIn(protocol))
    .flatMap(({ choices = [] }) => choices)
    .flatMap((choice) => ('candidates' in choice ? [choice] : []))
    .map(({ id, doc, candidates }) => ({ id, doc, candidates: candidates.map((each) => ({ id: each.id, doc: each.doc })) }));
}

/** Reads settings; what cannot be used is a problem in a sentence, and the rest is used. `tell`: as loadProtocols has it. */
export async function readSettings(
  { modules, decodeAs, tree }: Omit<CaptureSettings, 'colours'>,
  tell: (mistake: string) => void = () => {},
): Promise<Setup> {
  const loaded = await loadProtocols(modules, tell);
  const choices = pinsIn(tree, loaded.protocols);
  const decodeOptions = readDecodeOptions({ choices, decodeAs, limits: tree.limits ?? {}, order: tree.order }, loaded.protocols);
  // The line itself stands in the editor: the first line of a sentence tells its place.
  const ofModules = loaded.problems.map((problem) => problem.split('\n')[0]!);
  const problems = [...ofModules, ...decodeOptions.problems.map((problem) => `Settings: ${problem}`)];
  return { protocols: loaded.protocols, options: decodeOptions, problems, modules: loaded };
}
