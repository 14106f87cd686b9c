import type { Field } from '../bytes/index.ts';

/** What a checksum or its like in a message says against it, in a sentence; undefined where nothing does. */
export function invalidPart({ name, check, children = [] }: Field): string | undefined {
  if (check?.state === 'invalid') return `${name}: ${check.why.replace(/\.$/, '')}`;
  for (const child of children) {
    const found = invalidPart(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
