import { type Encodable, type FieldValues, isFieldValues } from '../../codec/index.ts';

/** What was given stands before what was filled in, in records of records, too. */
export function merged(filled: FieldValues, given: FieldValues): FieldValues {
  const out: { [name: string]: Encodable } = { ...filled };
  for (const [name, value] of Object.entries(given)) {
    const before = out[name];
    out[name] = isFieldValues(before) && isFieldValues(value) ? merged(before, value) : value;
  }
  return out;
}
