/** What the settings of the editor mean to an analysis. */
import { type AnalysisOptions, type Protocol, protocols } from '../../dissector/index.ts';
import { readWishes } from '../../dissector/wishes.ts';
import { loadProtocols } from '../capture/modules.ts';
import type { CaptureSettings } from '../wire/inspector.ts';

export interface Setup {
  readonly protocols: readonly Protocol[];
  readonly options: AnalysisOptions;
  readonly problems: readonly string[];
}

export const noSettings: Setup = { protocols, options: {}, problems: [] };

/** Reads settings; what cannot be used is a problem in a sentence, and the rest is used. */
export async function readSettings({ modules, decodeAs, tree }: Omit<CaptureSettings, 'colours'>): Promise<Setup> {
  const loaded = await loadProtocols(modules);
  const choices = pinned(tree, loaded.protocols);
  const wishes = readWishes({ choices, decodeAs }, loaded.protocols);
  const problems = [...loaded.problems, ...wishes.problems.map((problem) => `Settings: ${problem}`)];
  return { protocols: loaded.protocols, options: wishes, problems };
}

/** What is set for the open choices: `p2p.cipher` stands at `cipher` below `p2p`. */
function pinned(tree: Readonly<Record<string, unknown>>, all: readonly Protocol[]): Record<string, unknown> {
  const pins: Record<string, unknown> = {};
  for (const { id } of all.flatMap((protocol) => protocol.choices ?? [])) {
    const value = id.split('.').reduce<unknown>(below, tree);
    if (value !== undefined && value !== null && value !== 'auto') pins[id] = value;
  }
  return pins;
}

function below(tree: unknown, name: string): unknown {
  return typeof tree === 'object' && tree !== null && Object.hasOwn(tree, name)
    ? (tree as Record<string, unknown>)[name]
    : undefined;
}
