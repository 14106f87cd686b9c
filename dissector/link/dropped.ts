import type { DropReason } from './streamsink.ts';

const reasons: Readonly<Record<DropReason, string>> = {
  late: 'captured after its hole was given up as lost',
  early: 'captured after the stream was begun without its SYN, and belonging before that',
  'after-fin': 'captured behind the end of the stream (FIN)',
  'after-rst': 'captured behind a reset (RST) that nothing shows to have been ignored',
};

/** What of TCP streams was captured and not delivered, by the reason: bytes, and the first frame (1-based) of them. */
export class DroppedBytes {
  private readonly byReason = new Map<DropReason, { bytes: number; first: number }>();

  add(bytes: number, why: DropReason, frame: number): void {
    const known = this.byReason.get(why);
    if (known === undefined) this.byReason.set(why, { bytes, first: frame });
    else {
      known.bytes += bytes;
      known.first = Math.min(known.first, frame);
    }
  }

  /** Adds what another one counted. */
  take(other: DroppedBytes): void {
    for (const [why, { bytes, first }] of other.byReason) this.add(bytes, why, first);
  }

  /** One sentence for each reason. */
  get sentences(): string[] {
    return [...this.byReason].map(([why, { bytes, first }]) => {
      const size = bytes === 1 ? '1 byte of TCP streams is' : `${bytes} bytes of TCP streams are`;
      return `${size} in no message (frame ${first}${bytes === 1 ? '' : ' and later'}): ${reasons[why]}.`;
    });
  }
}
