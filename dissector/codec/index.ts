export * from './cursor.ts';
export * from './json.ts';
export * from './layout.ts';
export * from './proto.ts';
export * from './struct.ts';
export * from './tojson.ts';
