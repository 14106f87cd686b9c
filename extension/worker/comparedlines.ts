/** A comparison as lines: what differs is listed, and what does not is folded. */
import type { Analysis } from '../../dissector/analysis/index.ts';
import { toHex } from '../../dissector/bytes/index.ts';
import {
  type Comparison,
  type Difference,
  type DiffSide,
  type LocatedField,
  LocatedFields,
  type Pair,
} from '../../dissector/diff/index.ts';
import {
  type ComparedField,
  type ComparedLine,
  type ComparedMessage,
  type Folded,
  UNFOLDED,
  type Unfolding,
} from '../wire/comparing.ts';
import { printable } from '../wire/printable.ts';

/** Characters of a value, and bytes of a field, that a line brings. */
const MOST_CHARACTERS = 200;
const MOST_BYTES = 64;

/** A side that is shown. A baseline has no capture. */
export interface ComparedEnd {
  readonly side: DiffSide;
  readonly analysis?: Analysis;
}

interface Place {
  readonly conversation: number;
  readonly pair: Pair;
}

export class ComparedLines {
  readonly #a: Analysis | undefined;
  readonly #b: Analysis | undefined;
  readonly #comparison: Comparison;
  readonly #fields: LocatedFields;
  /** Pairs of all conversations, in order. */
  readonly #places: readonly Place[];
  /** The differences by the pair that they are of. */
  readonly #told = new Map<string, Difference[]>();
  /** Conversations with differences: they have a line of their own. */
  readonly #listed: ReadonlySet<number>;

  constructor(a: ComparedEnd, b: ComparedEnd, comparison: Comparison) {
    this.#a = a.analysis;
    this.#b = b.analysis;
    this.#comparison = comparison;
    this.#fields = new LocatedFields(a.side, b.side, comparison);
    this.#places = comparison.conversations.flatMap(({ pairs }, conversation) => pairs.map((pair) => ({ conversation, pair })));
    for (const difference of comparison.differences) {
      const key = keyOf(difference);
      const known = this.#told.get(key);
      if (known === undefined) this.#told.set(key, [difference]);
      else known.push(difference);
    }
    const differing = this.#places.filter(({ pair }) => this.#told.has(keyOf(pair)));
    this.#listed = new Set(differing.map(({ conversation }) => conversation));
  }

