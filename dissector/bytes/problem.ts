/**
 * What hostile or broken bytes give instead of an exception. Whatever was decoded before the problem stays.
 *
 * `incomplete` means that more bytes may still come (a stream, a snapped frame); `malformed` means that no further byte
 * can mend it; `limit` means that a named limit of this program was passed (see limits.ts).
 */
export interface Problem {
  readonly kind: 'malformed' | 'incomplete' | 'limit';
  /** One sentence for a person: what was expected, what was there. */
  readonly text: string;
  /** Offset in bytes, in the Source (or file) that was being read. */
  readonly at: number;
  /** Names from the outermost layout to the item that failed, joined by dots; empty for a whole message. */
  readonly path: string;
  /** Bytes that were needed and bytes that were there. */
  readonly needed?: number;
  readonly had?: number;
  /** The field that claimed the length which could not be met. */
  readonly claimedBy?: string;
  /** Name of the limit passed, for kind `limit`. */
  readonly limit?: string;
}

export function malformed(text: string, at: number, path = ''): Problem {
  return { kind: 'malformed', text, at, path };
}

export function tooShort(what: string, needed: number, had: number, at: number, path = '', claimedBy?: string): Problem {
  const by = claimedBy === undefined ? '' : `, as "${claimedBy}" says`;
  const text = `${what} needs ${needed} byte${needed === 1 ? '' : 's'}${by}, ${had} ${had === 1 ? 'is' : 'are'} left`;
  return { kind: 'incomplete', text, at, path, needed, had, ...(claimedBy === undefined ? {} : { claimedBy }) };
}

export function overLimit(limit: string, maximum: number, had: number, what: string, at: number, path = ''): Problem {
  return {
    kind: 'limit',
    text: `${what}: ${had} is over the limit ${limit} of ${maximum}`,
    at,
    path,
    limit,
    needed: maximum,
    had,
  };
}
