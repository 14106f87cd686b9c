/** What a launch request names, as a target. */
import { type Surroundings as OfCapture, openCapture } from './opencapture.ts';
import { type Arguments, text } from './requests.ts';
import type { Client, Target } from './target.ts';

export type Surroundings = OfCapture;

export function openTarget(given: Arguments, client: Client, around: Surroundings): Promise<Target> {
  return openCapture(given, text(given, 'program'), client, around);
}
