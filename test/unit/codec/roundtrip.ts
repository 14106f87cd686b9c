/** What every layout has to keep: ranges without a gap, and the same bytes again. */
import { expect } from 'vitest';
import type { Field } from '../../../dissector/bytes/index.ts';
import { compileStruct, encodeStruct, type FieldValues, fieldToValues, type StructItem } from '../../../dissector/codec/index.ts';

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** Children lie in their field, in order; bit fields share the range of their word, and a list has the bytes that end it. */
export function checkRanges(field: Field): void {
  if (field.children === undefined) return;
  let at = field.start;
  for (const child of field.children) {
    if (child.bits !== undefined && child.end === at) continue;
    if (field.punctuated === true) expect(child.start).toBeGreaterThanOrEqual(at);
    else expect(child.start, `${field.name}.${child.name}`).toBe(at);
    at = child.end;
    checkRanges(child);
  }
  if (field.punctuated === true) expect(at).toBeLessThanOrEqual(field.end);
  else if (field.children.length > 0 || field.kind === 'list') expect(at, field.name).toBe(field.end);
}

/** Bytes that are decoded to their end without a problem are encoded as they were. Gives whether they were. */
export function checkAgain(layout: StructItem, bytes: Uint8Array): boolean {
  const { field, problem, end } = compileStruct(layout)(bytes);
  expect(field.end).toBe(end);
  expect(end).toBeLessThanOrEqual(bytes.length);
  checkRanges(field);
  if (problem !== undefined) return false;
  expect(encodeStruct(layout, fieldToValues(field) as FieldValues)).toEqual(Uint8Array.from(bytes.subarray(0, end)));
  return true;
}
