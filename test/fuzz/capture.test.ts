/**
 * No input makes anything throw or gives a field a range it does not have. Stops after its time, however far it came: a
 * longer search is `npm run fuzz -- --minutes 10 --seed 1`, and the input of one seed `npm run fuzz -- --only SEED`.
 */
import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { recordings, run } from './corpus.ts';

const SECONDS = 30;
const FIRST_SEED = 1;
const MOST_FAILURES = 5;
const all = recordings();

describe('captures', () => {
  it('are there', () => {
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter(({ keyLog }) => keyLog !== '').length).toBeGreaterThan(2);
  });

  for (const { name, bytes, keyLog } of all) it(`as recorded: ${name}`, () => void check(bytes, keyLog));

  it(
    'broken in many ways are read without a failure',
    () => {
      const end = Date.now() + SECONDS * 1000;
      const failures: string[] = [];
      let seed = FIRST_SEED;
      let messages = 0;
      for (; Date.now() < end && failures.length < MOST_FAILURES; seed++) {
        try {
          messages += run(all, seed).messages;
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
      console.log(`${seed - FIRST_SEED} inputs with ${messages} messages, seeds from ${FIRST_SEED}`);
      expect(failures).toEqual([]);
      expect(messages).toBeGreaterThan(0);
    },
    (SECONDS + 60) * 1000,
  );
});
