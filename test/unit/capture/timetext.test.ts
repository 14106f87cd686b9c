import { describe, expect, it } from 'vitest';
import { type CaptureReader, elapsedText, memoryFile, openCapture } from '../../../dissector/capture/index.ts';
import { sinceStart } from '../../../media/base/texts.ts';
import { bytes, pcap } from './build.ts';

const nanosecondMagic = 0xa1b23c4d;
const times = [
  [100, 250_000_400],
  [100, 667_251_399],
  [99, 250_000_399],
  [101, 250_000_399],
] as const;

function reader(magic: number): CaptureReader {
  const records = times.map(([seconds, ticks]) => ({ seconds, ticks, data: bytes(0) }));
  const opened = openCapture(memoryFile(pcap(true, records, magic)));
  if ('problem' in opened) throw new Error(opened.problem.text);
  opened.reader.step();
  return opened.reader;
}

describe('elapsedText', () => {
  it('goes down to the microsecond, before the first frame too', () => {
    const of = reader(nanosecondMagic);
    expect(times.map((_, index) => elapsedText(of, 0, index))).toEqual(['0.000000', '0.417250', '-1.000001', '0.999999']);
  });

  it('says what the list of the editor says', () => {
    const of = reader(nanosecondMagic);
    const instant = ([seconds, nanos]: readonly [number, number]) => ({ seconds, nanos });
    for (const [index, time] of times.entries())
      expect(elapsedText(of, 0, index)).toBe(sinceStart(instant(time), instant(times[0])));
  });
});
