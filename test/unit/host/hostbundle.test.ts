/** What VS Code loads before a capture is shown: everything in it delays the first row. */
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { bundles, optionsOf } from '../../../extension/build/bundles.ts';

const inputsOf = async (out: string): Promise<string[]> => {
  const one = bundles.find((each) => each.out === out)!;
  const { metafile } = await build({ ...optionsOf(one), metafile: true, write: false });
  return Object.keys(metafile.inputs);
};

it.each(['dist/extension.cjs', 'dist/web/extension.js'])(
  '%s holds no protocol, no cryptography and nothing that runs scripts',
  async (out) => {
    const inputs = await inputsOf(out);
    expect(inputs).toContain('dissector/script/syntax/parser.ts');
    expect(
      inputs.filter((file) =>
        /^(dissector\/(protocols?|crypto|script\/run)|node_modules\/@noble\/(curves|ciphers))\//.test(file),
      ),
    ).toEqual(['dissector/protocol/limitoptions.ts']);
  },
);

it('the client of the language server is apart: it is loaded with the first script', async () => {
  const isClient = (file: string): boolean => file.startsWith('node_modules/vscode-languageclient/');
  expect((await inputsOf('dist/extension.cjs')).filter(isClient)).toEqual([]);
  expect((await inputsOf('dist/language.cjs')).some(isClient)).toBe(true);
});
