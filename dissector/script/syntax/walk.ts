import type { FieldNode, Statement, ValueNode } from './tree.ts';

/** Every value of fields, those within records, lists and calls too, in the order of the text. */
export function* valuesIn(fields: readonly FieldNode[]): Generator<ValueNode> {
  for (const { value } of fields) if (value !== undefined) yield* valuesWithin(value);
}

/** A value and all that it is made of. */
export function* valuesWithin(value: ValueNode): Generator<ValueNode> {
  yield value;
  if (value.kind === 'record') yield* valuesIn(value.fields);
  if (value.kind === 'list' || value.kind === 'call') for (const each of value.values) yield* valuesWithin(each);
}

/** The fields that a statement gives to a message. */
export function fieldsOf(statement: Statement): readonly FieldNode[] {
  if (statement.kind === 'packet') return statement.packet.fields;
  const { kind } = statement;
  return kind === 'send' || kind === 'expect' || kind === 'edit' ? statement.fields : [];
}

/** The value of a statement that is of no message: what a name stands for, how often a block runs, and for what. */
export function ownValueOf(statement: Statement): ValueNode | undefined {
  if (statement.kind === 'define') return statement.value;
  if (statement.kind === 'repeat') return statement.count;
  return statement.kind === 'for' ? statement.values : undefined;
}

/** What a section asks a person, each question once. */
export function questionsOf(statements: readonly Statement[]): string[] {
  const asked = new Set<string>();
  for (const statement of statements) {
    const own = ownValueOf(statement);
    for (const value of [...(own === undefined ? [] : valuesWithin(own)), ...valuesIn(fieldsOf(statement))]) {
      const [question] = value.kind === 'call' && value.name.text === 'prompt' ? value.values : [];
      if (question?.kind === 'text') asked.add(question.value);
    }
  }
  return [...asked];
}

/** Paths of names to the fields whose value is `none`. */
export function omittedIn(fields: readonly FieldNode[], path: readonly string[] = []): string[][] {
  return fields.flatMap(({ name, value }) => {
    const at = [...path, name.text];
    if (value?.kind === 'none') return [at];
    return value?.kind === 'record' ? omittedIn(value.fields, at) : [];
  });
}

/** The fields that say something by themselves, without those that change what the node would send. */
export function plainOf(fields: readonly FieldNode[]): FieldNode[] {
  return fields.flatMap((field): FieldNode[] => {
    const value = field.value && plainValue(field.value);
    return value === undefined ? [] : [{ ...field, value }];
  });
}

function plainValue(value: ValueNode): ValueNode | undefined {
  if (value.kind === 'record') return { ...value, fields: plainOf(value.fields) };
  if (value.kind === 'list') return { ...value, values: value.values.flatMap((each) => plainValue(each) ?? []) };
  return [...valuesWithin(value)].some(({ kind }) => kind === 'valid') ? undefined : value;
}
