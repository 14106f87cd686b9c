/** The exports that are under way. */
import type { WorkerCalls } from '../wire/inspector.ts';
import type { Capture } from './capture.ts';
import { Export } from './exporting.ts';
import type { Lists } from './lists.ts';

export class Exports {
  readonly #capture: Capture;
  readonly #lists: Lists;
  readonly #running = new Map<number, Export>();
  #last = 0;

  constructor(capture: Capture, lists: Lists) {
    this.#capture = capture;
    this.#lists = lists;
  }

  begin({ kind, scope }: WorkerCalls['export']['params']): WorkerCalls['export']['result'] {
    const id = ++this.#last;
    const secrets = kind === 'pcapng-with-secrets' ? this.#capture.secrets : '';
    this.#running.set(id, new Export(kind, scope, { ...this.#lists.exported(scope), secrets }));
    return { id };
  }

  next(id: number): WorkerCalls['exported']['result'] {
    const running = this.#running.get(id);
    if (running === undefined) throw new Error('This export has ended.');
    const piece = running.next();
    const { isLost } = running;
    if (piece.done || isLost) this.#running.delete(id);
    if (isLost) throw new Error('The file of the capture was cut short or replaced meanwhile: the export is given up.');
    return piece;
  }

  stop(id: number): Record<never, never> {
    this.#running.delete(id);
    return {};
  }
}
