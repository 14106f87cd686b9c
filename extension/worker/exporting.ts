/** What is written of the list, piece by piece: messages as JSON lines or CSV, frames as pcapng. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { messageLine } from '../../dissector/analysis/jsonline.ts';
import {
  type CaptureReader,
  decryptionSecrets,
  enhancedPacket,
  interfaceDescription,
  keyLogSecretsType,
  processBlockOptions,
  sectionHeader,
  timeText,
} from '../../dissector/capture/index.ts';
import { OpenedBlocks } from '../../dissector/wireshark/index.ts';
import type { ExportKind, ExportScope, Row } from '../wire/inspector.ts';
import { csvLine } from './csvline.ts';
import type { Searched } from './search.ts';

const MOMENT_MS = 40;
const PIECE_BYTES = 1 << 20;
/** The last second that 64 bits of nanoseconds hold. */
const LATEST = 18_446_744_073;

/** What an export works on, as it is when the export begins. */
export interface Exported {
  readonly analysis: Analysis;
  readonly list: Searched;
  /** Whether `list` has all its rows. */
  ready(): boolean;
  /** The line of a row, with the columns asked for. */
  line(row: number): Row;
  /** The key logs that were given, one after the other. */
  readonly secrets: string;
}

/** Bytes to write, or nothing for a moment's work without any; then how far it is. */
type Piece = { readonly bytes?: Uint8Array; readonly progress: number };

export class Export {
  readonly #pieces: Iterator<Piece>;
  readonly #reader: CaptureReader;
  #progress = 0;

  constructor(kind: ExportKind, scope: ExportScope, exported: Exported) {
    this.#reader = exported.analysis.reader;
    this.#pieces = pieces(kind, scope, exported);
  }

  /** The bytes of frames are there no more: what was made of them last may be wrong. */
  get isLost(): boolean {
    return this.#reader.shrunk;
  }

