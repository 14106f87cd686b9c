/**
 * `npm run package`: builds and packs the VSIX. An argument names the file to write. What goes in is put together in a folder
 * of its own: only what runs and what a person reads, with a manifest that says nothing of how the project is built.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { project } from '../workbench/paths.ts';
import { bundles } from './bundles.ts';

/** Bundles of the npm package alone. */
const ofThePackage = ['dist/dissector.js', 'dist/peerscope.js'];

export const contents: readonly string[] = [
  ...['package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md', 'dist/NOTICES.md', 'media/icons/peerscope.png'],
  ...bundles.map(({ out }) => out).filter((out) => !ofThePackage.includes(out)),
  // The style sheet of each page lies beside its script.
  ...bundles.flatMap(({ out }) => (out.startsWith('dist/media/') ? [out.replace(/\.js$/, '.css')] : [])),
  ...[
    'syntaxes/packet.tmLanguage.json',
    'syntaxes/packet.language.json',
    'syntaxes/packet.snippets.json',
    'syntaxes/tasks.snippets.json',
    'syntaxes/launch.snippets.json',
    'media/icons/packet.svg',
  ],
  // The walkthrough: its pictures, and the capture that it opens.
  ...['media/walkthrough/open.png', 'media/walkthrough/keys.png', 'media/walkthrough/steps.png', 'media/walkthrough/debug.png'],
  ...['media/samples/p2pke_a.pcapng', 'media/samples/p2pke_a.keys'],
  // For protocols of one's own: the types that a new one gets, and the samples to begin from.
  ...['dist/peerscope.d.ts', 'media/samples/protocols', 'media/samples/heartbeat.js'],
  ...['media/samples/heartbeat.pcapng', 'media/samples/heartbeat.keys'],
];
/** The host without Node takes no extension of type "module"; everything is bundled, so no package is needed either. */
const unpacked: readonly string[] = ['type', 'scripts', 'exports', 'bin', 'files', 'dependencies', 'devDependencies'];

/** Builds what is packed. */
export function buildExtension(): void {
  run(['--import', 'tsx', join(project, 'extension/build/build.ts')], project);
}

/** Packs what was built; `without` names parts of the manifest that are left out too. */
export function packExtension(out: string, without: readonly string[] = []): void {
  const folder = join(project, 'dist', 'package');
  rmSync(folder, { recursive: true, force: true });
  for (const file of contents) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(project, file), join(folder, file), { recursive: true });
  }
  const manifest = Object.entries(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')));
  const kept = manifest.filter(([name]) => !unpacked.includes(name) && !without.includes(name));
  writeFileSync(join(folder, 'package.json'), JSON.stringify(Object.fromEntries(kept), null, 2));
  mkdirSync(dirname(out), { recursive: true });
  const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', out];
  run([vsce, 'package', ...options], folder);
}

/** Runs a tool of the build; what it says is told when it fails. */
function run(args: readonly string[], cwd: string): void {
  try {
    execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`The extension does not pack:\n${stdout}${stderr}`);
  }
}

if (process.argv[1] === import.meta.filename) {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  const out = process.argv[2] ?? join(project, `peerscope-${version}.vsix`);
  buildExtension();
  packExtension(out);
  console.log(out);
}
