import { type Field, toHex } from '../../bytes/index.ts';
import { isDecimal } from '../integer.ts';
import type { TimeItem } from '../layout.ts';
import type { Encodable } from '../values.ts';
import type { ItemKind } from './kind.ts';

/** What a unit counts: parts of a second, and the digits after the point that tell them apart. */
const units = {
  s: { perSecond: 1n, digits: 0 },
  ms: { perSecond: 1_000n, digits: 3 },
  us: { perSecond: 1_000_000n, digits: 6 },
  ns: { perSecond: 1_000_000_000n, digits: 9 },
  ntp: { perSecond: 1n << 32n, digits: 10 },
  tai64n: { perSecond: 1_000_000_000n, digits: 9 },
} as const;

/** What `Date` can show: 8.64e15 milliseconds either side of 1970. */
const farthest = 8_640_000_000_000n;
/** 1900 to 1970, in seconds (RFC 5905). */
const ntpEpoch = 2_208_988_800n;
/** The first bit of NTP's seconds is set from 1968 on; without it, they are those of the next 2^32 (RFC 4330 section 3). */
const ntpHalf = 1n << 31n;
const ntpEra = 1n << 32n;
const taiEpoch = 1n << 62n;

export const timeKind: ItemKind<TimeItem> = {
  compile(item, _, above) {
    const { name, doc, order } = item;
    const path = `${above}.${name}`;
    if (!Object.hasOwn(units, item.unit)) throw new Error(`layout: ${path} counts in no unit that is called "${item.unit}"`);
    const size = sizeOf(item);
    const epoch = epochOf(item, path);
    return (cursor, into) => {
      if (!cursor.has(size, path) || !cursor.count(path)) return false;
      const { at, source } = cursor;
      const raw = cursor.bytes.subarray(at, at + size);
      const parts = secondsOf(item, integerOf(raw, order), epoch);
      const value = parts === undefined ? toHex(raw) : isoText(item, parts);
      const field: Field = { name, kind: 'value', value, doc, source, start: at, end: at + size };
      if (parts === undefined) field.raw = raw;
      into.push(field);
      cursor.at += size;
      return true;
    };
  },

  write(item, frame) {
    const path = frame.at(item.name);
    const value = frame.values[item.name];
    const size = sizeOf(item);
    if (value instanceof Uint8Array && value.length === size) return frame.push(value);
    const whole = countOf(item, value, path);
    if (whole < 0n || whole >= 1n << BigInt(size * 8)) throw new RangeError(`${path}: ${value} does not fit ${size} bytes`);
    const bytes = Array.from({ length: size }, (_, i) => Number((whole >> BigInt(8 * i)) & 0xffn));
    frame.push(item.order === 'little' ? bytes : bytes.reverse());
  },

  describe: (item) => [
    {
      name: item.name,
      kind: { type: 'time', length: sizeOf(item) },
      display: `time (${words[item.unit]}, ${sizeOf(item)} bytes)`,
      doc: item.doc,
    },
  ],
};

const words: Readonly<Record<TimeItem['unit'], string>> = {
  ...{ s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds', ntp: 'NTP', tai64n: 'TAI64N' },
};

function sizeOf({ unit, size }: TimeItem): number {
  return unit === 'tai64n' ? 12 : unit === 'ntp' ? 8 : (size ?? (unit === 's' ? 4 : 8));
}

/** Seconds from 1970 to the epoch. */
function epochOf({ epoch }: TimeItem, path: string): bigint {
  const found = epoch === undefined ? 0 : Date.parse(epoch) / 1000;
  if (!Number.isSafeInteger(found)) throw new Error(`layout: the epoch of ${path} is no whole second in ISO 8601: ${epoch}`);
  return BigInt(found);
}

function integerOf(raw: Uint8Array, order: 'little' | undefined): bigint {
  let sum = 0n;
  for (let i = 0; i < raw.length; i++) sum = (sum << 8n) | BigInt(raw[order === 'little' ? raw.length - 1 - i : i]!);
  return sum;
}

interface Seconds {
  /** Since 1970. */
  readonly seconds: bigint;
  /** Of the unit's parts of a second. */
  readonly parts: bigint;
}

/** Undefined for what no date can say. */
function secondsOf({ unit, leapSeconds = 37 }: TimeItem, whole: bigint, epoch: bigint): Seconds | undefined {
  const { perSecond } = units[unit];
  // TAI64N has its nanoseconds in 4 bytes of their own.
  const divisor = unit === 'tai64n' ? 1n << 32n : perSecond;
  const [counted, parts] = [whole / divisor, whole % divisor];
  if (parts >= perSecond) return undefined;
  const seconds =
    unit === 'ntp'
      ? counted - ntpEpoch + (counted >= ntpHalf || whole === 0n ? 0n : ntpEra)
      : unit === 'tai64n'
        ? counted - taiEpoch - BigInt(leapSeconds)
        : counted + epoch;
  return seconds < -farthest || seconds > farthest ? undefined : { seconds, parts };
}

function isoText({ unit }: TimeItem, { seconds, parts }: Seconds): string {
  const { perSecond, digits } = units[unit];
  const date = new Date(Number(seconds) * 1000).toISOString().replace('.000Z', '');
  if (digits === 0) return `${date}Z`;
  const fraction = (parts * 10n ** BigInt(digits) + perSecond / 2n) / perSecond;
  return `${date}.${String(fraction).padStart(digits, '0')}Z`;
}

/** What stands on the wire, as one integer, for a time in ISO 8601 or the count itself. */
function countOf(item: TimeItem, value: Encodable | undefined, path: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value === 'string' && isDecimal(value)) return BigInt(value);
  const match = typeof value === 'string' ? /^([+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?Z$/.exec(value) : null;
  const date = match === null ? Number.NaN : Date.parse(`${match[1]}Z`);
  if (match === null || Number.isNaN(date)) throw new TypeError(`${path}: expected a time as 2026-01-31T12:00:00Z, or its count`);
  const digits = match[2] ?? '';
  const { perSecond } = units[item.unit];
  const scale = 10n ** BigInt(digits.length);
  const all = (BigInt(date / 1000) * scale + BigInt(digits || 0)) * perSecond;
  // Rounded to the nearest: the digits of NTP's fractions are not exact.
  const since1970 = floorOf(all + scale / 2n, scale);
  return onWire(item, floorOf(since1970, perSecond), since1970 - floorOf(since1970, perSecond) * perSecond, path);
}

function onWire(item: TimeItem, seconds: bigint, parts: bigint, path: string): bigint {
  const { unit, leapSeconds = 37 } = item;
  if (unit === 'tai64n') return ((seconds + taiEpoch + BigInt(leapSeconds)) << 32n) | parts;
  if (unit !== 'ntp') return (seconds - epochOf(item, path)) * units[unit].perSecond + parts;
  const counted = seconds + ntpEpoch;
  // Zeros alone are 1900, so the moment at which the count starts again cannot be said.
  const isZero = counted === 0n && parts === 0n;
  if (!isZero && (counted < ntpHalf || counted >= ntpHalf + ntpEra || counted * ntpEra + parts === ntpEra * ntpEra))
    throw new RangeError(`${path}: NTP has the times from 1968 to 2104`);
  return ((counted % ntpEra) << 32n) | parts;
}

function floorOf(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}
