/**
 * The one end that a long-running script waits for: a signal, or the end of whoever started it. npm ends on a signal by
 * ending its shell, which tells no one; what notices is that the parent is another process now.
 */
const LOOK_MS = 500;

export function interrupted(): Promise<undefined> {
  return new Promise((resolve) => {
    const parent = process.ppid;
    const done = (): void => {
      clearInterval(timer);
      resolve(undefined);
    };
    const timer = setInterval(() => {
      if (process.ppid !== parent) done();
    }, LOOK_MS).unref();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, done);
  });
}
