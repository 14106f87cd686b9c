import type { Encodable, FieldValues } from '../../codec/index.ts';
import { type FieldNode, scriptLimits, type ValueNode } from '../syntax/tree.ts';
import { FunctionFailure, misfitOf, parameterAt, type ScriptFunction, shortened, sizeOf, typeOf } from './function.ts';
import { functionOf } from './functions.ts';
import { nowhere, type Scope } from './scope.ts';
import { isSecret, secretText } from './secrets.ts';

/**
 * The values of fields as an encoder takes them; the last of a name counts, and what could not be read is left out. Throws an Error
 * with a sentence for a reference that leads nowhere.
 */
export function valuesOf(fields: readonly FieldNode[], scope: Scope = nowhere, path: readonly string[] = []): FieldValues {
  const values = fields.flatMap(({ name, value }): [string, Encodable][] =>
    value === undefined || value.kind === 'none' ? [] : [[name.text, encodable(value, scope, [...path, name.text])]],
  );
  // From entries: a name from a script may be "__proto__".
  return Object.fromEntries(values);
}

/** The limit `evaluatedSize`, for one evaluation. */
export function budget(): Scope['spend'] {
  let spent = 0;
  return (size) => {
    spent += size;
    if (spent > scriptLimits.evaluatedSize)
      missing(`more than ${scriptLimits.evaluatedSize} bytes are made (limit evaluatedSize)`);
  };
}

/** What a value is where it stands at a path of names. */
export function encodable(node: ValueNode, scope: Scope, path: readonly string[]): Encodable {
  switch (node.kind) {
    case 'record':
      return valuesOf(node.fields, scope, path);
    case 'list':
      return node.values.map((each, index) => encodable(each, scope, [...path, String(index)]));
    case 'reference':
      return spent(scope.answer(node.path) ?? missing(`there is nothing named ${shortened(node.path.join('.'))}`), scope);
    case 'valid':
      return scope.valid(path) ?? missing(`the node has nothing valid for ${path.join('.')}`);
    case 'call':
      return called(node, scope, path);
    case 'any':
      return missing('"any" stands in expectations alone');
    case 'none':
      return missing('"none" stands for a field, not in a list');
    default:
      return node.value;
  }
}

function called({ name, values }: ValueNode & { kind: 'call' }, scope: Scope, path: readonly string[]): Encodable {
  const found = functionOf(name.text) ?? missing(`there is no function "${name.text}"`);
  const given = values.map((value) => encodable(value, scope, path));
  const misfit = misfitOf(found, given.map(typeOf));
  if (misfit !== undefined) return missing(misfit);
  const fitting = given.map((value, index) =>
    typeof value === 'string' && parameterAt(found, index)?.type === 'bytes' ? new TextEncoder().encode(value) : value,
  );
  const secrets = values.flatMap((value, index) => (isSecret(value, scope) ? [given[index]!] : []));
  const value = secrets.length === 0 ? found.make(scope, ...(fitting as never[])) : madeInSecret(found, fitting, secrets, scope);
  if (secrets.length > 0 || found.secret) scope.secret(value);
  return spent(value, scope);
}

/** What others throw may show any of the values. */
function madeInSecret(
  found: ScriptFunction,
  given: readonly Encodable[],
  secrets: readonly Encodable[],
  scope: Scope,
): Encodable {
  try {
    return found.make(scope, ...(given as never[]));
  } catch (error) {
    if (error instanceof FunctionFailure) return missing(error.plain);
    return missing(`${found.name} does not take what it is given (${secrets.map(secretText).join('; ')})`);
  }
}

/** Values that others are made of count each time: what is hashed, joined or repeated takes its time, too. */
function spent(value: Encodable, scope: Scope): Encodable {
  scope.spend(value instanceof Uint8Array ? value.length : sizeOf(value, 'a value'));
  return value;
}

function missing(why: string): never {
  throw new Error(why);
}
