/**
 * An extension of the bench, which runs in the extension host beside ours: it looks at its own event loop by a timer, and at
 * what the thread runs by a profile. `hostprobe.ts` bundles it, installs it and asks it.
 */
import { type Profiler, Session } from 'node:inspector/promises';
import { createServer } from 'node:net';
import type { HostReport } from './hostprobe.ts';

/** Set when it is bundled: the socket at which the bench asks, and the files whose code is looked for in the profile. */
declare const SOCKET: string;
declare const OURS: string;

const LOOK_MS = 2;
const SAMPLE_US = 500;

interface CpuClock {
  threadCpuUsage(): { user: number; system: number };
}

/** Milliseconds of processor time of this thread. */
function cpu(): number {
  // Of Node 23 and later, which the workbench has; the types are those of the Node that builds.
  const { user, system } = (process as unknown as CpuClock).threadCpuUsage();
  return (user + system) / 1000;
}

class Watch {
  readonly #session = new Session();
  #timer: NodeJS.Timeout | undefined;
  #longest = 0;
  #busiest = 0;

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post('Profiler.enable');
    await this.#session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
    await this.#session.post('Profiler.start');
    let [before, used] = [performance.now(), cpu()];
    this.#timer = setInterval(() => {
      const [now, total] = [performance.now(), cpu()];
      this.#longest = Math.max(this.#longest, now - before - LOOK_MS);
      this.#busiest = Math.max(this.#busiest, total - used);
      [before, used] = [now, total];
    }, LOOK_MS);
  }

  async stop(): Promise<HostReport> {
    clearInterval(this.#timer);
    const { profile } = await this.#session.post('Profiler.stop');
    this.#session.disconnect();
    return { silent: this.#longest, busy: this.#busiest, ...ours(profile) };
  }
}

/** The samples in which our code is somewhere on the stack: what they take together, and the longest run of them. */
function ours(profile: Profiler.Profile): { own: number; ownLongest: number } {
  const mine = new Set<number>();
  const visit = (node: Profiler.ProfileNode, inside: boolean): void => {
    const here = inside || node.callFrame.url.includes(OURS);
    if (here) mine.add(node.id);
    for (const child of node.children ?? []) visit(byId.get(child)!, here);
  };
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  visit(profile.nodes[0]!, false);
  let [total, run, longest] = [0, 0, 0];
  for (const id of profile.samples ?? []) {
    run = mine.has(id) ? run + 1 : 0;
    if (run > 0) total++;
    longest = Math.max(longest, run);
  }
  const ms = SAMPLE_US / 1000;
  return { own: total * ms, ownLongest: longest * ms };
}

export function activate(): void {
  let watch: Watch | undefined;
  createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', async (asked) => {
      if (String(asked) === 'start') {
        watch = new Watch();
        await watch.start();
        socket.end('{}');
      } else socket.end(JSON.stringify(await watch!.stop()));
    });
  }).listen(SOCKET);
}
