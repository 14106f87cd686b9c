export * from './address.ts';
export * from './issue.ts';
export * from './numbers.ts';
export * from './packet.ts';
