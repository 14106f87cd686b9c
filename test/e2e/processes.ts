/** What the system tells of the extension host of a workbench that this process started; Linux only, like that workbench. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The clock of `/proc`, in ticks a second; the same on every Linux that Node runs on. */
const TICKS = 100;

export class ExtensionHost {
  readonly pid: number;

  private constructor(pid: number) {
    this.pid = pid;
  }

  /** The one whose workbench descends from this process. */
  static find(): ExtensionHost {
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const pid = Number(name);
      if (read(pid, 'cmdline').includes('--type=extensionHost') && descends(pid)) return new ExtensionHost(pid);
    }
    throw new Error('no extension host runs');
  }

  /** Resident memory of the process, all its threads together, in bytes: now, and the most since `forgetPeak`. */
  memory(): { now: number; peak: number } {
    const status = read(this.pid, 'status');
    const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  }

  /** Processor time of the thread that runs extensions, in seconds. */
  busy(): number {
    const fields = read(this.pid, `task/${this.pid}/stat`).split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }

  /** Paths of the files that it has open. */
  files(): string[] {
    return readdirSync(`/proc/${this.pid}/fd`).flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${this.pid}/fd/${name}`)];
      } catch {
        // It was closed in the meantime.
        return [];
      }
    });
  }

  /** How many threads of captures are there, one of them in reserve; the system keeps the first 15 letters of a name. */
  threads(): number {
    const names = readdirSync(`/proc/${this.pid}/task`).map((task) => read(this.pid, `task/${task}/comm`));
    return names.filter((name) => name.startsWith('peerscope')).length;
  }
}

function descends(pid: number): boolean {
  for (let each = pid; each > 1; each = Number(/PPid:\s+(\d+)/.exec(read(each, 'status'))?.[1] ?? 0))
    if (each === process.pid) return true;
  return false;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended in the meantime.
    return '';
  }
}
