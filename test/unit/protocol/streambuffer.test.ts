import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamBuffer } from '../../../dissector/protocol/index.ts';

describe('StreamBuffer', () => {
  it('gives the bytes back in order, with where they were captured, however they are cut', () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5000 }), { maxLength: 20 });
    const takes = fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 40 });
    fc.assert(
      fc.property(chunks, takes, (pushed, cuts) => {
        const buffer = new StreamBuffer();
        const captured = new Map<number, Uint8Array>();
        const whole: number[] = [];
        let taken = 0;
        pushed.forEach((bytes, i) => {
          captured.set(i + 1, bytes);
          whole.push(...bytes);
          buffer.append(bytes, i + 1, 100);
          const cut = Math.min(cuts[i] ?? 0, buffer.length);
          const before = buffer.bytes.slice(0, cut);
          const pieces = buffer.take(cut);
          const gathered = pieces.flatMap(({ frame, offset, length }) => [
            ...captured.get(frame)!.subarray(offset - 100, offset - 100 + length),
          ]);
          expect(gathered).toEqual([...before]);
          expect(gathered).toEqual(whole.slice(taken, taken + cut));
          taken += cut;
        });
        expect(buffer.length).toBe(whole.length - taken);
        expect([...buffer.bytes]).toEqual(whole.slice(taken));
      }),
      { numRuns: 50 },
    );
  });
});
