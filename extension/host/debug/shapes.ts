/** What a debug adapter sends, which may be another program: a record whose parts are anything; an empty one for all else. */
export function partsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
