import { nearest } from '../codec/index.ts';
import type { KeyKind, Rule } from '../protocol/index.ts';

/** What the definition of a protocol declares, and its conversation may name. */
export interface Declared {
  readonly id: string;
  readonly rules: readonly Rule[];
  readonly keys: readonly KeyKind[];
}

/** That a name is none of those in a list of a definition, in a sentence. */
export function notDeclared(id: string, list: string, name: unknown, known: readonly string[]): string {
  const meant = typeof name === 'string' ? nearest(name, known) : undefined;
  const more = meant === undefined ? `: ${known.join(', ') || 'there are none'}` : `: did you mean "${meant}"?`;
  return `${JSON.stringify(name)} is none of the "${list}" of ${id}${more}`;
}
