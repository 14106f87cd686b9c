/** Another name for a node, an answer or a value, wherever it stands in its section. */
import { LSPErrorCodes, type Position, type Range, ResponseError, type WorkspaceEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Occurrences } from '../../dissector/script/index.ts';
import type { Abilities } from './abilities.ts';
import { holds, rangeOf, textEditsOf } from './convert.ts';
import { workspaceEditOf } from './edits.ts';
import type { Script } from './scripts.ts';

/** Words that mean something by themselves where a name may stand. */
const reserved = new Set([
  ...['node', 'send', 'expect', 'fault', 'edit', 'wait', 'nothing', 'close'],
  ...[
    'listen',
    'dial',
    'relay',
    'to',
    'forward',
    'back',
    'manual',
    'terminated',
    'keys',
    'as',
    'within',
    'for',
    'nth',
    'probability',
  ],
  ...['true', 'false', 'null', 'any', 'valid'],
]);

/** The name at the caret; null where there is none that can be another. */
export function renamed({ text, service }: Script, position: Position): { range: Range; placeholder: string } | null {
  const at = text.offsetAt(position);
  const found = service.occurrences(at);
  const span = found?.spans.find((each) => holds(each, at));
  return found === undefined || span === undefined ? null : { range: rangeOf(text, span), placeholder: found.name };
}

/** Throws a ResponseError that says why a name cannot be it. */
export function rename(script: Script, position: Position, newName: string, abilities: Abilities): WorkspaceEdit | null {
  const { text, service } = script;
  const found = service.occurrences(text.offsetAt(position));
  if (found === undefined || newName === found.name) return null;
  const reason = misnomer(newName);
  if (reason !== undefined) throw refusal(reason);
  const edits = textEditsOf(
    text,
    found.spans.map(({ start, end }) => ({ start, end, text: newName })),
  );
  const sense = nonsense(script, found, newName, TextDocument.applyEdits(text, edits));
  if (sense !== undefined) throw refusal(sense);
  return workspaceEditOf(script, edits, abilities);
}

function misnomer(name: string): string | undefined {
  if (!/^[A-Za-z_][\w-]*$/.test(name))
    return `"${name}" is no name: a letter or "_" comes first, then letters, digits, "_" and "-".`;
  if (/^[0-9a-fA-F]{2}$/.test(name)) return `"${name}" is no name: two hexadecimal digits are a byte.`;
  if (reserved.has(name)) return `"${name}" is no name: it is a word of the language.`;
  return undefined;
}

/** What the script would say with the other name that it does not say now. */
function nonsense({ service, tried }: Script, { spans }: Occurrences, name: string, text: string): string | undefined {
  const after = tried(text);
  const [definition] = spans;
  if (definition === undefined) return undefined;
  const before = spans.filter(({ start }) => start < definition.start);
  const moved = before.reduce((sum, { start, end }) => sum + name.length - (end - start), definition.start);
  if (after.occurrences(moved)?.spans.length !== spans.length) return `There is another "${name}" here.`;
  const known = new Set(service.problems().map((problem) => problem.text));
  const problems = after.problems();
  if (problems.length <= service.problems().length) return undefined;
  const problem = problems.find((each) => !known.has(each.text)) ?? problems[0]!;
  return `"${name}" cannot be its name: ${problem.text}.`;
}

function refusal(sentence: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, sentence);
}
