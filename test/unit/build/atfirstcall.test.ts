/** Files of the bundles that run at the first call of one of their functions. */
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { atFirstCall, callsOf } from '../../../extension/build/atfirstcall.ts';
import { project } from '../../../extension/workbench/paths.ts';

const bundled = async (contents: string): Promise<string> => {
  const { outputFiles } = await build({
    ...{ stdin: { contents, resolveDir: project, loader: 'ts' }, absWorkingDir: project, bundle: true, write: false },
    ...{ format: 'cjs', platform: 'node', mainFields: ['module', 'main'], plugins: [atFirstCall], logLevel: 'silent' },
  });
  return outputFiles[0]!.text;
};

it('whoever imports such a file has its functions, and what it imports is made at the first call', async () => {
  const code = await bundled(`
    import { regularExpression } from './dissector/filter/regular.ts';
    export { regularExpression };`);
  const made: string[] = [];
  // What the engine of regular expressions makes as it starts are maps.
  class Seen extends Map<unknown, unknown> {
    constructor(entries?: Iterable<readonly [unknown, unknown]>) {
      super(entries);
      made.push('map');
    }
  }
  const module = { exports: {} as { regularExpression(pattern: string): (text: string) => boolean } };
  runInNewContext(code, { module, exports: module.exports, Map: Seen, require: () => ({}) });
  expect(made).toEqual([]);
  const matches = module.exports.regularExpression('^a+b');
  expect([matches('xaab'), matches('AAB')]).toEqual([false, true]);
  expect(made).not.toEqual([]);
});

it('takes functions and types, and refuses what a call cannot stand for', () => {
  const source = 'export type A = 1;\nexport interface B {}\nexport function one(): void {}\nexport async function two() {}\n';
  const calls = callsOf('/some/file.ts', source);
  expect(calls).toContain('export function one(...given) { return file().one(...given); }');
  expect(calls).toContain('export function two(...given)');
  expect(calls).not.toContain('A');
  for (const other of ['export const three = 3;', 'export class Four {}', "export * from './five.ts';", 'export default 6;'])
    expect(() => callsOf('/some/file.ts', source + other)).toThrow('exports no function');
});
