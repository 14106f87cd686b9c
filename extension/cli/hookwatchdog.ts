/** Ends the command where a module does not return: from another thread, since its own is the module's. */
import { url } from 'node:inspector';
import { Worker } from 'node:worker_threads';
import { type HookWatch, onHook } from '../capture/hookwatch.ts';

const LOOK_MS = 250;

// Looks are counted, not seconds: a machine that sleeps has taken none.
const code = `
const { parentPort, workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const state = new Int32Array(workerData.shared);
let { hooks } = workerData;
let calls = -1;
let looks = 0;
parentPort.on('message', (more) => { hooks = more; });
setInterval(() => {
  const [now, running] = [Atomics.load(state, 0), Atomics.load(state, 1)];
  looks = running === 0 || now !== calls ? 0 : looks + 1;
  calls = now;
  if (looks < (workerData.seconds * 1000) / ${LOOK_MS}) return;
  const { protocol, hook, path } = hooks[running - 1];
  const text = 'The protocol ' + protocol + ' did not return from "' + hook + '" within ' + workerData.seconds + ' s (limit hookSeconds): ' + path;
  writeSync(2, 'peerscope: ' + text + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, ${LOOK_MS});`;

/** From now on, a hook of a module that takes longer ends the process, which says so. Under a debugger nothing is ended. */
export function watchHooks(seconds: number): void {
  let watchdog: Worker | undefined;
  onHook(({ shared, hooks }: HookWatch) => {
    if (url() !== undefined) return;
    if (watchdog !== undefined) return watchdog.postMessage(hooks);
    watchdog = new Worker(code, { eval: true, workerData: { shared, hooks, seconds } });
    watchdog.unref();
  });
}
