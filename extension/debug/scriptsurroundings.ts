/** What a script takes from the editor. In a browser scriptsurroundings.web.ts stands in its place. */
import { pinsIn } from '../../dissector/analysis/decodeoptions.ts';
import type { Protocol } from '../../dissector/protocol/index.ts';
import { nodeLimitsIn } from '../node/limits.ts';
import type { DebuggedScript } from '../wire/debug.ts';
import type { CaptureSettings } from '../wire/inspector.ts';
import type { ScriptSurroundings } from './openscript.ts';

/** Scripts of the editor stay on this machine: a build that runs them says otherwise by its own command. */
export function scriptSurroundings(
  { script, folder, recording }: DebuggedScript,
  { tree }: CaptureSettings,
  protocols: readonly Protocol[],
): ScriptSurroundings {
  const [limits, pins] = [nodeLimitsIn(tree, protocols), pinsIn(tree, protocols)];
  return { ...{ protocols, limits, pins, allow: [], folder, recording }, readText: async () => script };
}
