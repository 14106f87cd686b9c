/** The values that stand at the lines of a script while it stands: of the names on them, up to the statement at which it stands. */
import {
  type FieldNode,
  fieldsOf,
  ownValueOf,
  type Statement,
  type ValueNode,
  valuesIn,
  valuesWithin,
} from '../../dissector/script/index.ts';
import { type InlineValue, inlineText, steppingLimits } from '../../dissector/stepping/index.ts';

export interface StandingScript {
  /** Those of the section, in the order of the text. */
  readonly statements: readonly Statement[];
  /** The statement at which it stands. */
  readonly at: Statement;
  /** It stands inside of the statement, whose message is at hand. */
  readonly isInside: boolean;
  lineOf(offset: number): number;
  /** What an expression gives, secrets hidden. Throws for what has no value here. */
  value(expression: string): string;
}

interface Place {
  readonly start: number;
  readonly name: string;
  readonly expression: string;
}

/** Between two lines, from 1. */
export function scriptValues(
  { statements, at, isInside, lineOf, value }: StandingScript,
  from: number,
  to: number,
): InlineValue[] {
  const shown = new Map<string, InlineValue>();
  const places = statements
    .filter(({ start }) => start <= at.start)
    .flatMap((statement) => [...namesIn(statement), ...(isInside && statement === at ? messageFields(fieldsOf(statement)) : [])]);
  for (const { start, name, expression } of places) {
    const line = lineOf(start);
    const key = `${line} ${name}`;
    if (line < from || line > to || shown.has(key) || shown.size >= steppingLimits.inlineValues) continue;
    const text = attempt(() => value(expression));
    if (text !== undefined) shown.set(key, { line, name, text: inlineText(text) });
  }
  return [...shown.values()];
}

/** Names that a statement gives or uses. */
function namesIn(statement: Statement): Place[] {
  const given =
    statement.kind === 'define' || statement.kind === 'for'
      ? statement.name
      : statement.kind === 'expect'
        ? statement.as
        : undefined;
  const own = ownValueOf(statement);
  const values = [...(own === undefined ? [] : valuesWithin(own)), ...valuesIn(fieldsOf(statement))];
  const used = values.flatMap((each) => (each.kind === 'reference' ? [place(each, each.path.join('.'))] : []));
  return [...(given === undefined ? [] : [place(given, given.text)]), ...used];
}

/** Fields of the message at hand whose value the script does not write out itself. */
function messageFields(fields: readonly FieldNode[], path: readonly string[] = []): Place[] {
  return fields.flatMap(({ name, value, start }) => {
    const at = [...path, name.text];
    if (value?.kind === 'record') return messageFields(value.fields, at);
    return value === undefined || isMade(value) ? [{ start, name: name.text, expression: `message.${at.join('.')}` }] : [];
  });
}

function isMade({ kind }: ValueNode): boolean {
  return kind === 'valid' || kind === 'call' || kind === 'any';
}

function place({ start }: { readonly start: number }, name: string): Place {
  return { start, name, expression: name };
}

function attempt(make: () => string): string | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
