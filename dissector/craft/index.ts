export { emitPacket } from './emit.ts';
export { parseScript } from './parse.ts';
export { printPacket } from './print.ts';
export { type CraftProblem, craftLimits, type PacketNode, type Script } from './syntax.ts';
