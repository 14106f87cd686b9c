/** A search through the list, a moment of the worker's time after another, until it finds a row or is stopped. */
import type { FindKind } from '../../../extension/wire/inspector.ts';
import { sentence } from '../../base/connection.ts';
import type { Call } from '../page/host.ts';
import type { PacketList } from './list.ts';

export interface Sought {
  readonly kind: FindKind;
  readonly text: string;
  readonly forward: boolean;
  /** The row to begin after. */
  readonly after: number;
  /** Whether to go on at the other end of the list. */
  readonly around: boolean;
}

export class Search {
  /** How much of the list was looked at, from 0 to 1; undefined while nothing is sought. */
  progress: number | undefined;
  /** What came of it, where that is no row. */
  says: string | undefined;
  readonly #call: Call;
  readonly #changed: () => void;
  #turn = 0;

  constructor(call: Call, changed: () => void) {
    this.#call = call;
    this.#changed = changed;
  }

  stop(): void {
    this.#turn++;
    this.progress = undefined;
    this.#changed();
  }

  /** The row that was found; undefined when there is none, or when it was stopped. */
  async find({ show, narrowed }: PacketList, { kind, text, forward, after, around }: Sought): Promise<number | undefined> {
    const turn = ++this.#turn;
    this.says = undefined;
    let wrapped = false;
    let next = after + (forward ? 1 : -1);
    let looked = 0;
    try {
      for (;;) {
        const found = await this.#call('find', { show, ...narrowed, from: next, forward, kind, text });
        if (turn !== this.#turn) return undefined;
        if (found.problem !== undefined) return this.#end(found.problem);
        if (found.row !== undefined) {
          if (wrapped) this.says = forward ? 'From the start again' : 'From the end again';
          this.progress = undefined;
          this.#changed();
          return found.row;
        }
        const ended = found.next < 0 || found.next >= found.total;
        if (ended && (wrapped || !around || found.total === 0)) return this.#end('Not found');
        looked += Math.abs(found.next - next);
        wrapped ||= ended;
        next = ended ? (forward ? 0 : found.total - 1) : found.next;
        if (looked >= 2 * found.total) return this.#end('Not found');
        this.progress = Math.min(1, looked / Math.max(1, found.total));
        this.#changed();
      }
    } catch (error) {
      return turn === this.#turn ? this.#end(sentence(error)) : undefined;
    }
  }

  #end(says: string): undefined {
    this.says = says;
    this.progress = undefined;
    this.#changed();
    return undefined;
  }
}
