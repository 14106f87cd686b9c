/** The wall clock, in nanoseconds since 1970 that never go back while the process runs. */
const START = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();

export function wallClock(): bigint {
  return START + process.hrtime.bigint();
}
