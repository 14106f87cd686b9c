import { type Encodable, type FieldForm, type FieldValues, isFieldValues, measuredBy } from '../codec/index.ts';

/**
 * The values without those that say how long another one is: who edits a value need not count it, and the encoder fills in what fits. A
 * measure whose value is not there stays.
 */
export function withoutMeasures(values: FieldValues, fields: readonly FieldForm[]): FieldValues {
  const measures = fields.filter(({ name }) => values[name] !== undefined).map(({ kind }) => measuredBy(kind));
  const kept = Object.entries(values).filter(([name]) => !measures.includes(name));
  const form = (name: string): FieldForm | undefined => fields.find((each) => each.name === name);
  return Object.fromEntries(kept.map(([name, value]) => [name, inside(value, form(name))]));
}

function inside(value: Encodable, field: FieldForm | undefined): Encodable {
  if (field?.fields === undefined) return value;
  if (Array.isArray(value)) return value.map((each: Encodable) => inside(each, field));
  return isFieldValues(value) ? withoutMeasures(value, field.fields) : value;
}
