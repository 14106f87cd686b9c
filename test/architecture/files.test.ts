/** Every test is run by something, and no source file outgrows what a person reads at once. */
import { describe, expect, it } from 'vitest';
import { files, text } from './sources.ts';

const MAX_LINES = 500;

/** What the runners take, as their settings say it: all that is named `*.test.ts`, each in one of the three. */
const runners: Record<string, readonly string[]> = {
  'vitest.config.ts': ["include: ['test/**/*.test.ts']", "exclude: ['test/host/**', 'test/e2e/**']"],
  'test/e2e/vitest.config.ts': ["include: ['test/e2e/**/*.test.ts']"],
  'test/host/bundle.ts': ["'test/host/**/*.test.ts'"],
};

describe('files', () => {
  it('of tests are named as the runners look for them', () => {
    for (const [file, settings] of Object.entries(runners))
      for (const setting of settings) expect(text(file), file).toContain(setting);
    const tests = /^(describe|suite|it|test)\(/m;
    const lost = files(['test'], ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs']).filter(
      (file) => !file.endsWith('.test.ts') && (/[.-_](test|spec)\.\w+$/.test(file) || tests.test(text(file))),
    );
    expect(lost).toEqual([]);
  });

  it('of source stay within 500 lines', () => {
    const lines = (file: string) => text(file).trimEnd().split('\n').length;
    const long = files(['dissector', 'extension', 'media'], ['.ts', '.css']).filter((file) => lines(file) > MAX_LINES);
    expect(long.map((file) => `${file}: ${lines(file)} lines`)).toEqual([]);
  });
});
