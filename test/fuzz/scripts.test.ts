/**
 * A broken packet script never makes the editor's answers throw, hang or point outside of it. Stops after its time; a longer search
 * is `npm run fuzz -- --scripts --minutes 10`.
 */
import { describe, expect, it } from 'vitest';
import { runScript, scripts } from './scripts.ts';

const SECONDS = 20;
const MOST_FAILURES = 5;
const all = scripts();

describe('packet scripts', () => {
  it(
    'broken in many ways are answered about',
    () => {
      const end = Date.now() + SECONDS * 1000;
      const failures: string[] = [];
      let seed = 1;
      for (; Date.now() < end && failures.length < MOST_FAILURES; seed++) {
        try {
          runScript(all, seed);
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
      console.log(`${seed - 1} scripts`);
      expect(failures).toEqual([]);
      expect(seed).toBeGreaterThan(20);
    },
    (SECONDS + 60) * 1000,
  );
});
