import { nearest } from '../codec/index.ts';

/** The names of the members of a definition: a table with each of them, so that the compiler sees that none is forgotten. */
export type Members<T> = Readonly<Record<keyof T, true>>;

/**
 * A sentence for a member that a definition does not have: it would be left out in silence. `of`: what is defined, "a protocol". Undefined
 * where there is none.
 */
export function unknownMember<T extends object>(given: object, members: Members<T>, of: string): string | undefined {
  const known = Object.keys(members);
  const name = Object.keys(given).find((each) => !Object.hasOwn(members, each));
  if (name === undefined) return undefined;
  const meant = nearest(name, known);
  return `${of} has no ${JSON.stringify(name)}: ${meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${JSON.stringify(meant)}?`}`;
}
