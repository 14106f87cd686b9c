/** `npm run build`: every bundle and the library's types into dist/. */
import { writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { project } from '../workbench/paths.ts';
import { bundle, bundles } from './bundles.ts';
import { declarationFile } from './declarationfile.ts';
import { noticesOf } from './notices.ts';
import { declarations } from './types.ts';

const inputs = await Promise.all(
  bundles.map(async (each) => {
    const files = await bundle(each);
    console.log(each.out);
    if (each.out === 'dist/peerscope.js') await chmod(join(project, each.out), 0o755);
    return files;
  }),
);
writeFileSync(join(project, 'dist/NOTICES.md'), noticesOf(inputs.flat()));
declarations();
declarationFile();
