/** Which values of a script are computed from a secret, and what is shown in the place of one. */
import type { Encodable } from '../../codec/index.ts';
import type { FieldNode, ValueNode } from '../syntax/tree.ts';
import { functionOf } from './functions.ts';
import type { Scope } from './scope.ts';

/** A secret stands in it, or a name that was computed from one: whatever functions make of it tells of the secret. */
export function isSecret(node: ValueNode, scope: Scope): boolean {
  switch (node.kind) {
    case 'record':
      return secretFields(node.fields, scope).length > 0;
    case 'list':
      return node.values.some((each) => isSecret(each, scope));
    case 'call':
      return functionOf(node.name.text)?.secret === true || node.values.some((each) => isSecret(each, scope));
    case 'reference':
      return scope.isSecret(node.path);
    case 'valid':
      return scope.isValidSecret;
    default:
      return false;
  }
}

/** The names of the fields whose values are computed from a secret. */
export function secretFields(fields: readonly FieldNode[], scope: Scope): string[] {
  return fields.flatMap(({ name, value }) => (value !== undefined && isSecret(value, scope) ? [name.text] : []));
}

/** In the place of a secret: `secret, 20 bytes`. */
export function secretText(value: Encodable): string {
  return `secret, ${bytesText(value)}`;
}

/** The size of a value in words: texts as UTF-8, integers in as few bytes as hold them, of records and lists their parts. */
export function bytesText(value: Encodable): string {
  const size = bytesOf(value);
  return `${size} byte${size === 1 ? '' : 's'}`;
}

function bytesOf(value: Encodable): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'string') return new TextEncoder().encode(value).length;
  if (typeof value === 'object' && value !== null)
    return Object.values(value).reduce((sum: number, each: Encodable) => sum + bytesOf(each), 0);
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (!isInteger) return 1;
  const digits = BigInt(value).toString(16).replace('-', '');
  return Math.ceil(digits.length / 2);
}

/** Whoever encodes a message says why it cannot, and may show its values: where fields are secrets, the sentence names these instead. */
export function withoutSecrets<T>(message: string, secrets: readonly string[], make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (secrets.length === 0) throw error;
    throw new Error(
      `${message} cannot be made with the secret in ${secrets.join(', ')}: the reason may show it, and is left out`,
    );
  }
}
