import { type Budget, type Field, malformed, type Origin, type Piece, type Source } from '../bytes/index.ts';
import type { CaptureReader } from '../capture/index.ts';
import { type DerivedRecord, type DerivedRecords, isDerived } from '../protocol/index.ts';

/** A stretch of a Source. */
export interface Stretch {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** The Sources that one tree grows. */
export interface TreeSources {
  readonly list: readonly Source[];
  add(name: string, bytes: Uint8Array, origin: Origin): Source;
}

/** Where bytes lie in one tree, whose first Source is a frame: in frames and in derived records, each opened once. */
export class TreeBytes {
  /** The layers of the records, the outermost first. */
  readonly layers: Field[] = [];
  readonly #reader: CaptureReader;
  readonly #records: DerivedRecords;
  readonly #budget: Budget;
  readonly #sources: TreeSources;
  /** Number of the frame that is the first Source. */
  readonly #frame: number;
  /** Made with the first record: a list makes a tree for each of a million messages, and most stand in none. */
  #opened: Map<number, Source> | undefined;

  constructor(reader: CaptureReader, records: DerivedRecords, budget: Budget, sources: TreeSources, frame: number) {
    this.#reader = reader;
    this.#records = records;
    this.#budget = budget;
    this.#sources = sources;
    this.#frame = frame;
  }

  /** Where the bytes of pieces lie; a Source of their own where they lie in several. */
  find(pieces: readonly Piece[]): Stretch {
    const parts: Stretch[] = [];
    for (let at = 0; at < pieces.length; ) {
      const piece = pieces[at]!;
      if (isDerived(piece.frame)) {
        add(parts, this.#inRecord(piece));
        at++;
      } else {
        const next = pieces.findIndex(({ frame }, index) => index > at && isDerived(frame));
        const end = next < 0 ? pieces.length : next;
        parts.push(this.#captured(pieces.slice(at, end)));
        at = end;
      }
    }
    return parts.length === 1 ? parts[0]! : this.#joined(parts);
  }

  /** In the frame itself, or put together in a Source of their own. */
  #captured(pieces: readonly Piece[]): Stretch {
    const source = this.#sources.list[0]!;
    const only = pieces.length === 1 && pieces[0]!.frame === this.#frame ? pieces[0]! : undefined;
    if (only !== undefined) {
      const end = Math.min(only.offset + only.length, source.bytes.length);
      return { source, start: Math.min(only.offset, end), end };
    }
    const whole = this.#sources.add('Reassembled', this.#gather(pieces), { kind: 'pieces', pieces });
    return { source: whole, start: 0, end: whole.bytes.length };
  }

  #gather(pieces: readonly Piece[]): Uint8Array {
    const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const { frame, offset, length } of pieces) {
      whole.set(this.#reader.frameBytes(frame - 1).subarray(offset, offset + length), at);
      at += length;
    }
    return whole;
  }

  #inRecord({ frame, offset, length }: Piece): Stretch {
    const source = this.#opened?.get(frame) ?? this.#open(frame);
    // What a record gives is its protocol's affair: it may be less than there was in the first pass.
    const end = Math.min(offset + length, source.bytes.length);
    return { source, start: Math.min(offset, end), end };
  }

  #open(frame: number): Source {
    const record = this.#records.get(frame)!;
    const { source, start, end } = this.find(record.pieces);
    const { layer, bytes } = opened(record, this.#budget, source, start, end);
    if (layer !== undefined) this.layers.push(layer);
    const { name, how } = record;
    const made = this.#sources.add(name, bytes, { kind: 'derived', from: source.id, start, end, how });
    this.#opened ??= new Map();
    this.#opened.set(frame, made);
    return made;
  }

  #joined(parts: readonly Stretch[]): Stretch {
    const bytes = new Uint8Array(parts.reduce((sum, { start, end }) => sum + end - start, 0));
    let at = 0;
    for (const { source, start, end } of parts) {
      bytes.set(source.bytes.subarray(start, end), at);
      at += end - start;
    }
    const from = parts.map(({ source, start, end }) => ({ from: source.id, start, end }));
    return { source: this.#sources.add('Reassembled', bytes, { kind: 'joined', parts: from }), start: 0, end: bytes.length };
  }
}

/** Two stretches that follow each other are one. */
function add(parts: Stretch[], next: Stretch): void {
  const last = parts.at(-1);
  if (last !== undefined && last.source === next.source && last.end === next.start)
    parts[parts.length - 1] = { ...last, end: next.end };
  else parts.push(next);
}

/** A record is opened by the protocol that added it: what it throws is told in the layer, and the bytes inside are none. */
function opened(record: DerivedRecord, budget: Budget, { id, bytes }: Source, start: number, end: number) {
  try {
    const layer = record.layer?.(bytes, id, start, end);
    // Each of the thousand messages inside asks for it.
    const made =
      budget.known<Uint8Array>(record) ?? budget.keep(record, record.open(bytes.subarray(start, end)), ({ length }) => length);
    return { layer, bytes: made.value };
  } catch (error) {
    const text = `its protocol failed to open it: ${error instanceof Error ? error.message : 'no reason is known'}`;
    const value = bytes.subarray(start, end);
    const problem = malformed(text, start);
    const layer: Field = { name: record.name, kind: 'value', value, source: id, start, end, problem };
    return { layer, bytes: new Uint8Array(0) };
  }
}
