/**
 * The clock of a capture interface: turns 64-bit ticks into seconds and nanoseconds by integer arithmetic, so that no
 * resolution loses a nanosecond. Results stand in `seconds` and `nanos`, because a pair returned would be an object a frame.
 */
export class Clock {
  seconds = 0;
  nanos = 0;
  private readonly perSecond: number;
  private readonly toNanos: number;
  private readonly fromFiner: number;
  private readonly slow: bigint | undefined;
  private readonly offset: number;

  /**
   * `resolution` is if_tsresol (draft-ietf-opsawg-pcapng section 4.2): an exponent of 10, or of 2 when the top bit is
   * set, negated. `offset` is if_tsoffset in seconds, added to every time.
   */
  constructor(resolution: number, offset: number) {
    const exponent = resolution & 0x7f;
    const binary = (resolution & 0x80) !== 0;
    this.offset = offset;
    this.perSecond = 1;
    this.toNanos = 1e9;
    this.fromFiner = 1;
    if (!binary && exponent <= 11) {
      // 10^11 is below 2^37: the three-step division below stays under 2^53.
      this.perSecond = 10 ** exponent;
      this.toNanos = exponent <= 9 ? 10 ** (9 - exponent) : 1;
      this.fromFiner = exponent <= 9 ? 1 : 10 ** (exponent - 9);
    } else if (binary && exponent <= 23) {
      // The remainder is below 2^23, so times 10^9 it stays under 2^53.
      this.perSecond = 2 ** exponent;
      this.toNanos = 1e9;
      this.fromFiner = this.perSecond;
    } else {
      this.slow = binary ? 1n << BigInt(exponent) : 10n ** BigInt(exponent);
    }
  }

  /** `high` and `low` are the halves of the unsigned tick count. Parts of a nanosecond are dropped. */
  set(high: number, low: number): void {
    if (this.slow !== undefined) {
      const ticks = (BigInt(high) << 32n) | BigInt(low);
      const seconds = ticks / this.slow;
      this.seconds = Number(seconds) + this.offset;
      this.nanos = Number(((ticks - seconds * this.slow) * 1_000_000_000n) / this.slow);
      return;
    }
    const divisor = this.perSecond;
    const first = Math.floor(high / divisor);
    const upper = (high - first * divisor) * 0x1_0000 + (low >>> 16);
    const second = Math.floor(upper / divisor);
    const lower = (upper - second * divisor) * 0x1_0000 + (low & 0xffff);
    const third = Math.floor(lower / divisor);
    const rest = lower - third * divisor;
    this.seconds = first * 0x1_0000_0000 + second * 0x1_0000 + third + this.offset;
    this.nanos = Math.floor((rest * this.toNanos) / this.fromFiner);
  }
}
