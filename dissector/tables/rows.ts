/** Messages as rows of tables. */
import { type Analysis, answerTime, lineOf } from '../analysis/index.ts';
import type { Json } from '../bytes/index.ts';
import type { Finding, Protocol, Severity } from '../protocol/index.ts';
import { type Cell, cellOf, inRange } from './cell.ts';
import { columnsOf, type commonColumns, type TableColumns } from './columns.ts';

/** A message in the table of its protocol. */
export interface TableRow {
  readonly protocol: Protocol;
  readonly columns: TableColumns;
  /** In the order of `columns.common`, then of `columns.fields`. */
  readonly cells: readonly Cell[];
  /** Nanoseconds since 1970 UTC; null where the capture has no time, or one beyond 64 bits. */
  readonly time: bigint | null;
}

const NANOSECONDS = 1_000_000_000n;
const severities: readonly Severity[] = ['error', 'warning', 'note'];
const SECRET = '[secret]';

/** The rows of one capture. Sessions are numbered from 0 in the order in which they are met. */
export class TableRows {
  readonly #analysis: Analysis;
  readonly #capture: string;
  readonly #columns = new Map<Protocol, TableColumns>();
  readonly #sessions = new Map<unknown, number>();

  /** `capture` is what the column of that name says. */
  constructor(analysis: Analysis, capture: string) {
    this.#analysis = analysis;
    this.#capture = capture;
  }

  /** Goes past a message whose row somebody else makes: its session has its number from here on. */
  pass(n: number): void {
    this.#session(n);
  }

  row(n: number): TableRow {
    const analysis = this.#analysis;
    const told = analysis.message(n);
    const dissection = analysis.dissectAlone(told);
    const line = lineOf(analysis, told, dissection);
    const columns = this.#columnsOf(told.protocol);
    const fields = withoutSecrets(line.fields, columns.secrets);
    const time = this.#time(told.frame - 1);
    const common: Readonly<Record<(typeof commonColumns)[number]['name'], Cell>> = {
      capture: this.#capture,
      n: BigInt(n),
      frame: BigInt(told.frame),
      time,
      source: line.src,
      destination: line.dst,
      transport: told.conversation.transport,
      protocol: line.protocol,
      message: line.message,
      state: line.state,
      encrypted: line.encrypted,
      decrypted: String(line.decrypted),
      conversation: BigInt(told.conversation.id),
      session: this.#session(n),
      answer_time: answerTime(analysis.reader, told.frame, dissection.layer) ?? null,
      findings: line.findings.map(({ rule }) => rule),
      severity: worst(line.findings),
      fields: JSON.stringify(fields),
    };
    const cells = [
      ...columns.common.map(({ name }) => common[name]),
      ...columns.fields.map(({ field, type }) => cellOf(type, memberOf(fields, field))),
    ];
    return { protocol: told.protocol, columns, cells, time };
  }

  #columnsOf(protocol: Protocol): TableColumns {
    const known = this.#columns.get(protocol) ?? columnsOf(protocol);
    this.#columns.set(protocol, known);
    return known;
  }

  #time(index: number): bigint | null {
    const { frames } = this.#analysis.reader;
    if (!frames.hasTime(index)) return null;
    return inRange('time', BigInt(frames.seconds(index)) * NANOSECONDS + BigInt(frames.nanos(index)));
  }

  #session(n: number): bigint | null {
    const part = this.#analysis.part(n);
    if (part === undefined) return null;
    const number = this.#sessions.get(part.session) ?? this.#sessions.size;
    this.#sessions.set(part.session, number);
    return BigInt(number);
  }
}

function worst(findings: readonly Finding[]): Severity | null {
  return severities.find((each) => findings.some(({ severity }) => severity === each)) ?? null;
}

function memberOf(fields: Json, name: string): Json | undefined {
  const isRecord = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
  return isRecord && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Secret fields keep their names alone. */
function withoutSecrets(value: Json, secrets: ReadonlySet<string>): Json {
  if (secrets.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withoutSecrets(each, secrets));
  // Names come from the wire: "__proto__" stays a property like any other.
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secrets.has(name) ? SECRET : withoutSecrets(inner, secrets)]),
  );
}