  /** With all that does not differ folded. */
  folded(): ComparedLine[] {
    const { conversations, unlisted } = this.#comparison;
    const lines: ComparedLine[] = [];
    let fold: { readonly start: number; end: number; readonly of: Folded; readonly isInside: boolean } | undefined;
    const close = (): void => {
      if (fold !== undefined) lines.push(this.#fold(fold));
      fold = undefined;
    };
    let left = this.#told.size;
    let at = 0;
    for (const [conversation, { pairs }] of conversations.entries()) {
      const isInside = this.#listed.has(conversation);
      if (isInside) {
        close();
        lines.push(this.#conversation(conversation));
      }
      let rest: 'a' | 'b' | undefined;
      for (const pair of pairs) {
        const found = this.#told.get(keyOf(pair));
        if (found === undefined) {
          const of = restOf(rest, pair) ?? (left === 0 && unlisted > 0 ? 'unlisted' : 'equal');
          if (fold?.of !== of) close();
          fold ??= { start: at, end: at, of, isInside };
          fold.end = at + 1;
        } else {
          close();
          left--;
          lines.push(...this.#differing(pair, found));
          if (found.some(({ count }) => count > 1)) rest = pair.b === undefined ? 'a' : 'b';
        }
        at++;
      }
      if (isInside) close();
    }
    close();
    return lines;
  }

  /** The first messages of a fold, and the rest of it as a fold. */
  unfolded({ start, count, of }: Unfolding): ComparedLine[] {
    const all = Math.min(start + count, this.#places.length);
    const end = Math.min(start + UNFOLDED, all);
    const lines: ComparedLine[] = [];
    for (let at = start; at < end; at++) {
      const { conversation, pair } = this.#places[at]!;
      const isFirst = this.#places[at - 1]?.conversation !== conversation;
      if (isFirst && !this.#listed.has(conversation)) lines.push(this.#conversation(conversation));
      lines.push(this.#message(pair));
    }
    return end < all ? [...lines, this.#foldLine(end, all, of)] : lines;
  }

  /** One message takes no more room than what would say that it is folded; it needs the line of its conversation above it. */
  #fold({ start, end, of, isInside }: { start: number; end: number; of: Folded; isInside: boolean }): ComparedLine {
    return isInside && end - start === 1 ? this.#message(this.#places[start]!.pair) : this.#foldLine(start, end, of);
  }

  #foldLine(start: number, end: number, of: Folded): ComparedLine {
    const conversations = 1 + this.#places[end - 1]!.conversation - this.#places[start]!.conversation;
    return { kind: 'fold', start, count: end - start, conversations, of };
  }

  #conversation(place: number): ComparedLine {
    const { protocol, a, b } = this.#comparison.conversations[place]!;
    // A baseline holds no addresses.
    const ends = (of: Analysis | undefined, { conversation }: { conversation: number }): string =>
      of?.conversations[conversation]?.endpoints.join(' ↔ ') ?? '';
    return {
      ...{ kind: 'conversation', protocol },
      ...(a === undefined ? {} : { a: ends(this.#a, a) }),
      ...(b === undefined ? {} : { b: ends(this.#b, b) }),
    };
  }

  #differing(pair: Pair, differences: readonly Difference[]): ComparedLine[] {
    const isWhole = ({ a, b }: Difference): boolean => a === undefined || b === undefined;
    const whole = differences.filter(isWhole).map(({ text }) => text);
    const message = this.#message(pair);
    return [
      whole.length === 0 ? message : { ...message, text: `${printable(whole.join('; '))}.` },
      ...differences.filter((one) => !isWhole(one)).map((one) => this.#field(one)),
    ];
  }

  #field(difference: Difference): ComparedLine {
    const [a, b] = this.#fields.of(difference);
    return {
      ...{ kind: 'field', text: `${printable(difference.text)}.`, field: difference.field ?? difference.kind },
      ...(a === undefined ? {} : { a: fieldView(a) }),
      ...(b === undefined ? {} : { b: fieldView(b) }),
    };
  }

  #message({ a, b }: Pair): ComparedLine & { readonly kind: 'message' } {
    return {
      kind: 'message',
      ...(a === undefined ? {} : { a: messageView(this.#a, a) }),
      ...(b === undefined ? {} : { b: messageView(this.#b, b) }),
    };
  }
}

/** What names a pair, and the place of a difference: the number of its message in A, or else in B. */
function keyOf({ a, b }: { readonly a?: { readonly n: number }; readonly b?: { readonly n: number } }): string {
  return a === undefined ? `b${b?.n}` : `a${a.n}`;
}

/** What stands behind the first message of a difference that is more than one, and belongs to it. */
function restOf(rest: 'a' | 'b' | undefined, { a, b }: Pair): Folded | undefined {
  if (rest === 'a' && b === undefined) return 'a';
  return rest === 'b' && a === undefined ? 'b' : undefined;
}

function messageView(analysis: Analysis | undefined, { n, line, name: named, role }: NonNullable<Pair['a']>): ComparedMessage {
  if (analysis === undefined)
    return { ...(line === undefined ? {} : { line }), name: printable(named), direction: role === 'opener' ? 0 : 1 };
  const { frame, name, direction } = analysis.message(n);
  const { frames } = analysis.reader;
  const hasTime = frames.hasTime(0) && frames.hasTime(frame - 1);
  const seconds = frames.seconds(frame - 1) - frames.seconds(0);
  return {
    ...{ frame, name: printable(name), direction },
    ...(hasTime ? { nanos: seconds * 1e9 + frames.nanos(frame - 1) - frames.nanos(0) } : {}),
  };
}

function fieldView({ name, text, bytes, isSecret }: LocatedField): ComparedField {
  return {
    ...{ name: printable(name), isSecret },
    ...(text === undefined ? {} : { text: shortened(printable(text)) }),
    ...(bytes === undefined ? {} : { bytes: toHex(bytes.subarray(0, MOST_BYTES)), length: bytes.length }),
  };
}

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
