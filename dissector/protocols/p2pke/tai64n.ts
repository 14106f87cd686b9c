import { toHex } from '../../bytes/index.ts';

/** TAI was 37 seconds ahead of UTC from 2017 on; p2pke's implementation adds them without a table of leap seconds. */
const leapSeconds = 37n;
const epoch = 1n << 62n;
/** What `Date` can show: 8.64e15 milliseconds either side of 1970. */
const farthest = 8_640_000_000_000n;

/** A TAI64N timestamp (8 bytes big-endian seconds, 4 bytes big-endian nanoseconds) as UTC text; its hex where it is none. */
export function tai64nText(bytes: Uint8Array): string {
  if (bytes.length !== 12) return toHex(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seconds = view.getBigUint64(0) - epoch - leapSeconds;
  const nanos = view.getUint32(8);
  if (seconds < -farthest || seconds > farthest || nanos > 999_999_999) return toHex(bytes);
  const date = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', '');
  return `${date}.${String(nanos).padStart(9, '0')}Z`;
}

/** The 12 bytes of a time, nanoseconds since 1970. */
export function tai64n(now: bigint): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, epoch + leapSeconds + now / 1_000_000_000n);
  view.setUint32(8, Number(now % 1_000_000_000n));
  return bytes;
}
