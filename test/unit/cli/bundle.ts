import { build } from 'esbuild';
import { bundles, optionsOf } from '../../../extension/build/bundles.ts';

/** Builds what `npm run build` builds at `out` (`dist/…`), to a file of its own. */
export async function bundled(out: string, outfile: string): Promise<string> {
  await build(optionsOf(bundles.find((each) => each.out === out)!, outfile));
  return outfile;
}
