export * from './address.ts';
export * from './conversations.ts';
export * from './fragments.ts';
export { undecodedField } from './header.ts';
export * from './issue.ts';
export * from './layers.ts';
export * from './numbers.ts';
export * from './packet.ts';
export * from './tcp.ts';
