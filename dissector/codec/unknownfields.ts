import type { FieldForm } from './fieldform.ts';
import { isOpen } from './fieldkind.ts';
import { nearest } from './nearest.ts';
import { type Encodable, type FieldValues, isFieldValues } from './values.ts';

/** A sentence for a value whose name is none of the fields, with the one that was probably meant. */
export function unknownField(where: string, name: string, forms: readonly FieldForm[]): string {
  const names = forms.map((each) => each.name);
  const meant = nearest(name, names);
  const more = meant === undefined ? names.join(', ') || 'it has none' : `did you mean ${meant}?`;
  return `${where} has no field "${name}": ${more}`;
}

/** Throws a TypeError for a value that an encoder would leave out without a word, because no field has its name. */
export function refuseUnknownFields(where: string, forms: readonly FieldForm[], values: FieldValues): void {
  for (const [name, value] of Object.entries(values)) {
    // What a conversation knows of a message that it read; whoever sends that back means the rest.
    if (value === undefined || name === '$') continue;
    const form = forms.find((each) => each.name === name);
    if (form === undefined) throw new TypeError(unknownField(where, name, forms));
    if (form.fields !== undefined && !isOpen(form.kind)) refuseInside(`${where}.${name}`, form.fields, value);
  }
}

function refuseInside(where: string, forms: readonly FieldForm[], value: Encodable): void {
  if (Array.isArray(value)) for (const each of value) refuseInside(where, forms, each);
  else if (isFieldValues(value)) refuseUnknownFields(where, forms, value);
}
