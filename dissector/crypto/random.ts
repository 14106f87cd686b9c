/** So many secret random bytes. */
export type Random = (length: number) => Uint8Array;
