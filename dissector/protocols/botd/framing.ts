import type { Limits, Piece } from '../../bytes/index.ts';
import { endedInside, type StreamBuffer, type StreamEnd } from '../../protocol/index.ts';
import { checksumFits, isClear, mayBeClear } from './cleartext.ts';
import type { Knowledge, RuleBreach, StreamFrame } from './frame.ts';
import { clearHead, lengthOf, sealedHead } from './messages.ts';
import { rules } from './rules.ts';

const nothing = new Uint8Array(0);
/** The shortest encrypted frame of any cipher: an iv; and of one with a tag: nonce and tag. */
const shortest = 16;
const shortestWithTag = 28;
/** Segments after a gap that are looked at as the beginning of a frame, and bytes that are opened for it. */
const mostCandidates = 4096;
const effort = 0x0800_0000;

const afterGap = 'Bytes before it are missing: where a frame begins is not known.';
const skipped = 'Bytes between a gap and the next place where a frame is known to begin.';
const midway = 'The capture starts in the middle of the connection, and no frame is known to begin here.';
const afterLimit = 'What follows a length that cannot be: where a frame begins is not known.';

/** Cuts one direction into frames by their lengths, and finds its way again after bytes that are missing. */
export class FrameReader {
  readonly #knows: Knowledge;
  readonly #limits: Limits;
  readonly #emit: (cut: StreamFrame) => void;
  #phase: 'start' | 'sealed' | 'torn' | 'hunt' | 'lost' = 'start';
  /** A frame is known to begin where the buffer does. */
  #anchored: boolean;
  /** Bytes missing before whatever comes next, untold. */
  #missing = 0;
  /** Bytes that waited when the last segment had been dealt with. */
  #known = 0;
  /** Where segments begin in the buffer, while hunting for a frame. */
  #candidates: number[] = [];
  #effort = effort;
  #torn: { pieces: Piece[]; left: number; clear: boolean; missing: number } | undefined;
  #stretch: Piece[] = [];
  #stretchLength = 0;
  #lost: RuleBreach | string = afterGap;

  constructor(knows: Knowledge, limits: Limits, emit: (cut: StreamFrame) => void) {
    this.#knows = knows;
    this.#limits = limits;
    this.#emit = emit;
    this.#anchored = knows.opened;
  }

  /** Not every frame of the direction is seen any more. */
  get isUncertain(): boolean {
    return this.#phase === 'torn' || this.#phase === 'hunt' || this.#phase === 'lost';
  }

  stream(buffer: StreamBuffer, ended: boolean, why: StreamEnd | undefined): void {
    if (this.#phase === 'hunt' && buffer.length > this.#known && this.#candidates.length < mostCandidates)
      this.#candidates.push(this.#known);
    while (this.#advance(buffer, ended));
    if (ended) this.#rest(buffer, why);
    this.#known = buffer.length;
  }

  gap(buffer: StreamBuffer, length: number): void {
    if (this.#phase === 'torn') this.#tear(length);
    else if (this.#phase === 'start' || this.#phase === 'sealed') this.#break(buffer, length);
    else {
      this.#stretchOut(buffer, buffer.length);
      this.#flush();
      this.#missing += length;
    }
    this.#candidates = [];
    this.#known = buffer.length;
  }

  /** Bytes that are missing where nothing follows, untold. */
  get missingAtEnd(): number {
    return this.#missing;
  }

  #advance(buffer: StreamBuffer, ended: boolean): boolean {
    switch (this.#phase) {
      case 'torn':
        return this.#mend(buffer);
      case 'hunt':
        return this.#hunt(buffer);
      case 'lost':
        this.#stretchOut(buffer, buffer.length);
        if (this.#stretchLength > this.#limits.stretch) this.#flush();
        return false;
      default:
        return this.#frame(buffer, ended);
    }
  }

  /** Takes one frame; false while it is not whole. */
  #frame(buffer: StreamBuffer, ended: boolean): boolean {
    const { bytes } = buffer;
    if (bytes.length < sealedHead) return false;
    const length = lengthOf(bytes);
    if (length > this.#limits.frameLength) {
      const text = `the length ${length} is over the limit frameLength of ${this.#limits.frameLength}`;
      return this.#lose(this.#anchored ? { rule: rules.length, text } : midway);
    }
    if (this.#isClear(bytes)) {
      const whole = bytes.subarray(0, clearHead + length);
      const isThere = whole.length === clearHead + length;
      if (!isThere && (!ended || this.#isFirst)) return false;
      if (this.#isFirst || (isThere && isClear(whole))) return this.#take('clear', buffer, whole.slice(), whole.length);
    }
    if (!this.#anchored && length < shortest) return this.#lose(midway);
    const size = sealedHead + length;
    return bytes.length >= size && this.#take('sealed', buffer, bytes.subarray(sealedHead, size), size);
  }

  #take(kind: 'clear' | 'sealed', buffer: StreamBuffer, bytes: Uint8Array, size: number): true {
    if (kind === 'clear') this.#anchored = true;
    this.#phase = 'sealed';
    this.#tell({ kind, bytes, pieces: buffer.take(size), breaches: [] });
    return true;
  }

  get #isFirst(): boolean {
    return this.#phase === 'start' && this.#knows.opened;
  }

  #isClear(bytes: Uint8Array): boolean {
    return this.#isFirst || mayBeClear(bytes);
  }

  #lose(why: RuleBreach | string): true {
    this.#lost = why;
    this.#phase = 'lost';
    return true;
  }

  /** Bytes are missing after what waits: inside its frame, or the borders are lost. */
  #break(buffer: StreamBuffer, length: number): void {
    const { bytes } = buffer;
    const had = bytes.length;
    if (had === 0) this.#missing += length;
    const clear = this.#isClear(bytes);
    const claimed = had >= sealedHead ? lengthOf(bytes) : 0;
    const left = claimed + (clear ? clearHead : sealedHead) - had - length;
    if (had >= sealedHead && claimed <= this.#limits.frameLength && left >= 0) {
      this.#torn = { pieces: buffer.take(had), left, clear, missing: 0 };
      this.#phase = 'torn';
      this.#tear(length, false);
      return;
    }
    if (had > 0) {
      const breaches = [{ rule: rules.gap, text: `${length} bytes of the stream are missing after this` }];
      this.#tell({ kind: 'partial', bytes: nothing, pieces: buffer.take(had), breaches, clear });
    }
    this.#startHunt();
  }

  #tear(length: number, isMore = true): void {
    const torn = this.#torn!;
    torn.missing += length;
    if (isMore) torn.left -= length;
    if (torn.left > 0) return;
    this.#tellTorn([]);
    if (torn.left < 0) this.#startHunt();
  }

  /** The rest of a frame whose inside has a gap. */
  #mend(buffer: StreamBuffer): boolean {
    const torn = this.#torn!;
    const length = Math.min(torn.left, buffer.length);
    if (length === 0) return false;
    for (const piece of buffer.take(length)) torn.pieces.push(piece);
    torn.left -= length;
    if (torn.left > 0) return false;
    this.#tellTorn([]);
    return true;
  }

