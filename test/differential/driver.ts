/** One file through both programs. */
import { type Comparison, compare } from './compare.ts';
import { Broken, OurProcess } from './ourprocess.ts';
import type { OurReading, TheirReading } from './reading.ts';
import type { FileReport } from './report.ts';
import { TheirProcess } from './theirs.ts';

export interface Driven {
  readonly report: FileReport;
  readonly comparison?: Comparison;
  readonly ours?: OurReading;
}

export class Driver {
  readonly #seconds: number;
  readonly #ours = new OurProcess();
  readonly #theirs = new TheirProcess();

  /** `seconds`: how long either program may take for one file. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** `file` is how it is told, `path` where it is. */
  async drive(file: string, path: string): Promise<Driven> {
    const broken: string[] = [];
    const unlessBroken = async <T>(reading: Promise<T>): Promise<T | undefined> => {
      try {
        return await reading;
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        broken.push(error.message);
        return undefined;
      }
    };
    const [ours, theirs] = await Promise.all([
      unlessBroken(this.#ours.read(path, this.#seconds)),
      unlessBroken(this.#theirs.read(path, this.#seconds)),
    ]);
    const claims = ours?.claims ?? [];
    if (ours === undefined || theirs === undefined)
      return { report: { file, isRefused: false, differences: [], claims, broken } };
    const comparison = compare(ours, await this.#withFormat(ours, theirs, path));
    const isRefused = ours.refused !== undefined && theirs.refused !== undefined;
    return { report: { file, isRefused, differences: comparison.differences, claims, broken }, comparison, ours };
  }

  close(): void {
    this.#ours.close();
    this.#theirs.close();
  }

  /** It is asked only where it may be the reason. */
  async #withFormat(ours: OurReading, theirs: TheirReading, path: string): Promise<TheirReading> {
    if (ours.refused === undefined || theirs.refused !== undefined) return theirs;
    return { ...theirs, format: await this.#theirs.format(path, this.#seconds) };
  }
}
