/**
 * Which hook of which module runs now, in memory that another thread sees: a loop in a module never comes back, and only from outside
 * can it be stopped.
 */

export interface WatchedHook {
  /** Of the module. */
  readonly path: string;
  readonly protocol: string;
  readonly hook: string;
}

export interface HookWatch {
  /** Two 32-bit integers: one that changes with every call that begins or ends, and the number of the hook that runs, from 1; 0 for none. */
  readonly shared: SharedArrayBuffer;
  /** By number. */
  readonly hooks: readonly WatchedHook[];
}

const CALLS = 0;
const RUNNING = 1;

let state: Int32Array<SharedArrayBuffer> | undefined;
const hooks: WatchedHook[] = [];
const numbers = new Map<string, number>();
let told: ((watch: HookWatch) => void) | undefined;

/** `listener` is called before the first call of each hook, with all that there are. */
export function onHook(listener: (watch: HookWatch) => void): void {
  told = listener;
}

/** Calls a hook of a module. */
export function watchedCall<T>(path: string, protocol: string, hook: string, call: () => T): T {
  state ??= new Int32Array(new SharedArrayBuffer(8));
  const own = state;
  const before = own[RUNNING]!;
  const number = numberOf(own, path, protocol, hook);
  Atomics.store(own, RUNNING, number);
  Atomics.add(own, CALLS, 1);
  try {
    return call();
  } finally {
    Atomics.store(own, RUNNING, before);
    Atomics.add(own, CALLS, 1);
  }
}

function numberOf({ buffer: shared }: Int32Array<SharedArrayBuffer>, path: string, protocol: string, hook: string): number {
  const key = `${path}\n${hook}`;
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const number = hooks.push({ path, protocol, hook });
  numbers.set(key, number);
  told?.({ shared, hooks: [...hooks] });
  return number;
}

/** Looks at a thread from another one, again and again. */
export class HookWatcher {
  readonly #state: Int32Array;
  hooks: readonly WatchedHook[];
  #calls = -1;
  #looks = 0;

  constructor({ shared, hooks: first }: HookWatch) {
    this.#state = new Int32Array(shared);
    this.hooks = first;
  }

  /** The hook that has run since `looks` looks ago, without an end. */
  look(looks: number): WatchedHook | undefined {
    const [calls, running] = [Atomics.load(this.#state, CALLS), Atomics.load(this.#state, RUNNING)];
    if (running === 0 || calls !== this.#calls) this.#looks = 0;
    else this.#looks++;
    this.#calls = calls;
    return this.#looks >= looks ? this.hooks[running - 1] : undefined;
  }
}
