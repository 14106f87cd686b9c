export * as noise from './noise.ts';
export * from './presign.ts';
export * from './signature.ts';
