import { equalBytes } from '../bytes/index.ts';
import type { Spacing } from './encodejson.ts';
import type { FieldForm } from './fieldform.ts';
import { measuredBy } from './fieldkind.ts';
import type { MessageForm } from './form.ts';
import { isSameValue } from './samevalue.ts';
import { type Encodable, type FieldValues, isFieldValues } from './values.ts';

/**
 * Edited values without the sizes, counts and checksums that are still what came: the encoder makes them of the other values. One that was
 * edited itself stays, so that a message can lie.
 */
function withoutDerived(given: FieldValues, came: FieldValues, fields: readonly FieldForm[]): FieldValues {
  const measures = measuresIn(fields);
  const kept = Object.entries(given).filter(([name, value]) => {
    const form = fields.find((field) => field.name === name);
    const isDerived = measures.has(name) || form?.fresh?.as === 'checksum';
    return !isDerived || !isSameValue(value, came[name]);
  });
  return Object.fromEntries(
    kept.map(([name, value]) => [name, inside(value, came[name], fields.find((field) => field.name === name)?.fields)]),
  );
}

/**
 * Encodes edited values of a message that came as `whole`, with sizes and checksums made anew; as they stand where those were wrong when
 * they came, or the encoder cannot make them. The function throws as `encode` of the form does.
 */
export function editedEncoder(
  form: MessageForm,
  came: FieldValues,
  whole: Uint8Array,
  spacing: Spacing | undefined,
): (given: FieldValues) => Uint8Array {
  const fitted = (given: FieldValues): Uint8Array => form.encode(withoutDerived(given, came, form.fields), spacing);
  return gives(() => fitted(came), whole) ? fitted : (given) => form.encode(given, spacing);
}

function gives(make: () => Uint8Array, whole: Uint8Array): boolean {
  try {
    return equalBytes(make(), whole);
  } catch {
    return false;
  }
}

/** Names of fields that say how long another one is, be it one in a record beside them. */
function measuresIn(fields: readonly FieldForm[]): Set<string> {
  const names = new Set<string>();
  for (const { kind, fields: inner } of fields) {
    const measure = measuredBy(kind);
    if (measure !== undefined) names.add(measure);
    if (inner !== undefined) for (const name of measuresIn(inner)) names.add(name);
  }
  return names;
}

function inside(value: Encodable, came: Encodable | undefined, fields: readonly FieldForm[] | undefined): Encodable {
  if (fields === undefined) return value;
  if (Array.isArray(value))
    return value.map((each: Encodable, at) => inside(each, Array.isArray(came) ? came[at] : undefined, fields));
  return isFieldValues(value) && isFieldValues(came) ? withoutDerived(value, came, fields) : value;
}
