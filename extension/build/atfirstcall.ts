/** Files that run at the first call of one of their functions: what few captures need is not made whenever a program starts. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { project } from '../workbench/paths.ts';

/** Relative to the project. What these import is costly to make: parsers, structures of ASN.1, regular expressions. */
const files: ReadonlySet<string> = new Set([
  'dissector/crypto/certificate.ts',
  'dissector/crypto/certify.ts',
  'dissector/crypto/cms.ts',
  'dissector/crypto/dhpublickey.ts',
  'dissector/crypto/privatekey.ts',
  'dissector/crypto/publickeyinfo.ts',
  'dissector/crypto/rsaprivatekey.ts',
  'dissector/crypto/spki.ts',
  'dissector/filter/regular.ts',
  'dissector/protocols/ptpchat/cmsfield.ts',
  'extension/capture/modulefault.ts',
]);

const namespace = 'at first call';

/** Who imports one of the files gets functions that load it; only functions can be so. */
export const atFirstCall: Plugin = {
  name: namespace,
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir, kind }) => {
      const file = resolve(resolveDir, path);
      const isOne = kind === 'import-statement' && files.has(relative(project, file).replaceAll('\\', '/'));
      return isOne ? { path: file, namespace } : undefined;
    });
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: callsOf(path),
      resolveDir: dirname(path),
      watchFiles: [path],
    }));
  },
};

/** Throws for a file that exports something else than functions and types. */
export function callsOf(path: string, source = readFileSync(path, 'utf8')): string {
  const exported = [...source.matchAll(/^export (?!interface |type )(.*)/gm)].map(([, declaration]) => declaration!);
  const calls = exported.map((declaration) => {
    const name = /^(?:async )?function (\w+)/.exec(declaration)?.[1];
    if (name === undefined) throw new Error(`${path} is loaded at the first call, and exports no function: ${declaration}`);
    return `export function ${name}(...given) { return file().${name}(...given); }`;
  });
  return [`const file = () => require(${JSON.stringify(path)});`, ...calls].join('\n');
}
