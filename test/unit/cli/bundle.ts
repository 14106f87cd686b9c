import { build } from 'esbuild';
import { bundles } from '../../../extension/build/bundles.ts';
import { project } from '../../../extension/workbench/paths.ts';

/** Builds what `npm run build` builds at `out` (`dist/…`), to a file of its own. */
export async function bundled(out: string, outfile: string): Promise<string> {
  const { entry, options } = bundles.find((each) => each.out === out)!;
  await build({ absWorkingDir: project, entryPoints: [entry], outfile, bundle: true, logLevel: 'warning', ...options });
  return outfile;
}
