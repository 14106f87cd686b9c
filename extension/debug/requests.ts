/** What a client says in requests: read by shape, since it is another program. Each throws a Refusal that names what is wrong. */

/** A request that cannot be answered; the message is a sentence for a person. */
export class Refusal extends Error {}

/** A request about a stop that is over: the client asked before it heard so, and nobody has to be told. */
export class Late extends Refusal {}

export type Arguments = Readonly<Record<string, unknown>>;

/** The answer to a request: what stands in the body of the response. */
export type Answer = Readonly<Record<string, unknown>> | undefined;

/** Requests by their command. */
export type Handlers = Readonly<Record<string, (given: Arguments) => Answer | Promise<Answer>>>;

export function argumentsOf(value: unknown): Arguments {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Arguments) : {};
}

export function text(given: Arguments, name: string): string {
  const value = given[name];
  if (typeof value === 'string') return value;
  throw new Refusal(`"${name}" has to be a text.`);
}

export function textIn(given: Arguments, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
}

export function textsIn(given: Arguments, name: string): readonly string[] {
  const value = given[name] ?? [];
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Refusal(`"${name}" has to be a list of texts.`);
}

export function integer(given: Arguments, name: string): number {
  const value = given[name];
  if (Number.isSafeInteger(value)) return value as number;
  throw new Refusal(`"${name}" has to be an integer.`);
}

export function integerIn(given: Arguments, name: string): number | undefined {
  return Number.isSafeInteger(given[name]) ? (given[name] as number) : undefined;
}

/** A list of records, of which no more than `most` are read. */
export function recordsIn(given: Arguments, name: string, most: number): readonly Arguments[] {
  const value = given[name] ?? [];
  if (!Array.isArray(value)) throw new Refusal(`"${name}" has to be a list.`);
  if (value.length > most) throw new Refusal(`"${name}" has ${value.length} entries, more than ${most}.`);
  return value.map(argumentsOf);
}
