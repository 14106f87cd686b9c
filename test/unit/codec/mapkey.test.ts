import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, mapKey } from '../../../dissector/bytes/index.ts';

describe('the key of bytes in a map', () => {
  it('is the same for the same bytes alone', () => {
    const bytes = fc.uint8Array({ maxLength: 3 });
    fc.assert(fc.property(bytes, bytes, (a, b) => (mapKey(a) === mapKey(b)) === equalBytes(a, b)));
  });

  it('is as long as the bytes, however many there are', () => {
    expect(mapKey(new Uint8Array(100_000).fill(255))).toBe('\u00ff'.repeat(100_000));
  });
});
