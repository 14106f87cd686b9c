/**
 * One workbench and one browser a file, and one file at a time: each takes a machine's worth of memory, and two browsers that draw
 * without a graphics card keep each other waiting.
 */
import { defineConfig } from 'vitest/config';
import { project } from '../../extension/workbench/paths.ts';

export default defineConfig({
  test: {
    root: project,
    include: ['test/e2e/**/*.test.ts'],
    globalSetup: 'test/e2e/pack.ts',
    fileParallelism: false,
    // What is waited for comes late on a busy machine; without this a poll waits for one second.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
