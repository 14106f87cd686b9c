/** A command of `peerscope`, its lines to nowhere, in a process of its own: `command.ts COMMAND FILE… [OPTION]…`. */
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { useEngine } from '../../dissector/crypto/index.ts';
import { platformEngine } from '../../extension/capture/engine.ts';
import { threadSettings } from '../../extension/cli/printing/settings.ts';
import { run } from '../../extension/cli/run.ts';
import { DECODE_AS } from './capture.ts';
import type { Figures } from './job.ts';

const before = process.resourceUsage().maxRSS * 1024;
useEngine(platformEngine());
const nowhere = createWriteStream(devNull);
const threads = threadSettings(new URL('./linethread.mjs', import.meta.url));
const io = {
  ...{ stdin: process.stdin, stdout: nowhere, stderr: nowhere, version: () => '', root: '', threads },
  // Never: tables that are written are taken away at an interruption.
  interrupted: () => new Promise<never>(() => {}),
};
const started = performance.now();
const [command, ...rest] = process.argv.slice(2);
const status = await run([command!, ...DECODE_AS.flatMap((rule) => ['--decode-as', rule]), ...rest], io);
if (status !== 0) throw new Error(`${command} ends with status ${status}`);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage();
const figures: Figures = {
  processor: (user + system) / 1e6,
  seconds,
  packets: 0,
  before,
  peak: process.resourceUsage().maxRSS * 1024,
};
console.log(JSON.stringify(figures));