  /** Works for a moment. */
  next(): { bytes: Uint8Array; progress: number; done: boolean } {
    const parts: Uint8Array[] = [];
    let size = 0;
    const end = performance.now() + MOMENT_MS;
    for (;;) {
      const { value, done } = this.#pieces.next();
      if (done) return { bytes: joined(parts, size), progress: 1, done: true };
      this.#progress = value.progress;
      if (value.bytes !== undefined) {
        parts.push(value.bytes);
        size += value.bytes.length;
      }
      if (size >= PIECE_BYTES || performance.now() > end)
        return { bytes: joined(parts, size), progress: this.#progress, done: false };
    }
  }
}

function* pieces(kind: ExportKind, scope: ExportScope, exported: Exported): Generator<Piece> {
  switch (kind) {
    case 'json':
      return yield* json(scope, exported);
    case 'csv':
      return yield* csv(scope, exported);
    case 'pcapng-decrypted':
      return yield* decrypted(scope, exported);
    default:
      return yield* pcapng(scope, exported, kind === 'pcapng-with-secrets');
  }
}

/** The rows of the scope; a filter that is still searching is waited for. */
function* rows({ row }: ExportScope, { list, ready }: Exported): Generator<number | undefined> {
  if (row !== undefined) return yield row;
  for (let at = 0; ; ) {
    if (at < list.total) yield at++;
    else if (ready()) return;
    else yield undefined;
  }
}

const utf8 = new TextEncoder();

function* json(scope: ExportScope, exported: Exported): Generator<Piece> {
  const { analysis, list } = exported;
  for (const row of rows(scope, exported)) {
    const n = row === undefined ? -1 : analysis.rowAt(scope.show, list.at(row)).n;
    const progress = (row ?? 0) / Math.max(1, list.total);
    if (n < 0) yield { progress };
    else yield { bytes: utf8.encode(`${JSON.stringify(messageLine(analysis, n, true))}\n`), progress };
  }
}

function* csv(scope: ExportScope, exported: Exported): Generator<Piece> {
  const { analysis, list, line } = exported;
  const { reader } = analysis;
  const heads = ['frame', 'time', 'source', 'destination', 'protocol', 'message', 'state', ...scope.columns, 'info'];
  yield { bytes: utf8.encode(csvLine(heads)), progress: 0 };
  for (const row of rows(scope, exported)) {
    const progress = (row ?? 0) / Math.max(1, list.total);
    if (row === undefined) {
      yield { progress };
      continue;
    }
    const { frame, source, destination, protocol, message, state, cells = [], info } = line(row);
    const time = reader.frames.hasTime(frame - 1) ? timeText(reader, frame - 1) : '';
    const values = [String(frame), time, source, destination, protocol, message, state, ...cells, info];
    yield { bytes: utf8.encode(csvLine(values)), progress };
  }
}

/** One section with every interface of the capture, and the frames that the rows are made of, each once and in order. */
function* pcapng(scope: ExportScope, exported: Exported, withSecrets: boolean): Generator<Piece> {
  const { analysis, list, secrets } = exported;
  const { reader } = analysis;
  const wanted = new Uint8Array(reader.frames.length + 1);
  for (const row of rows(scope, exported)) {
    if (row !== undefined) {
      const { frame, n } = analysis.rowAt(scope.show, list.at(row));
      wanted[frame] = 1;
      if (n >= 0) for (const part of analysis.message(n).frames) wanted[part] = 1;
    }
    yield { progress: (0.5 * (row ?? 0)) / Math.max(1, list.total) };
  }
  yield { bytes: sectionHeader({ application: 'Peerscope', options: sectionOptions(reader) }), progress: 0.5 };
  for (const one of reader.interfaces) yield { bytes: interfaceDescription(one), progress: 0.5 };
  for (const bytes of reader.names) yield { bytes, progress: 0.5 };
  if (withSecrets) yield* secretsBlocks(reader, secrets);
  const own = new Map(scope.comments);
  for (let frame = 1; frame < wanted.length; frame++) {
    const progress = 0.5 + (0.5 * frame) / wanted.length;
    if (wanted[frame] === 1) yield { bytes: packet(reader, frame - 1, own.get(frame)), progress };
    else if (frame % 1024 === 0) yield { progress };
  }
}

/** Decrypted messages as exported PDUs. */
function* decrypted(scope: ExportScope, exported: Exported): Generator<Piece> {
  const { analysis, list } = exported;
  const blocks = new OpenedBlocks(analysis);
  for (const bytes of blocks.head) yield { bytes, progress: 0 };
  for (const row of rows(scope, exported)) {
    const n = row === undefined ? -1 : analysis.rowAt(scope.show, list.at(row)).n;
    const bytes = n < 0 ? undefined : blocks.message(n);
    const progress = (row ?? 0) / Math.max(1, list.total);
    yield bytes === undefined ? { progress } : { bytes, progress };
  }
}

/** What the sections of the capture say of themselves, comments too; the application is the one that writes. */
function sectionOptions({ sections }: CaptureReader) {
  return sections.flatMap(({ options = [] }) => options.filter(({ code }) => code !== 4));
}

function* secretsBlocks(reader: CaptureReader, keyLogs: string): Generator<Piece> {
  for (const { type, bytes } of reader.secrets) yield { bytes: decryptionSecrets(type, bytes), progress: 0.5 };
  if (keyLogs !== '') yield { bytes: decryptionSecrets(keyLogSecretsType, utf8.encode(keyLogs)), progress: 0.5 };
}

function packet(reader: CaptureReader, index: number, comment: string | undefined): Uint8Array {
  const { frames } = reader;
  // A frame without a time, or with one that this format cannot hold, stands at the beginning of 1970.
  const hasTime = frames.hasTime(index) && frames.seconds(index) >= 0 && frames.seconds(index) < LATEST;
  return enhancedPacket({
    bytes: reader.frameBytes(index),
    seconds: hasTime ? frames.seconds(index) : 0,
    nanos: hasTime ? frames.nanos(index) : 0,
    interfaceIndex: frames.interfaceIndex(index),
    originalLength: frames.original(index),
    // Process blocks are not exported, so nothing counts them.
    options: reader.options(index).filter(({ code }) => !processBlockOptions.has(code)),
    ...(comment === undefined ? {} : { comment }),
  });
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
