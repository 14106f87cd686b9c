/** The browser in which tests open the workbench: the one from npm, or the one `PEERSCOPE_BROWSER` names. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { appear } from './appear.ts';
import { project, tools } from './paths.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser> {
  // Loaded here and not above: whoever only starts a server does not need it.
  const { chromium } = await import('playwright-core');
  const own = process.env.PEERSCOPE_BROWSER;
  if (own) return chromium.launch({ executablePath: own, headless: true, args: flags });
  const folder = await unpackBrowser();
  const executablePath = join(folder, 'chromium');
  return chromium.launch({
    executablePath,
    headless: true,
    args: flags,
    env: { ...process.env, ...lacking(folder, executablePath) },
  });
}

/**
 * `@sparticuz/chromium` unpacks into the temporary folder and takes whatever file named `chromium` it finds there, also half
 * of one. A process of its own, whose temporary folder is ours, unpacks it whole or not at all; told that it is in a bare
 * container, it adds the libraries and fonts that such a machine lacks.
 */
async function unpackBrowser(): Promise<string> {
  const manifest = createRequire(import.meta.url)
    .resolve('@sparticuz/chromium')
    .replace(/([\\/]@sparticuz[\\/]chromium[\\/]).*/, '$1package.json');
  const { version } = createRequire(import.meta.url)(manifest) as { version: string };
  const target = join(tools, `chromium-${version}`);
  await appear(target, async (folder) => {
    const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
    const env = { ...process.env, NODE_OPTIONS: '', TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' };
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: project, env });
    const fonts = join(folder, 'fonts', 'fonts.conf');
    await writeFile(fonts, (await readFile(fonts, 'utf8')).replaceAll('/tmp/fonts<', `${join(target, 'fonts')}<`));
  });
  return target;
}

/** Environment that lends the browser the libraries and fonts which this machine lacks. */
function lacking(folder: string, executable: string): Record<string, string> {
  const lent: Record<string, string> = {};
  if (execFileSync('ldd', [executable], { encoding: 'utf8' }).includes('not found'))
    lent.LD_LIBRARY_PATH = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(':');
  if (!existsSync('/etc/fonts/fonts.conf')) lent.FONTCONFIG_PATH = join(folder, 'fonts');
  return lent;
}
