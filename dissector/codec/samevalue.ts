import { equalBytes } from '../bytes/index.ts';
import { type Encodable, isFieldValues } from './values.ts';

/** Whether two values say the same: bytes by what they are, lists and fields by all that is in them. */
export function isSameValue(a: Encodable | undefined, b: Encodable | undefined): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((each, at) => isSameValue(each, b[at]));
  if (isFieldValues(a))
    return isFieldValues(b) && [...Object.keys(a), ...Object.keys(b)].every((name) => isSameValue(a[name], b[name]));
  return a === b;
}
