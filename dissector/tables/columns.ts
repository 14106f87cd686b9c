/** The columns of the table of a protocol: those of every message, then one for each of its fields that is a single value. */
import type { FieldKind } from '../codec/index.ts';
import { type Protocol, secretFieldsOf } from '../protocol/index.ts';

/**
 * `time`: nanoseconds since 1970 UTC, a bigint. `integer`: signed, 64 bits, a bigint. `unsigned`: the same without a sign.
 * `texts`: a list of texts.
 */
export type ColumnType = 'time' | 'text' | 'texts' | 'integer' | 'unsigned' | 'number' | 'boolean';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Of every message. */
export const commonColumns = [
  { name: 'capture', type: 'text' },
  { name: 'n', type: 'integer' },
  { name: 'frame', type: 'integer' },
  { name: 'time', type: 'time' },
  { name: 'source', type: 'text' },
  { name: 'destination', type: 'text' },
  { name: 'transport', type: 'text' },
  { name: 'protocol', type: 'text' },
  { name: 'message', type: 'text' },
  { name: 'state', type: 'text' },
  { name: 'encrypted', type: 'boolean' },
  { name: 'decrypted', type: 'text' },
  { name: 'conversation', type: 'integer' },
  { name: 'session', type: 'integer' },
  { name: 'answer_time', type: 'number' },
  { name: 'findings', type: 'texts' },
  { name: 'severity', type: 'text' },
  { name: 'fields', type: 'text' },
] as const satisfies readonly Column[];

/** A column that holds a field, by the name that it has in `fields`. */
export interface FieldColumn extends Column {
  readonly field: string;
}

export interface TableColumns {
  readonly common: typeof commonColumns;
  readonly fields: readonly FieldColumn[];
  /** Fields whose values are written nowhere, by their names at any depth. */
  readonly secrets: ReadonlySet<string>;
}

const INTEGER_BITS = 63;

/** Made of the declaration alone: the table of a protocol has the same columns whatever a capture holds. */
export function columnsOf(protocol: Protocol): TableColumns {
  const { id, messages = [], treeFields = [] } = protocol;
  const secrets = new Set(secretFieldsOf(protocol).map(({ name }) => name));
  const told = treeFields.filter(({ json, under }) => json === true && under === undefined);
  const forms = [...messages.flatMap(({ fields }) => fields), ...told];
  const types = new Map<string, ColumnType>();
  for (const { name, kind } of forms) {
    const type = typeOf(kind);
    if (type === undefined || secrets.has(name)) continue;
    const before = types.get(name);
    types.set(name, before === undefined || before === type ? type : 'text');
  }
  const taken: readonly string[] = commonColumns.map(({ name }) => name);
  const fields = [...types].map(([field, type]) => ({ name: `${id}_${field}`, type, field }));
  return { common: commonColumns, fields: fields.filter(({ name }) => !taken.includes(name)), secrets };
}

/** None for records and lists: they stand in `fields`. */
function typeOf(kind: FieldKind): ColumnType | undefined {
  switch (kind.type) {
    case 'integer':
      if (kind.digits === 'hex') return 'text';
      return kind.signed || (kind.bits !== undefined && kind.bits <= INTEGER_BITS) ? 'integer' : 'unsigned';
    case 'frame':
      return 'integer';
    case 'float':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'record':
    case 'list':
      return undefined;
    default:
      return 'text';
  }
}
