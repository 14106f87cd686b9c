import { availableParallelism } from 'node:os';
import type { ThreadSettings } from '../io.ts';

/** Each further thread reads the whole capture, and holds as much of it in memory as the first. */
const MOST_THREADS = 4;
/** A thread has read the capture some tenths of a second after the first one: of less, that one has printed most by then. */
const FROM_BYTES = 0x800_0000;
/** Messages of one part. */
export const MESSAGES = 1024;

/** How threads are used where nobody says otherwise. `program`: linethread.ts as a bundle. */
export function threadSettings(program: URL): ThreadSettings {
  return { program, count: Math.min(availableParallelism(), MOST_THREADS), fromBytes: FROM_BYTES, messages: MESSAGES };
}
