import type { DecompressorConstructor } from '../../dissector/capture/index.ts';

export const Decompress = DecompressionStream as unknown as DecompressorConstructor;
