/** The packages that the bundles hold, with their licences: whoever gives the extension on has to give these, too. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../workbench/paths.ts';

/** A Markdown page; `inputs` are the files of all bundles, relative to the project. Throws for a package without a licence. */
export function noticesOf(inputs: Iterable<string>): string {
  const folders = new Set([...inputs].flatMap((input) => folderOf(input) ?? []));
  const notices = [...folders].sort().map(noticeOf);
  return `# Packages in the bundles\n\n${notices.join('\n')}`;
}

/** The folder of the package that a file belongs to. */
function folderOf(input: string): string | undefined {
  const parts = input.split('/');
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  return parts.slice(0, at + (parts[at + 1]!.startsWith('@') ? 3 : 2)).join('/');
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(project, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(project, folder)).find((each) => /^licen[cs]e(\.|-|$)/i.test(each));
  if (typeof license !== 'string') throw new Error(`${folder} names no licence`);
  const text =
    file !== undefined && existsSync(join(project, folder, file)) ? readFileSync(join(project, folder, file), 'utf8') : '';
  return `## ${name} ${version}\n\n${license}\n${text === '' ? '' : `\n\`\`\`\n${text.trim()}\n\`\`\`\n`}`;
}
