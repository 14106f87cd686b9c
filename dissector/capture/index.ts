export * from './catalog.ts';
export * from './file.ts';
export * from './frames.ts';
export * from './reader.ts';
