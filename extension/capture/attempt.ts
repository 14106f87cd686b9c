import { ProtocolFailure } from './failures.ts';
import { watchedCall } from './hookwatch.ts';
import { placeOf, placeText } from './modulefault.ts';
import { reasonOf } from './reason.ts';

/** A module, by what names it. */
export interface Module {
  readonly id: string;
  readonly path: string;
}

/** Calls a hook of a module under the watchdog. Throws a ProtocolFailure for whatever the hook throws. */
export function attempt<T>({ id, path }: Module, hook: string, call: () => T, frame?: number): T {
  try {
    return watchedCall(path, id, hook, call);
  } catch (error) {
    const where = frame === undefined ? '' : ` at frame ${frame}`;
    throw new ProtocolFailure(`The protocol ${id} failed in "${hook}"${where}: ${whyOf(error)}`, { cause: error });
  }
}

/** With the place in the module, where the error tells it. */
export function whyOf(error: unknown): string {
  const place = placeOf(error);
  return place === undefined ? reasonOf(error) : `${reasonOf(error)} (${placeText(place)})`;
}
