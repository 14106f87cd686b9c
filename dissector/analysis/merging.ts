import type { Limits } from '../bytes/index.ts';
import { type CaptureReader, MergedReader } from '../capture/index.ts';
import { type ClockOffset, clockOffset } from './clockoffset.ts';

/** A capture to be merged with others. */
export interface CaptureToMerge {
  /** Name of its file. */
  readonly name: string;
  readonly reader: CaptureReader;
}

export interface Merged {
  readonly reader: MergedReader;
  /** For each capture but the first, what its clock is ahead of that one's; undefined where they share no packet. */
  readonly offsets: readonly (ClockOffset | undefined)[];
}

/** Indexes captures to their ends and merges them by time; `align` takes away what the clocks of the others are ahead of the first. */
export function mergeCaptures(
  captures: readonly CaptureToMerge[],
  options: { readonly align?: boolean; readonly limits: Limits },
): Merged {
  for (const { reader } of captures) while (reader.step());
  const [first, ...others] = captures;
  const offsets = first === undefined ? [] : others.map(({ reader }) => clockOffset(first.reader, reader, options.limits));
  const parts = captures.map((capture, at) => ({ ...capture, ahead: offsets[at - 1]?.seconds ?? 0 }));
  return { reader: new MergedReader(parts, options), offsets };
}

/** Clocks that are closer than this, in seconds, are told to be equal. */
const equal = 0.000_5;

/** "b.pcap: its clock is 12.400 ms ahead of that of a.pcap, …": a sentence for each capture that shares packets with the first. */
export function clockNotices(captures: readonly CaptureToMerge[], { offsets }: Merged, align: boolean, advice: string): string[] {
  return offsets.flatMap((offset, at) => {
    if (offset === undefined) return [];
    const { seconds, packets, isOneWay } = offset;
    const by = `from ${packets === 1 ? '1 packet' : `${packets} packets`} in both captures`;
    const way = isOneWay ? ', all in one direction, so it includes the network delay' : '';
    const name = captures[at + 1]!.name;
    if (Math.abs(seconds) < equal) return [`The clock of ${name} agrees with that of ${captures[0]!.name} (${by}${way}).`];
    const amount = Math.abs(seconds) < 1 ? `${(Math.abs(seconds) * 1000).toFixed(3)} ms` : `${Math.abs(seconds).toFixed(6)} s`;
    const is = `${amount} ${seconds > 0 ? 'ahead of' : 'behind'} that of ${captures[0]!.name} (${by}${way})`;
    return [
      `The clock of ${name} ${align ? 'was' : 'is'} ${is}${align ? ' and is corrected' : advice === '' ? '' : `; ${advice}`}.`,
    ];
  });
}