  #tellTorn(more: readonly RuleBreach[]): void {
    const { pieces, clear, missing } = this.#torn!;
    this.#torn = undefined;
    this.#phase = 'sealed';
    const breaches = [{ rule: rules.gap, text: `${missing} bytes inside this frame are missing` }, ...more];
    this.#tell({ kind: 'partial', bytes: nothing, pieces, breaches, clear, torn: true });
  }

  #startHunt(): void {
    this.#phase = 'hunt';
    this.#anchored = false;
    this.#candidates = [];
    this.#lost = afterGap;
  }

  /** A frame often begins where a segment does; that it does, a tag or a checksum shows. */
  #hunt(buffer: StreamBuffer): boolean {
    const { bytes } = buffer;
    const open: number[] = [];
    for (const at of this.#candidates) {
      const answer = this.#looksLike(bytes.subarray(at));
      if (answer === 'unknown') open.push(at);
      if (answer !== 'frame') continue;
      this.#lost = skipped;
      this.#stretchOut(buffer, at);
      this.#flush();
      this.#phase = 'sealed';
      this.#anchored = true;
      return true;
    }
    this.#candidates = open;
    if (this.#knows.canAnchor() && bytes.length <= this.#limits.stretch && this.#effort > 0) return false;
    return this.#lose(afterGap);
  }

  #looksLike(bytes: Uint8Array): 'frame' | 'unknown' | 'none' {
    if (bytes.length < sealedHead) return 'unknown';
    const length = lengthOf(bytes);
    if (length > this.#limits.frameLength || length < shortestWithTag) return 'none';
    if (mayBeClear(bytes)) {
      if (bytes.length < clearHead + length) return 'unknown';
      if (checksumFits(bytes.subarray(0, clearHead + length))) return 'frame';
    }
    if (bytes.length < sealedHead + length) return 'unknown';
    this.#effort -= length;
    return this.#knows.anchors(bytes.subarray(sealedHead, sealedHead + length)) ? 'frame' : 'none';
  }

  #stretchOut(buffer: StreamBuffer, length: number): void {
    for (const piece of buffer.take(length)) this.#stretch.push(piece);
    this.#stretchLength += length;
  }

  #flush(): void {
    const pieces = this.#stretch;
    this.#stretch = [];
    this.#stretchLength = 0;
    if (pieces.length === 0) return;
    const why = this.#lost;
    if (typeof why === 'string') this.#tell({ kind: 'stretch', bytes: nothing, pieces, breaches: [], note: why });
    else {
      this.#lost = afterLimit;
      this.#tell({ kind: 'stretch', bytes: nothing, pieces, breaches: [why] });
    }
  }

  /** The direction is over: what is left of it. */
  #rest(buffer: StreamBuffer, why: StreamEnd | undefined): void {
    const ended = endedInside(why, 'this frame');
    const { pendingStream } = this.#limits;
    const end: RuleBreach[] =
      ended !== undefined
        ? [{ rule: rules.incomplete, text: ended }]
        : why === 'limit'
          ? [
              {
                rule: rules.limit,
                text: `more than the limit pendingStream of ${pendingStream} bytes wait for the end of this frame`,
              },
            ]
          : [];
    if (this.#torn !== undefined) this.#tellTorn(end);
    if (this.#phase === 'hunt' || this.#phase === 'lost') {
      this.#stretchOut(buffer, buffer.length);
      this.#flush();
    } else if (buffer.length > 0) {
      const clear = this.#isClear(buffer.bytes);
      // A border that was only guessed is nobody's fault.
      const breaches = this.#anchored || why === 'limit' ? end : [];
      this.#tell({ kind: 'partial', bytes: nothing, pieces: buffer.take(buffer.length), breaches, clear });
    }
  }

  #tell(cut: StreamFrame): void {
    const missing = this.#missing;
    this.#missing = 0;
    const text = `${missing} bytes of the stream are missing before this`;
    this.#emit(missing === 0 ? cut : { ...cut, breaches: [{ rule: rules.gap, text }, ...cut.breaches] });
  }
}
