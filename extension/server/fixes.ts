/** What mends a problem. */
import { type CodeAction, CodeActionKind, type CodeActionParams } from 'vscode-languageserver';
import type { Abilities } from './abilities.ts';
import { rangeOf, sameRange, spanOf, textEditsOf } from './convert.ts';
import { workspaceEditOf } from './edits.ts';
import type { Script } from './scripts.ts';

export function fixes(script: Script, { range, context }: CodeActionParams, abilities: Abilities): CodeAction[] {
  if (context.only?.some(isQuickFix) === false) return [];
  const { text, service } = script;
  const all = service.fixes(spanOf(text, range));
  return all.map(({ title, problem, edits }) => {
    const place = rangeOf(text, problem);
    const others = all.filter((each) => each.problem.start === problem.start && each.problem.end === problem.end);
    const diagnostics = context.diagnostics.filter((each) => sameRange(each.range, place));
    return {
      title,
      kind: CodeActionKind.QuickFix,
      ...(others.length === 1 ? { isPreferred: true } : {}),
      ...(diagnostics.length > 0 ? { diagnostics } : {}),
      edit: workspaceEditOf(script, textEditsOf(text, edits), abilities),
    };
  });
}

/** Kinds are asked for by name or by what their name begins with; the empty one is all. */
function isQuickFix(kind: string): boolean {
  return kind === '' || kind === CodeActionKind.QuickFix;
}
