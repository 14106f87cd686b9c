export * from './compile.ts';
export * from './complete.ts';
export * from './expression.ts';
export * from './fields.ts';
export type { FieldType, FilterField } from './filterfield.ts';
export type { FilterProblem } from './lexer.ts';
export * from './row.ts';
export { dateText, durationText } from './times.ts';
export * from './valuetext.ts';
