import type { Script, Statement } from './syntax.ts';

/** What runs by itself. */
export interface Section {
  readonly title: string;
  readonly statements: readonly Statement[];
}

/** The sections of a script; what stands before the first belongs to each of them. */
export function sectionsOf({ statements }: Script): Section[] {
  const firsts = statements.flatMap(({ kind }, index) => (kind === 'section' ? [index] : []));
  const prelude = statements.slice(0, firsts[0] ?? statements.length);
  if (firsts.length === 0) return [{ title: '', statements: prelude }];
  return firsts.map((first, index) => ({
    title: (statements[first] as Statement & { kind: 'section' }).title,
    statements: [...prelude, ...statements.slice(first + 1, firsts[index + 1] ?? statements.length)],
  }));
}
