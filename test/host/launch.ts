/** Runs the suite inside the extension host of the workbench that comes from npm, opened in a browser without a screen. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { interrupted } from '../../extension/cli/interrupted.ts';
import { launchBrowser } from '../../extension/workbench/browser.ts';
import { artifacts, project } from '../../extension/workbench/paths.ts';
import { WorkbenchServer } from '../../extension/workbench/server.ts';
import { bundleSuite } from './bundle.ts';
import { copyOfSamples } from './workspace.ts';

const LIMIT_MS = 8 * 60_000;
/** From this line on the console is the suite's: before it VS Code tells how it starts. */
const FIRST_LINE = 'Peerscope suite';
/** What VS Code says between the suite's lines where its native modules are not built; it runs without them. */
const noise = /Could not locate the bindings file|AccountPolicyGate|open-vsx\.org/;

const tests = await bundleSuite();
const folder = copyOfSamples();
const server = await WorkbenchServer.start({ development: true });
void interrupted().then(() => process.exit(1));
const browser = await launchBrowser();
const before: string[] = [];
let begun = false;
let code = 1;
try {
  const page = await browser.newPage();
  const exit = new Promise<number>((resolve, reject) => {
    void page.exposeFunction('codeAutomationExit', resolve);
    setTimeout(() => reject(new Error(`the suite did not end within ${LIMIT_MS / 60_000} minutes`)), LIMIT_MS).unref();
  });
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    begun ||= args[0] === FIRST_LINE;
    if (!begun) before.push(args.join(' '));
    if (!begun || noise.test(String(args[0]))) return;
    (type === 'error' || type === 'warn' ? console.error : console.log)(...args);
  });
  await page.goto(server.address({ folder, extension: project, tests }));
  code = await exit.catch(async (error) => {
    mkdirSync(artifacts, { recursive: true });
    await page.screenshot({ path: join(artifacts, 'host-suite.png') });
    console.error(`${error.message}\n${server.log}`);
    return 1;
  });
  if (!begun) console.error(`The suite did not begin.\n${before.join('\n')}`);
} finally {
  await browser.close();
  await server.dispose();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code);
