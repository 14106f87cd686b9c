import type { NodeCalls } from '../../wire/node.ts';

export type Result = NodeCalls['runSection']['result'];
