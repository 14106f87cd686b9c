/** What `make` gives; undefined when it throws, as the libraries do on keys, points and tags that do not fit. */
export function orUndefined<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
