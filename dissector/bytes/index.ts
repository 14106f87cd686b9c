export * from './address.ts';
export * from './addressbytes.ts';
export * from './base64.ts';
export * from './field.ts';
export * from './hex.ts';
export * from './limits.ts';
export * from './problem.ts';
export * from './source.ts';
