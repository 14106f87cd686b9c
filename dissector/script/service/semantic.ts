import type { SemanticToken } from './editing.ts';
import type { ScriptSymbol } from './symbols.ts';

const kinds = {
  node: 'variable',
  answer: 'variable',
  value: 'variable',
  protocol: 'class',
  message: 'type',
  field: 'property',
  function: 'function',
  fault: 'enumMember',
  role: 'enumMember',
} as const;

/** How a word is coloured; a name that is not known keeps the colour of the grammar. */
export function tokenOf({ start, end, role, isDefinition, protocol, message, field }: ScriptSymbol): SemanticToken | undefined {
  const isUnknown =
    (role === 'protocol' && protocol === undefined) ||
    (role === 'message' && message === undefined) ||
    (role === 'field' && field === undefined);
  if (isUnknown) return undefined;
  return { start, end, kind: kinds[role], ...(isDefinition ? { isDefinition } : {}) };
}
