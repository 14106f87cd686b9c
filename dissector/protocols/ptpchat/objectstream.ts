import type { Limits } from '../../bytes/index.ts';
import { type Framing, framingOf, isPrefixed, isSpace, lengthPrefix, ObjectScanner, opens, prefixedLength } from './framing.ts';
import { parse } from './parse.ts';

/** Why a direction is lost: the capture saw it begin with something else than an object, bytes are missing, or it is no JSON. */
export type Lost = 'begins' | 'gap' | 'broken';

/** What stands at the beginning of the pending bytes of a stream. */
export type Found =
  /** White space between objects. */
  | { readonly kind: 'space'; readonly length: number }
  /** An object, after `head` bytes of framing. */
  | { readonly kind: 'object'; readonly head: number; readonly length: number }
  /** Bytes before the next object that starts cleanly. */
  | { readonly kind: 'skipped'; readonly length: number; readonly why: Lost };

/**
 * Takes the objects of one direction of a stream one by one. Where the text stops being JSON the direction is lost: what
 * follows is skipped until an object starts cleanly, which is one that is whole and has a msg_type (an object inside
 * a broken message has none).
 */
export class ObjectStream {
  readonly #limits: Limits;
  readonly #scanner = new ObjectScanner();
  #framing: Framing | undefined;
  #lost: Lost | undefined;
  /** A length prefix over the limit `frameLength`, because of which the direction is lost. */
  claimed: number | undefined;
  /** While lost: where the search goes on, and whether the scanner is inside a candidate. */
  #from = 0;
  #isInside = false;

  /** `pinned` is the framing that the user says it is. */
  constructor(limits: Limits, pinned?: Framing) {
    this.#limits = limits;
    this.#framing = pinned;
  }

  get lost(): Lost | undefined {
    return this.#lost;
  }

  /** Bytes are missing here: what comes next may be the middle of a message. */
  lose(): void {
    this.#lose('gap', 0);
  }

  /** What to take from the pending bytes next; undefined when more are needed. The caller takes it before it asks again. */
  next(bytes: Uint8Array): Found | undefined {
    if (this.#lost !== undefined) return this.#search(bytes);
    if (this.#framing !== 'length') {
      const length = spaces(bytes);
      if (length > 0) return { kind: 'space', length };
    }
    if (this.#framing === undefined) {
      const framing = framingOf(bytes, this.#limits);
      if (framing === undefined) return undefined;
      if (framing === 'lost') {
        this.#lose('begins', 0);
        return this.#search(bytes);
      }
      this.#framing = framing;
    }
    return this.#framing === 'length' ? this.#prefixed(bytes) : this.#plain(bytes);
  }

  #plain(bytes: Uint8Array): Found | undefined {
    const scan = this.#scanner.scan(bytes);
    if (scan === undefined) return undefined;
    if ('end' in scan) return this.#object(0, scan.end);
    this.#lose('broken', before(bytes, scan.broken));
    return this.#search(bytes);
  }

  #prefixed(bytes: Uint8Array): Found | undefined {
    if (bytes.length <= lengthPrefix) return undefined;
    if (!isPrefixed(bytes, this.#limits)) {
      this.#lose('broken', 0);
      const claimed = prefixedLength(bytes);
      // Where an object follows it is a length; else it is text.
      if (claimed > this.#limits.frameLength && opens(bytes[lengthPrefix]!)) this.claimed = claimed;
      return this.#search(bytes);
    }
    const length = lengthPrefix + prefixedLength(bytes);
    return bytes.length < length ? undefined : this.#object(lengthPrefix, length);
  }

  #object(head: number, length: number): Found {
    this.#scanner.reset();
    return { kind: 'object', head, length };
  }

  #lose(why: Lost, from: number): void {
    this.#lost = why;
    this.claimed = undefined;
    this.#isInside = false;
    this.#from = from;
  }

  /** Looks for the next object that starts cleanly, each byte once but for those of a candidate that was none. */
  #search(bytes: Uint8Array): Found | undefined {
    for (;;) {
      if (!this.#isInside) {
        const start = bytes.indexOf(0x7b, this.#from);
        if (start < 0) {
          this.#from = bytes.length;
          return undefined;
        }
        this.#scanner.reset(start);
        this.#isInside = true;
      }
      const scan = this.#scanner.scan(bytes);
      if (scan === undefined) return undefined;
      const { start } = this.#scanner;
      this.#isInside = false;
      if ('end' in scan) {
        const framing = framingAt(bytes, start, scan.end);
        const isOurs = this.#framing === undefined || this.#framing === 'back-to-back' || this.#framing === framing;
        if (isOurs && parse(bytes, start, scan.end).type !== undefined) {
          this.#framing ??= framing;
          return this.#resume(this.#framing === 'length' ? start - lengthPrefix : start);
        }
        this.#from = scan.end;
      } else this.#from = Math.max(start + 1, before(bytes, scan.broken));
    }
  }

  #resume(length: number): Found {
    const why = this.#lost ?? 'broken';
    this.#lost = undefined;
    this.#scanner.reset();
    return { kind: 'skipped', length, why };
  }
}

function framingAt(bytes: Uint8Array, start: number, end: number): Framing {
  return start >= lengthPrefix && prefixedLength(bytes, start - lengthPrefix) === end - start ? 'length' : 'back-to-back';
}

/** How many bytes of white space stand first. */
function spaces(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && isSpace(bytes[at]!)) at++;
  return at;
}

/**
 * Where to look for the next object once the text broke at `broken`: there, or at a brace just before it, where a string that
 * was not closed took the next object's first quotation mark for its own.
 */
function before(bytes: Uint8Array, broken: number): number {
  let at = broken - 1;
  if (bytes[at] !== 0x22) return broken;
  do at--;
  while (at >= 0 && isSpace(bytes[at]!));
  return at >= 0 && opens(bytes[at]!) ? at : broken;
}
