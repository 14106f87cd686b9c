/** How recordings of runs are called. */

/** Where the recording of the run before is kept, for one at `path`. */
export function previousOf(path: string): string {
  return `${path.replace(/\.pcapng$/, '')}.previous.pcapng`;
}
