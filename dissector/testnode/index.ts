export { at, bitFlipped, pieces, replaced, spoiledBytes } from './corrupt.ts';
export type { Environment, Held, NodeEvent } from './events.ts';
export { type Fault, type FaultKind, Faults, faultKinds, faultWords, parseFault, type Spoilable } from './faults.ts';
export { type NodeLimits, nodeLimits, nodeLimitTable, readNodeLimits } from './limits.ts';
export { TestNode } from './node.ts';
export { NodeClock } from './nodeclock.ts';
export { type Mode, type NodeCounts, type NodeOptions, NodeRefusal } from './options.ts';
export { Recorder, type RecorderOptions, SEGMENT } from './recorder.ts';
export { mulberry32, seededBytes } from './seeded.ts';
