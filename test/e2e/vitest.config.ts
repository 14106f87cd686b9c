/** One workbench and one browser a file, and one file at a time: each takes a machine's worth of memory. */
import { defineConfig } from 'vitest/config';
import { project } from '../../extension/workbench/paths.ts';

export default defineConfig({
  test: {
    root: project,
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/e2e/pack.ts',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
