/**
 * Filters and key logs of any kind are answered. Stops after its time; a longer search is `npm run fuzz -- --texts --minutes 10`.
 */
import { describe, expect, it } from 'vitest';
import { runTexts, texts } from './texts.ts';

const SECONDS = 10;
const MOST_FAILURES = 5;

describe('filters and key logs', () => {
  it(
    'broken in many ways are read without a failure',
    () => {
      const all = texts();
      const end = Date.now() + SECONDS * 1000;
      const failures: string[] = [];
      let seed = 1;
      for (; Date.now() < end && failures.length < MOST_FAILURES; seed++) {
        try {
          runTexts(all, seed);
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
      console.log(`${seed - 1} filters and key logs`);
      expect(failures).toEqual([]);
      expect(seed).toBeGreaterThan(100);
    },
    (SECONDS + 60) * 1000,
  );
});
