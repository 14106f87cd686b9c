/** The source files of a folder and what each of them imports, for the tests of this folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { project } from '../../extension/workbench/paths.ts';

export interface Import {
  /** Path of the file from the project's folder, with `/`. */
  readonly file: string;
  /** A path like `file`, or a package or module as it is written. */
  readonly to: string;
  readonly local: boolean;
  readonly typeOnly: boolean;
}

const statement =
  /^(?:import|export)\s+(?<clause>type\s+)?(?:[\w*\s{},$]+?\s+from\s+)?'(?<to>[^']+)'|\bimport\(\s*['"`](?<late>[^'"`]+)/gm;

/** Every file of these folders with one of these endings. */
export function files(folders: readonly string[], endings: readonly string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map(
        (file) => `${folder}/${file.replaceAll('\\', '/')}`,
      ),
    )
    .filter((file) => endings.some((ending) => file.endsWith(ending)) && !file.includes('/node_modules/'))
    .sort();
}

export function text(file: string): string {
  return readFileSync(join(project, file), 'utf8');
}

export function importsOf(file: string): Import[] {
  return [...text(file).matchAll(statement)].map(({ groups }) => {
    const written = (groups!.to ?? groups!.late)!;
    const local = written.startsWith('.');
    const to = local ? relative(project, join(project, posix.dirname(file), written)).replaceAll('\\', '/') : written;
    return { file, to, local, typeOnly: groups!.clause !== undefined };
  });
}

/** `dissector/protocols/p2pke` for what lies in it; two parts elsewhere (`dissector/link`, `extension/wire`). */
export function roomOf(file: string): string {
  const parts = file.split('/');
  const depth = parts[1] === 'protocols' && parts.length > 3 ? 3 : Math.min(2, parts.length - 1);
  return parts.slice(0, depth).join('/');
}
