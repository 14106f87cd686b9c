/** Modules that do not return, seen from outside: a thread that one of them holds hears nothing. */
import { type HookWatch, HookWatcher, type WatchedHook } from '../../capture/hookwatch.ts';
import { captureLimit } from './capturelimit.ts';
import { isDebugged } from './thread.ts';

const LOOK_MS = 500;

export class StuckModules {
  readonly #stuck: (hook: WatchedHook, seconds: number) => void;
  #watcher: HookWatcher | undefined;
  #looking: ReturnType<typeof setInterval> | undefined;

  /** `stuck` is called once, when a hook runs for longer than the limit `hookSeconds`. */
  constructor(stuck: (hook: WatchedHook, seconds: number) => void) {
    this.#stuck = stuck;
  }

  /** What the thread runs stands in memory that both see. */
  watch(watch: HookWatch): void {
    if (this.#watcher !== undefined) {
      this.#watcher.hooks = watch.hooks;
      return;
    }
    const watcher = new HookWatcher(watch);
    this.#watcher = watcher;
    this.#looking = setInterval(() => {
      const seconds = captureLimit('hookSeconds');
      const hook = watcher.look((seconds * 1000) / LOOK_MS);
      // Somebody may stand at a breakpoint in it.
      if (hook === undefined || isDebugged()) return;
      this.dispose();
      this.#stuck(hook, seconds);
    }, LOOK_MS);
  }

  dispose(): void {
    clearInterval(this.#looking);
  }
}
