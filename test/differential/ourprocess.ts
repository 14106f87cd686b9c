/** Peerscope in a process of its own, with a clock. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { OurReading } from './reading.ts';

/** A program hung, crashed or threw; the message says which program and how. */
export class Broken extends Error {}

const module = fileURLToPath(new URL('./child.ts', import.meta.url));

export class OurProcess {
  #child: ChildProcess | undefined;

  /** Rejects with `Broken`; the next file gets a new process then. */
  read(path: string, seconds: number): Promise<OurReading> {
    this.#child ??= fork(module, {
      execArgv: ['--import', 'tsx'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const child = this.#child;
    return new Promise((resolve, reject) => {
      let said = '';
      const settle = (broken: string | undefined, reading?: OurReading) => {
        clearTimeout(clock);
        child.removeAllListeners();
        child.stderr!.removeAllListeners();
        if (broken === undefined) return resolve(reading!);
        this.close();
        reject(new Broken(`Peerscope ${broken}`));
      };
      const clock = setTimeout(() => settle(`took more than ${seconds} seconds`), seconds * 1000);
      child.stderr!.on('data', (chunk) => {
        said += chunk;
      });
      child.once('error', (error) => settle(`could not be run: ${error.message}`));
      child.once('exit', (code, signal) => settle(`ended with ${signal ?? code}: ${said.trim().split('\n').at(-1)}`));
      child.once('message', ({ reading, failure }: { reading?: OurReading; failure?: string }) =>
        settle(failure === undefined ? undefined : `threw ${failure}`, reading),
      );
      child.send(path);
    });
  }

  close(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
