import { type Encodable, type FieldForm, type Items, isFree, nearest } from '../../dissector/codec/index.ts';
import type { Protocol } from '../../dissector/session/index.ts';

/** A name among given values that the message does not have, in a sentence: an encoder would leave it out without a word. */
export function unknownField(protocol: Protocol, message: string, given: Items): string | undefined {
  const form = protocol.messages?.find(({ name }) => name === message);
  return form === undefined ? undefined : unknownIn(message, form.fields, given);
}

function unknownIn(where: string, forms: readonly FieldForm[], given: Items): string | undefined {
  if (forms.some(isFree)) return undefined;
  for (const [name, value] of Object.entries(given)) {
    const form = forms.find((each) => each.name === name);
    if (form === undefined) {
      const names = forms.map((each) => each.name);
      const meant = nearest(name, names);
      return `${where} has no field "${name}": ${meant === undefined ? names.join(', ') || 'it has none' : `did you mean ${meant}?`}`;
    }
    for (const record of form.fields === undefined ? [] : recordsIn(value)) {
      const unknown = unknownIn(`${where}.${name}`, form.fields!, record);
      if (unknown !== undefined) return unknown;
    }
  }
  return undefined;
}

function recordsIn(value: Encodable): readonly Items[] {
  const all = Array.isArray(value) ? value : [value];
  return all.filter(
    (each): each is Items => typeof each === 'object' && each !== null && !(each instanceof Uint8Array) && !Array.isArray(each),
  );
}
