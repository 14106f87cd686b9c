/** A table as a log of Zeek in a file. */
import { appendFileSync } from 'node:fs';
import { type TableRow, zeekEnd, zeekHead, zeekLine } from '../../../dissector/tables/index.ts';
import { keptColumns, type OpenTable, type TableFile, type TableFileOptions } from './tablefile.ts';

const MODE = 0o600;
const CHUNK_CHARACTERS = 1 << 16;

class ZeekFile implements TableFile {
  readonly #path: string;
  readonly #kept: ReturnType<typeof keptColumns>;
  #text: string;
  #last: bigint | null;

  constructor(first: TableRow, { path, protocol, omitted }: TableFileOptions) {
    this.#path = path;
    this.#kept = keptColumns(first, omitted);
    this.#last = first.time;
    const columns = this.#kept.map(({ column }) => column);
    this.#text = `${zeekHead(protocol, columns, first.time).join('\n')}\n`;
  }

  get waiting(): number {
    return this.#text.length;
  }

  add({ cells, time }: TableRow): void {
    this.#last = time;
    this.#text += `${zeekLine(this.#kept.map(({ at, column }) => ({ cell: cells[at]!, type: column.type })))}\n`;
    if (this.#text.length >= CHUNK_CHARACTERS) this.flush();
  }

  flush(): void {
    appendFileSync(this.#path, this.#text, { mode: MODE });
    this.#text = '';
  }

  close(): void {
    this.#text += `${zeekEnd(this.#last)}\n`;
    this.flush();
  }
}

export const openZeek: OpenTable = (first, options) => new ZeekFile(first, options);
