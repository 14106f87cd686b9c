/** Which files an agent may name: those below the folders that a person gave, wherever a symbolic link leads. */
import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, join, normalize, relative, resolve, sep } from 'node:path';
import { Refusal } from './answer.ts';
import { quoted } from './quoting.ts';

export class Roots {
  /** As they were given, and where they really are. */
  readonly #given: readonly string[];
  readonly #real: readonly string[];

  /** Throws the system's error for a folder that is not there. */
  constructor(folders: readonly string[]) {
    this.#given = folders.map((folder) => resolve(folder));
    this.#real = this.#given.map((folder) => realpathSync(folder));
  }

  /**
   * Where a file lies, by its path: absolute, or relative to one of the folders. Throws a Refusal for what is outside of them, is not
   * there or is no regular file.
   */
  file(path: string): string {
    if (path === '' || path.includes('\0')) throw new Refusal('A path is missing.');
    const candidates = isAbsolute(path) ? [normalize(path)] : this.#given.map((folder) => join(folder, path));
    // Nothing is asked of the disk about what lies outside: not even whether it is there.
    const inside = candidates.filter((each) => [...this.#given, ...this.#real].some((root) => isBelow(root, each)));
    if (inside.length === 0) throw outside(path);
    for (const each of inside) {
      const found = realOf(each);
      if (found === undefined) continue;
      if (!this.#real.some((root) => isBelow(root, found))) throw outside(path);
      // Who opens a pipe waits for somebody to write into it.
      if (!statSync(found).isFile()) throw new Refusal(`${quoted(path)} is no regular file.`);
      return found;
    }
    throw new Refusal(`There is no file ${quoted(path)} in the folders that may be read.`);
  }

  /** A path as an agent may write it. */
  named(real: string): string {
    const root = this.#real.find((each) => isBelow(each, real));
    return root === undefined || this.#real.length > 1 ? real : relative(root, real);
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isBelow(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}

function outside(path: string): Refusal {
  return new Refusal(
    `${quoted(path)} lies outside of the folders that may be read. A person names them when the server is started.`,
  );
}
