import type { Problem } from '../../bytes/index.ts';
import { printable, scanRecords } from '../../codec/index.ts';

/** What a decrypted payload is by its shape: `pair` is a Pong when its second text names a Ping of the session. */
export type Shape =
  | { readonly kind: 'Ping'; readonly id: string }
  | { readonly kind: 'pair'; readonly id: string; readonly pingId: string }
  | { readonly kind: 'protobuf' }
  | { readonly kind: 'broken'; readonly problem: Problem };

const LENGTH = 2;

/** Reads the shape of a payload: no tag says what it is. */
export function shapeOf(plaintext: Uint8Array): Shape {
  const { records, problem } = scanRecords(plaintext);
  if (problem !== undefined) return { kind: 'broken', problem };
  const text = (i: number): string | undefined => {
    const record = records[i];
    if (record?.wireType !== LENGTH || record.number !== i + 1) return undefined;
    return printable(plaintext.subarray(record.at, record.end));
  };
  const id = text(0);
  if (id === undefined || records.length > 2) return { kind: 'protobuf' };
  if (records.length === 1) return { kind: 'Ping', id };
  const pingId = text(1);
  return pingId === undefined ? { kind: 'protobuf' } : { kind: 'pair', id, pingId };
}
