export type { RelayEnvironment } from './environment.ts';
export { parseRelayFault, type RelayFault, relayFaultWords } from './faults.ts';
export type { RelayOptions } from './options.ts';
export { Relay } from './relay.ts';
export { type Relaying, recognitionText, TerminatingRelay } from './terminating.ts';
export type { ForwardState, Way } from './units.ts';
