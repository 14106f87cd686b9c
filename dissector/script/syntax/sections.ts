import type { Script, ScriptProblem, Statement } from './tree.ts';

const waiting: readonly Statement['kind'][] = ['expect', 'silence', 'close', 'wait'];

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

/** What is wrong in a section, by its place among them, and in what belongs to every section. */
export function problemsIn({ statements, problems }: Script, section: number): ScriptProblem[] {
  const starts = statements.flatMap(({ kind, start }) => (kind === 'section' ? [start] : []));
  const [from, to] = [starts[section] ?? 0, starts[section + 1] ?? Number.POSITIVE_INFINITY];
  return problems.filter(({ start }) => start < (starts[0] ?? 0) || (start >= from && start < to));
}

/** The statements up to a message that is sent at an offset, and what is waited for right after it. */
export function upTo({ title, statements }: Section, at: number): Section {
  const sent = statements.findLastIndex(({ start }) => start <= at);
  const rest = statements.slice(sent + 1);
  const end = rest.findIndex(({ kind }) => !waiting.includes(kind));
  return { title, statements: [...statements.slice(0, sent + 1), ...(end < 0 ? rest : rest.slice(0, end))] };
}
