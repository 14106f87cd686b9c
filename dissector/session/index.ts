export * from './analysis.ts';
export * from './keyring.ts';
export * from './messages.ts';
export * from './protocol.ts';
export type { Show } from './rows.ts';
export * from './stream.ts';
