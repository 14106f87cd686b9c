import type { Choices, KeyRing, Protocol } from '../protocol/index.ts';
import type { Mode, NodeLimits } from '../testnode/index.ts';
import type { RelayFault } from './faults.ts';

/** What a relay is started with. Without `terminates` it has no identity and no role: both ends are programs of others. */
export interface RelayOptions {
  readonly protocol: Protocol;
  /** All that are known: one may carry messages of another. */
  readonly protocols: readonly Protocol[];
  readonly transport: 'udp' | 'tcp';
  readonly choices: Choices;
  /** Keys of the sessions that go through it, where they are given. */
  readonly keys: KeyRing;
  /** `step` holds each message to the forward address, `intercept` those that come back too. */
  readonly mode?: Mode;
  readonly faults?: readonly RelayFault[];
  readonly seed?: number;
  readonly limits?: NodeLimits;
  /** It ends both conversations itself: it is a node with this identity towards each side, with a session of its own. */
  readonly terminates?: { readonly identity: string };
}
