/** What a launch request names, as a target: a capture, or sections of a packet script. */
import { type Surroundings as OfCapture, openCapture } from './opencapture.ts';
import { openScript, type ScriptSurroundings } from './openscript.ts';
import { type Arguments, text, textIn } from './requests.ts';
import type { Client, Target } from './target.ts';

export interface Surroundings {
  readonly ofCapture: OfCapture;
  ofScript(path: string): Promise<ScriptSurroundings>;
}

export async function openTarget(given: Arguments, client: Client, around: Surroundings): Promise<Target> {
  const program = text(given, 'program');
  if (isScript(given)) return openScript(given, program, client, await around.ofScript(program));
  return openCapture(given, program, client, around.ofCapture);
}

/** Whether a launch request names a packet script: by its name, or since it names a section. */
function isScript(given: Arguments): boolean {
  return given.section !== undefined || /\.packet$/i.test(textIn(given, 'program') ?? '');
}
