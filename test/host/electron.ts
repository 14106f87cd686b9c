/** `npm run test:electron`: the same suite in a desktop VS Code, for those whose network can download one. */
import { rmSync } from 'node:fs';
import { runTests } from '@vscode/test-electron';
import { project } from '../../extension/workbench/paths.ts';
import { bundleSuite } from './bundle.ts';
import { copyOfSamples } from './workspace.ts';

const folder = copyOfSamples();
try {
  await runTests({
    extensionDevelopmentPath: project,
    extensionTestsPath: await bundleSuite(),
    launchArgs: [folder, '--disable-extensions', '--disable-workspace-trust'],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
