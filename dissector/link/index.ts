export * from './address.ts';
export * from './conversations.ts';
export * from './fragments.ts';
export * from './issue.ts';
export * from './numbers.ts';
export * from './packet.ts';
export * from './tcp.ts';
