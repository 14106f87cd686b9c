import { Frame } from './items/frame.ts';
import { writers } from './items/kinds.ts';
import type { StructItem } from './layout.ts';
import type { FieldValues } from './values.ts';

/**
 * Encodes a struct by its layout. An integer that measures or counts a later item is filled in only when it is left out, so
 * that a crafted packet can lie; a checksum likewise. Throws for what is a caller's mistake: a value that is missing or does not fit its
 * item.
 */
export function encodeStruct(layout: StructItem, values: FieldValues): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  new Frame(writers, layout.items, values, out, layout.name).writeAll();
  return Uint8Array.from(out);
}
