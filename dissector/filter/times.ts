/** Times of a filter, in whole nanoseconds: a double of seconds since 1970 holds a time to 200 nanoseconds only. */

const perSecond = 1_000_000_000n;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const seconds = /^(-?)(\d{1,18})(?:\.(\d{0,9}))?$/;
const clock = String.raw`(\d{1,2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?`;
const iso = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${clock})?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$`, 'i');
const named = new RegExp(String.raw`^([a-z]{3}) +(\d{1,2}), (\d{4}) +${clock}\s*(UTC)?$`, 'i');

/** Seconds with at most nine decimals; undefined for text that is none. */
export function durationOf(text: string): bigint | undefined {
  const [, sign, whole, fraction = ''] = seconds.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const magnitude = BigInt(whole) * perSecond + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/**
 * A date as Wireshark takes it: `2026-11-21 09:08:52.5`, with `T` between, or `Nov 21, 2026 09:08:52.5`; since 1970 UTC. Parts of
 * the time of day may be left out from the right. Without `Z`, `UTC` or an offset it is local time.
 */
export function dateOf(text: string): bigint | undefined {
  const [, year, month, day, ...rest] = iso.exec(text) ?? reordered(named.exec(text)) ?? [];
  if (year === undefined) return undefined;
  const [hour = '0', minute = '0', second = '0', fraction = '', zone] = rest;
  const parts = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number];
  const [y, m, d, h, min, s] = parts;
  if (m < 1 || m > 12 || d < 1 || d > daysOf(y, m) || h > 23 || min > 59 || s > 60) return undefined;
  // A constructor would take years below 100 for those of 1900.
  const date = new Date(0);
  if (zone === undefined) {
    date.setFullYear(y, m - 1, d);
    date.setHours(h, min, s, 0);
  } else {
    date.setUTCFullYear(y, m - 1, d);
    date.setUTCHours(h, min - offsetOf(zone), s, 0);
  }
  return BigInt(date.getTime()) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

function reordered(found: RegExpExecArray | null): (string | undefined)[] | undefined {
  if (found === null) return undefined;
  const [all, name = '', day, year, ...rest] = found;
  return [all, year, String(months.indexOf(name.toLowerCase()) + 1), day, ...rest];
}

function daysOf(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Minutes that a zone is ahead of UTC. */
function offsetOf(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
}

/** Nanoseconds as seconds with nine decimals. */
export function durationText(nanos: number | bigint): string {
  const exact = BigInt(nanos);
  const magnitude = exact < 0n ? -exact : exact;
  const fraction = String(magnitude % perSecond).padStart(9, '0');
  return `${exact < 0n ? '-' : ''}${magnitude / perSecond}.${fraction}`;
}

/** Nanoseconds since 1970 as a date in local time that a filter takes; undefined for one that no calendar has. */
export function dateText(nanos: number | bigint): string | undefined {
  const exact = BigInt(nanos);
  const fraction = ((exact % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((exact - fraction) / 1_000_000n));
  if (Number.isNaN(date.getTime())) return undefined;
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time}.${String(fraction).padStart(9, '0')}`;
}
