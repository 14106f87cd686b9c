/** What the page lets the host do for the user: write, ask, copy. What goes wrong is a sentence. */

import type { Row, ScriptKind } from '../../../extension/wire/inspector.ts';
import { sentence } from '../../base/connection.ts';
import { count } from '../../base/texts.ts';
import { withComment } from '../list/comments.ts';
import type { PacketList } from '../list/list.ts';
import type { RowRange } from '../list/picked.ts';
import type { Remembered } from '../list/remembered.ts';
import { rowsText } from '../list/rowstext.ts';
import type { Call } from './host.ts';

/** Every call ends in the sentence of its failure, or in nothing. */
export class Asking {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  async addKeys(from: 'file' | 'clipboard' = 'file'): Promise<string | undefined> {
    return this.#call('addKeys', { from }).then(nothing, (error) => `The key log was not added: ${sentence(error)}`);
  }

  async unpin(choice: string): Promise<string | undefined> {
    return this.#call('unpin', { choice }).then(nothing, (error) => `${choice} is still pinned: ${sentence(error)}`);
  }

  async copy(text: string): Promise<string | undefined> {
    return this.#call('copy', { text }).then(nothing, (error) => `Nothing was copied: ${sentence(error)}`);
  }

  async copyScript(n: number, what: ScriptKind): Promise<string | undefined> {
    return this.#call('script', { n, what }).then(
      ({ text }) => this.copy(text),
      (error) => `Nothing was copied: ${sentence(error)}`,
    );
  }

  async follow(n: number): Promise<string | undefined> {
    return this.#call('follow', { n }).then(nothing, (error) => `The conversation was not shown: ${sentence(error)}`);
  }

  async copyRows(
    list: PacketList,
    arranged: Remembered,
    ranges: readonly RowRange[],
    as: 'text' | 'json' | 'hexDump',
  ): Promise<string | undefined> {
    try {
      const made =
        as === 'text'
          ? await rowsText(this.#call, list, arranged, ranges)
          : await this.#call('copyRows', { show: list.show, ...list.narrowed, ranges, as });
      const failed = await this.copy(made.text);
      return failed ?? (made.left === 0 ? undefined : `The first rows were copied; ${count(made.left, 'row')} are too many.`);
    } catch (error) {
      return `Nothing was copied: ${sentence(error)}`;
    }
  }

  async copyFieldJson({ show, narrowed }: PacketList, row: number, path: readonly number[]): Promise<string | undefined> {
    return this.#call('fieldJson', { row, show, ...narrowed, path }).then(
      ({ text }) => this.copy(text),
      (error) => `Nothing was copied: ${sentence(error)}`,
    );
  }

  async export(
    { show, narrowed, columns }: PacketList,
    { comments }: Remembered,
    row: Row | undefined,
  ): Promise<string | undefined> {
    const one = row === undefined ? {} : { row: row.row };
    const message = row?.n === undefined ? {} : { n: row.n };
    const scope = { show, ...narrowed, columns, comments, ...one };
    return this.#call('export', { scope, ...message }).then(nothing, (error) => `Nothing was written: ${sentence(error)}`);
  }

  async saveBaseline(conversation: number): Promise<string | undefined> {
    return this.#call('saveBaseline', { conversation }).then(nothing, (error) => `No baseline is saved: ${sentence(error)}`);
  }

  async debug(conversation: number): Promise<string | undefined> {
    return this.#call('debug', { conversation }).then(nothing, (error) => `Nothing is debugged: ${sentence(error)}`);
  }

  /** The comments with that on a frame changed; none when it was cancelled. An empty text takes it away. */
  async comment({ comments }: Remembered, frame: number): Promise<Remembered['comments'] | undefined> {
    const before = comments.find(([own]) => own === frame)?.[1] ?? '';
    const { text } = await this.#call('askText', { title: `Comment on Frame ${frame}`, value: before });
    return text === undefined ? undefined : withComment(comments, frame, text);
  }
}

const nothing = (): undefined => undefined;
