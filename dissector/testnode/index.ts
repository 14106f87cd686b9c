export type { Environment, Held, NodeEvent } from './events.ts';
export { type Fault, faultKinds, parseFault } from './faults.ts';
export { type NodeLimits, nodeLimits, nodeLimitTable, readNodeLimits } from './limits.ts';
export { TestNode } from './node.ts';
export { type Mode, type NodeCounts, type NodeOptions, NodeRefusal } from './options.ts';
export { Recorder, type RecorderOptions } from './recorder.ts';
export { mulberry32, seededBytes } from './seeded.ts';
