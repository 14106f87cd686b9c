export { checkScript } from './check.ts';
export { type Difference, firstDifference } from './compare.ts';
export { emitPacket } from './emit.ts';
export { parseScript } from './parse.ts';
export { printPacket } from './print.ts';
export {
  type CraftProblem,
  craftLimits,
  type FieldNode,
  type PacketNode,
  type Script,
  type Statement,
  type ValueNode,
} from './syntax.ts';
export { type Scope, valuesOf } from './values.ts';
