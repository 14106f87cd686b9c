import type { Span } from '../syntax/tree.ts';
import type { Occurrences } from './editing.ts';
import type { ScriptSymbol } from './symbols.ts';

/** The words of a part, at its place in the script. */
export interface PlacedWords {
  readonly start: number;
  readonly words: readonly ScriptSymbol[];
}

type Kind = Occurrences['kind'];

/**
 * The name at a place of a script with all its uses. A name of a section is known there alone; one that stands before the first
 * section is known in every section that does not give it anew. `parts`: the prelude first.
 */
export function occurrencesAt(parts: readonly PlacedWords[], at: number): Occurrences | undefined {
  const own = parts.findLast(({ start }) => start <= at);
  const word = own?.words.find(({ start, end }) => own.start + start <= at && at <= own.start + end);
  if (own === undefined || word === undefined || !isKind(word.role)) return undefined;
  const named = (each: ScriptSymbol): boolean => each.text === word.text && isNode(each) === isNode(word) && isKind(each.role);
  const isDefinedIn = ({ words }: PlacedWords): boolean => words.some((each) => each.isDefinition === true && named(each));
  const [prelude, ...sections] = parts;
  const isLocal = own !== prelude && (isDefinedIn(own) || !isDefinedIn(prelude!));
  const where = isLocal ? [own] : [prelude!, ...sections.filter((section) => !isDefinedIn(section))];
  const found = where.flatMap(({ start, words }) => words.filter(named).map((each) => ({ each, span: placed(each, start) })));
  // Whoever asks for the definition takes the first.
  const ordered = [...found.filter(({ each }) => each.isDefinition), ...found.filter(({ each }) => !each.isDefinition)];
  if (ordered[0]?.each.isDefinition !== true) return undefined;
  return { name: word.text, kind: ordered[0].each.role as Kind, spans: ordered.map(({ span }) => span) };
}

function isKind(role: ScriptSymbol['role']): role is Kind {
  return role === 'node' || role === 'answer' || role === 'value';
}

/** Nodes have names of their own; answers and values share theirs. */
function isNode({ role }: ScriptSymbol): boolean {
  return role === 'node';
}

function placed({ start, end }: Span, by: number): Span {
  return { start: start + by, end: end + by };
}
