/** A table as a Parquet file. This file is loaded where one is written, and the library with it. */
import { appendFileSync } from 'node:fs';
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Cell, ColumnType, TableRow } from '../../../dissector/tables/index.ts';
import { keptColumns, type OpenTable, type TableFile, type TableFileOptions } from './tablefile.ts';

const MODE = 0o600;
const FIRST_BYTES = 1024;
/** What a value takes beside its text. */
const CELL_BYTES = 16;

/** Bytes on their way to a file: after each row group nothing of it stays in memory. */
class FileBytes extends ByteWriter {
  readonly #path: string;

  constructor(path: string) {
    super(FIRST_BYTES);
    this.#path = path;
  }

  flush(): void {
    appendFileSync(this.#path, this.getBytes(), { mode: MODE });
    this.buffer = new ArrayBuffer(FIRST_BYTES);
    this.view = new DataView(this.buffer);
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

class ParquetFile implements TableFile {
  readonly #writer: ParquetWriter;
  readonly #kept: ReturnType<typeof keptColumns>;
  readonly #limits: Pick<TableFileOptions, 'rows' | 'bytes'>;
  #data: Cell[][];
  #count = 0;
  #waiting = 0;

  constructor(first: TableRow, { path, omitted, rows, bytes }: TableFileOptions) {
    this.#limits = { rows, bytes };
    this.#kept = keptColumns(first, omitted);
    const schema: SchemaElement[] = [
      { name: 'peerscope', num_children: this.#kept.length },
      ...this.#kept.flatMap(({ column }) => elements[column.type](column.name)),
    ];
    this.#writer = new ParquetWriter({ writer: new FileBytes(path), schema, createdBy: 'peerscope' });
    this.#data = this.#kept.map(() => []);
  }

  get waiting(): number {
    return this.#waiting;
  }

  add({ cells }: TableRow): void {
    this.#kept.forEach(({ at }, column) => {
      const cell = cells[at]!;
      this.#data[column]!.push(cell);
      this.#waiting += CELL_BYTES + (typeof cell === 'string' ? cell.length : 0);
    });
    this.#count++;
    if (this.#count >= this.#limits.rows || this.#waiting >= this.#limits.bytes) this.flush();
  }

  flush(): void {
    if (this.#count === 0) return;
    const columnData = this.#kept.map(({ column: { name } }, at) => ({ name, data: this.#data[at]!, offsetIndex: false }));
    // The file is written at once: there is nothing to wait for.
    void this.#writer.write({ columnData, rowGroupSize: this.#count });
    this.#data = this.#kept.map(() => []);
    this.#count = this.#waiting = 0;
  }

  close(): void {
    this.flush();
    void this.#writer.finish();
  }
}

const element =
  (of: Omit<SchemaElement, 'name'>) =>
  (name: string): SchemaElement[] => [{ name, repetition_type: 'OPTIONAL', ...of }];
const elements: Readonly<Record<ColumnType, (name: string) => SchemaElement[]>> = {
  time: element({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } }),
  text: element({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }),
  integer: element({ type: 'INT64' }),
  unsigned: element({
    type: 'INT64',
    converted_type: 'UINT_64',
    logical_type: { type: 'INTEGER', bitWidth: 64, isSigned: false },
  }),
  number: element({ type: 'DOUBLE' }),
  boolean: element({ type: 'BOOLEAN' }),
  texts: (name) => [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  ],
};

export const openParquet: OpenTable = (first, options) => new ParquetFile(first, options);
