/** Numbers and times as they are read on the screen. */
export interface Instant {
  /** Whole seconds since 1970 UTC, and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanos: number;
}

/** Seconds since the start, to the microsecond. A capture may hold frames that are earlier than its first. */
export function sinceStart(instant: Instant, start: Instant): string {
  return microText((instant.seconds - start.seconds) * 1_000_000 + Math.floor((instant.nanos - start.nanos) / 1000));
}

/** Nanoseconds as seconds, to the microsecond. */
export function seconds(nanos: number): string {
  return microText(Math.floor(nanos / 1000));
}

function microText(micros: number): string {
  const whole = Math.floor(Math.abs(micros) / 1_000_000);
  const rest = Math.abs(micros) % 1_000_000;
  return `${micros < 0 ? '-' : ''}${whole}.${String(rest).padStart(6, '0')}`;
}

/** ISO 8601, with all nine digits that a capture can hold; the seconds alone where no calendar reaches. */
export function absolute({ seconds, nanos }: Instant): string {
  const date = new Date(seconds * 1000);
  const fraction = String(nanos).padStart(9, '0');
  if (Number.isNaN(date.getTime())) return `${seconds}.${fraction} s since 1970`;
  return `${date.toISOString().slice(0, -5)}.${fraction}Z`;
}

const format = new Intl.NumberFormat('en-US');

export function grouped(number: number): string {
  return format.format(number);
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** Which of `hues` colours a protocol has: the same one in every capture. */
export function hueOf(protocol: string, hues: number): number {
  let hash = 0;
  for (const char of protocol.toLowerCase()) hash = (hash * 31 + char.codePointAt(0)!) >>> 0;
  return hash % hues;
}

/** An endpoint in at most so many characters: the port is what tells two of them apart, so the address is cut. */
export function elided(endpoint: string, characters: number): string {
  if (endpoint.length <= characters) return endpoint;
  const [address, port] = splitEndpoint(endpoint);
  return `${address.slice(0, Math.max(1, characters - port.length - 1))}…${port}`;
}

/** The address and `:port`; the second is empty where there is none. */
export function splitEndpoint(endpoint: string): readonly [string, string] {
  const at = /^(?:\[.*\]|[\d.]+)(?=:\d+$)/.exec(endpoint)?.[0].length ?? endpoint.length;
  return [endpoint.slice(0, at), endpoint.slice(at)];
}

/** Two numbers, there and back. */
export function pair([there, back]: readonly [number, number]): string {
  return `${grouped(there)} / ${grouped(back)}`;
}

/** Which of some matches is chosen (0-based; -1 for none of them). `most` and more are not counted. */
export function placeText(at: number, matches: number, most = Number.POSITIVE_INFINITY): string {
  if (matches === 0) return 'Not found';
  const total = matches >= most ? `${grouped(most)} or more` : grouped(matches);
  if (at >= 0) return `${grouped(at + 1)} of ${total}`;
  return matches === 1 ? '1 match' : `${total} matches`;
}
