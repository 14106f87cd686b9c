import type { Decompressor, Decompressors } from '../../dissector/capture/index.ts';

class Gzip extends DecompressionStream {
  constructor() {
    super('gzip');
  }
}

export const decompressors: Decompressors = {
  gzip: Gzip as unknown as new () => Decompressor,
  turn: () => new Promise((resolve) => setTimeout(resolve, 0)),
};
