/** Compares two captures by what they say: `compareCaptures`. */
export * from './compare.ts';
export type { ByteRange, Difference, DifferenceKind, DiffMessage } from './difference.ts';
export * from './located.ts';
export type { AlignedConversation, Pair } from './pairing.ts';
export * from './summary.ts';
