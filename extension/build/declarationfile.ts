/** The declarations of the library in one file: what a module outside of any project needs beside it, so that an editor knows the library. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { project } from '../workbench/paths.ts';

const root = join(project, 'dist', 'types', 'dissector', 'dissector');
const name = 'peerscope/dissector';

/** Writes `dist/peerscope.d.ts` from the declarations that the build has made: each file that the library's own leads to is a module in it. */
export function declarationFile(): void {
  const modules = new Map<string, string>();
  const open = [join(root, 'index.d.ts')];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (modules.has(path)) continue;
    const { text, leads } = ambient(path);
    modules.set(path, text);
    open.push(...leads);
  }
  const parts = [...modules].map(([path, text]) => `declare module '${moduleName(path)}' {\n${text}}\n`);
  const head = `/** The types of ${name}. A module of one's own refers to them: /// <reference path="peerscope.d.ts" /> */\n`;
  writeFileSync(join(project, 'dist', 'peerscope.d.ts'), head + parts.join(''));
}

/** A file as the body of a module that is declared, and the files that it leads to. */
function ambient(path: string): { readonly text: string; readonly leads: readonly string[] } {
  const leads: string[] = [];
  const text = readFileSync(path, 'utf8')
    .replace(/(from |import\()(['"])(\.[^'"]+)\2/g, (_, before: string, quote: string, to: string) => {
      const file = resolve(dirname(path), to.replace(/\.ts$/, '.d.ts'));
      leads.push(file);
      return `${before}${quote}${moduleName(file)}${quote}`;
    })
    // Inside a module that is declared everything is.
    .replace(/^(export )?declare /gm, '$1')
    .replace(/^\/\/# sourceMappingURL=.*\n?/gm, '');
  return { text, leads };
}

function moduleName(path: string): string {
  const inside = relative(root, path)
    .replaceAll('\\', '/')
    .replace(/\.d\.ts$/, '');
  return inside === 'index' ? name : `${name}/${inside}`;
}
