/** Everything that runs in plain Node. What needs VS Code is in test/host (mocha, inside it) and test/e2e (from outside). */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/host/**', 'test/e2e/**'],
    setupFiles: ['test/unit/setup.ts'],
    // The modules of the product are loaded once a worker, not once a file: that takes as long as all the tests.
    isolate: false,
    // No test measures time; a limit only ends what hangs, also on a slow machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than there are cores: many tests wait for sockets and for other programs.
    maxWorkers: availableParallelism() + 1,
  },
});
