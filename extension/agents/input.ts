/** What an agent gives to a tool, checked against its declaration. */
import { Refusal } from './answer.ts';
import type { InputSchema, ToolDeclaration } from './declarations.ts';
import { quoted } from './quoting.ts';

/** The input of a tool: each member is of the type that the declaration says. */
export type Input = Readonly<Record<string, unknown>>;

/** Throws a Refusal that names the member. */
export function checkedInput({ input, required, name }: ToolDeclaration, given: unknown): Input {
  if (given === undefined) return checkedInput({ input, required, name } as ToolDeclaration, {});
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new Refusal('The input is a JSON object.');
  for (const [member, value] of Object.entries(given)) {
    if (!Object.hasOwn(input, member))
      throw new Refusal(`${name} has no input ${quoted(member)}: ${Object.keys(input).join(', ')}.`);
    const wrong = wrongIn(input[member]!, value);
    if (wrong !== undefined) throw new Refusal(`"${member}" of ${name} is ${wrong}.`);
  }
  const missing = required.find((member) => !Object.hasOwn(given, member));
  if (missing !== undefined) throw new Refusal(`${name} needs "${missing}".`);
  return given as Input;
}

/** What it should be, where it is something else. */
function wrongIn(schema: InputSchema, value: unknown): string | undefined {
  switch (schema.type) {
    case 'string':
      if (!isText(value, schema.maxLength)) return `a text of ${schema.maxLength} characters at most`;
      return schema.enum === undefined || schema.enum.includes(value) ? undefined : `one of ${schema.enum.join(', ')}`;
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= schema.minimum
        ? undefined
        : `a whole number from ${schema.minimum} on`;
    case 'array': {
      const isList = Array.isArray(value) && value.length <= schema.maxItems;
      return isList && value.every((each) => isText(each, schema.items.maxLength))
        ? undefined
        : `a list of ${schema.maxItems} texts at most`;
    }
    case 'object': {
      const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
      const entries = isRecord ? Object.values(value) : [];
      return isRecord &&
        entries.length <= schema.maxProperties &&
        entries.every((each) => isText(each, schema.additionalProperties.maxLength))
        ? undefined
        : `an object of ${schema.maxProperties} texts at most`;
    }
  }
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

/** Members by their types, once they are checked. */
export function textOf(input: Input, member: string): string | undefined {
  return input[member] as string | undefined;
}

export function numberOf(input: Input, member: string): number | undefined {
  return input[member] as number | undefined;
}

export function textsOf(input: Input, member: string): readonly string[] | undefined {
  return input[member] as readonly string[] | undefined;
}
