/** Compares two sides, each a capture or a baseline of one, by what they say: `compareCaptures`. */
export { isBaselineHead } from './baselinelines.ts';
export { BaselineSide, readBaseline } from './baselineside.ts';
export * from './baselinewriting.ts';
export { captureSide } from './captureside.ts';
export * from './compare.ts';
export type { ByteRange, Difference, DifferenceKind, DiffMessage } from './difference.ts';
export * from './located.ts';
export type { AlignedConversation, Pair } from './pairing.ts';
export type { DiffSide } from './side.ts';
export * from './summary.ts';
