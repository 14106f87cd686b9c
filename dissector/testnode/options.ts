import type { Choices, Protocol } from '../protocol/index.ts';
import type { Fault } from './faults.ts';
import type { NodeLimits } from './limits.ts';

/** `automatic` lets everything through; `step` holds each outgoing message, `intercept` incoming ones too. */
export type Mode = 'automatic' | 'step' | 'intercept';

export interface NodeOptions {
  readonly protocol: Protocol;
  readonly transport: 'udp' | 'tcp';
  readonly identity: string;
  readonly role?: string;
  readonly choices: Choices;
  readonly mode?: Mode;
  readonly faults?: readonly Fault[];
  readonly seed?: number;
  readonly limits?: NodeLimits;
}

export interface NodeCounts {
  readonly received: number;
  readonly sent: number;
  /** Left out because a limit was passed. */
  readonly dropped: number;
}

/** A node that cannot be started as it was asked for; the message is a sentence for a person. */
export class NodeRefusal extends Error {}
