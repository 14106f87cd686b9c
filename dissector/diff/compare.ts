import type { Limits } from '../bytes/index.ts';
import { DeclaredFields } from './declared.ts';
import type { ContentPair, Difference, DiffMessage, FieldDifference } from './difference.ts';
import { FieldComparison } from './fields.ts';
import { type AlignedConversation, alignConversations, type Pair } from './pairing.ts';
import { Renaming } from './renaming.ts';
import { type Sequence, type SequenceMessage, Tokens } from './sequence.ts';
import { Sequences } from './sequences.ts';
import type { Mark } from './shape.ts';
import type { DiffSide } from './side.ts';
import { differentTime } from './times.ts';

export interface DiffOptions {
  /** Times between messages that differ by more than this part of the longer one are a difference; without it times do not count. */
  readonly time?: number;
  /** Limit `differences`: those beyond it are counted and not listed. */
  readonly limits: Limits;
}

export interface Comparison {
  readonly differences: readonly Difference[];
  /** Differences beyond the limit `differences`. */
  readonly unlisted: number;
  /** The messages side by side: what a view shows. */
  readonly conversations: readonly AlignedConversation[];
  /** Messages of A and of B. */
  readonly messages: readonly [number, number];
  /** The fields of differences, where a side has no ranges. */
  readonly contents: ReadonlyMap<Difference, ContentPair>;
}

/**
 * What is different on the wire between two captures: conversations are matched by protocol and order, messages by name, direction and
 * content, fields by what the protocols declare of them. Addresses, ports and numbers of frames do not count.
 */
export function compareCaptures(a: DiffSide, b: DiffSide, options: DiffOptions): Comparison {
  const declared = new DeclaredFields([...new Set([...a.protocols, ...b.protocols])]);
  const tokens = new Tokens();
  const [left, right] = [a.sequences(declared, tokens), b.sequences(declared, tokens)];
  const isAsked = (one: AlignedConversation): boolean => !(one.a === undefined && a.isPart) && !(one.b === undefined && b.isPart);
  const conversations = alignConversations(left, right).filter(isAsked);
  const run = new ComparisonRun(a, b, declared, options);
  conversations.forEach((one, at) => void run.conversation(one, at));
  return {
    ...{ differences: run.differences, unlisted: run.unlisted, conversations },
    ...{ messages: [countOf(left), countOf(right)], contents: run.contents },
  };
}

function countOf(sequences: readonly Sequence[]): number {
  return sequences.reduce((sum, { messages }) => sum + messages.length, 0);
}

class ComparisonRun {
  readonly differences: Difference[] = [];
  unlisted = 0;
  readonly contents = new Map<Difference, ContentPair>();
  readonly #a: DiffSide;
  readonly #b: DiffSide;
  readonly #declared: DeclaredFields;
  readonly #options: DiffOptions;
  readonly #renaming = new Renaming();
  readonly #sequences = new Sequences();

  constructor(a: DiffSide, b: DiffSide, declared: DeclaredFields, options: DiffOptions) {
    this.#a = a;
    this.#b = b;
    this.#declared = declared;
    this.#options = options;
  }

  conversation({ protocol, a, b, pairs }: AlignedConversation, place: number): void {
    if (a === undefined || b === undefined) {
      this.#oneSided(protocol, a, b);
      return;
    }
    const free = freelyRepeated(a, pairs);
    const counted = pairs.filter((pair) => !free.has(pair));
    const tail = new Set(tailOf(counted));
    let gaps = 0;
    let before: Pair | undefined;
    for (const pair of pairs) {
      if (pair.a === undefined || pair.b === undefined) {
        gaps++;
        if (!free.has(pair) && !tail.has(pair)) this.#unpaired(protocol, pair, before);
      } else this.#pair(protocol, pair.a, pair.b, { place, gaps, before });
      if (pair.a !== undefined && pair.b !== undefined) before = pair;
    }
    if (tail.size > 0) this.#ended(protocol, [...tail], before);
  }

  #oneSided(protocol: string, a: Sequence | undefined, b: Sequence | undefined): void {
    const { messages } = (a ?? b)!;
    const [first] = messages;
    const what = `conversation of ${protocol} (${messages.length} message${messages.length === 1 ? '' : 's'}, from ${first!.name} on)`;
    const text = b === undefined ? `B lacks a ${what}` : `B has one more ${what}`;
    const kind = b === undefined ? 'conversation missing' : 'conversation added';
    this.#add({
      kind,
      protocol,
      message: '',
      ...sidesOf({ ...(a && { a: first! }), ...(b && { b: first! }) }),
      text,
      count: messages.length,
    });
  }

  #unpaired(protocol: string, pair: Pair, before: Pair | undefined): void {
    const { name } = (pair.a ?? pair.b)!;
    const after = before === undefined ? 'at its beginning' : `after ${before.a!.name}`;
    const text = pair.b === undefined ? `B has no ${name} ${after}` : `B has one more ${name} ${after}`;
    const kind = pair.b === undefined ? 'message missing' : 'message added';
    this.#add({ kind, protocol, message: name, ...sidesOf(pair), text, count: 1 });
  }

  /** One side sent nothing more. */
  #ended(protocol: string, tail: readonly Pair[], before: Pair | undefined): void {
    const [first] = tail;
    const [isShort, { name }] = [first!.b === undefined, (first!.a ?? first!.b)!];
    const after = before === undefined ? '' : ` after ${before.a!.name}`;
    const more = tail.length === 1 ? name : `${name} and ${tail.length - 1} more`;
    const text = isShort ? `B ends${after}, where A goes on with ${more}` : `B goes on${after} with ${more}, where A ends`;
    this.#add({
      kind: isShort ? 'ended early' : 'went on',
      protocol,
      message: name,
      ...sidesOf(first!),
      text,
      count: tail.length,
    });
  }

  #pair(
    protocol: string,
    a: SequenceMessage,
    b: SequenceMessage,
    { place, gaps, before }: { readonly place: number; readonly gaps: number; readonly before: Pair | undefined },
  ): void {
    const history = (kind: Mark['history'], left: Mark, right: Mark): string | undefined => {
      if (kind === 'renaming') return this.#renaming.problem(left.value, right.value, place, `${a.name}.${left.content.name}`);
      const moved = this.#sequences.moved(`${place} ${a.role} ${left.content.path}`, left.value, right.value, gaps);
      if (moved === undefined) return undefined;
      return `${moved > 0n ? moved : -moved} ${moved > 0n ? 'ahead of' : 'behind'} its place`;
    };
    const found = a.shape === b.shape ? sameShape(a, b, history) : this.#fields(a, b, history);
    for (const { text, contents, ...difference } of found)
      this.#add({ ...difference, protocol, message: a.name, ...sidesOf({ a, b }), text: text(a.name), count: 1 }, contents);
    const { time } = this.#options;
    if (time === undefined || before === undefined) return;
    const late = differentTime([this.#a, before.a!, a], [this.#b, before.b!, b], time);
    if (late !== undefined) this.#add({ kind: 'time', protocol, message: a.name, ...sidesOf({ a, b }), text: late, count: 1 });
  }

  /** The fields of two messages of different shapes, read again. */
  #fields(a: SequenceMessage, b: SequenceMessage, history: MarkHistory): readonly FieldDifference[] {
    const [left, right] = [this.#a.message(a.n, this.#declared), this.#b.message(b.n, this.#declared)];
    if (left.state !== right.state) {
      const text = (of: string): string => `B's ${of} is ${right.state}, that of A is ${left.state}`;
      return [{ kind: 'state', field: left.protocol, text }];
    }
    const isDecrypted = left.isDecrypted && right.isDecrypted;
    const comparison = new FieldComparison(isDecrypted, (kind, x, y) =>
      history(kind, { content: x, history: kind, value: x.field.value }, { content: y, history: kind, value: y.field.value }),
    );
    comparison.parts(left.contents, right.contents);
    return comparison.found;
  }

  #add(difference: Difference, contents: ContentPair = [undefined, undefined]): void {
    if (this.differences.length >= this.#options.limits.differences) {
      this.unlisted++;
      return;
    }
    this.differences.push(difference);
    if (contents.some((one) => one !== undefined && one.field.source === undefined)) this.contents.set(difference, contents);
  }
}

type MarkHistory = (kind: Mark['history'], a: Mark, b: Mark) => string | undefined;

/** Messages of one shape differ only where a name or a number is not what it should be after those before. */
function sameShape(a: SequenceMessage, b: SequenceMessage, history: MarkHistory): FieldDifference[] {
  return a.marks.flatMap((mark, at) => {
    const why = history(mark.history, mark, b.marks[at]!);
    const { path, name } = mark.content;
    return why === undefined ? [] : [{ kind: mark.history, field: path, text: (of: string) => `${name} of B's ${of} is ${why}` }];
  });
}

/** Messages at the end that only one side has. */
function tailOf(pairs: readonly Pair[]): readonly Pair[] {
  const last = pairs.at(-1);
  if (last === undefined || (last.a !== undefined && last.b !== undefined)) return [];
  const isEnd = last.b === undefined ? (pair: Pair) => pair.b === undefined : (pair: Pair) => pair.a === undefined;
  return pairs.slice(pairs.findLastIndex((pair) => !isEnd(pair)) + 1);
}

/** Messages that a clock sends and only one side has, where the other has some of them, too. */
function freelyRepeated({ periodic }: Sequence, pairs: readonly Pair[]): ReadonlySet<Pair> {
  const onBoth = new Set(pairs.flatMap(({ a, b }) => (a === undefined || b === undefined ? [] : `${a.role} ${a.name}`)));
  const isFree = ({ a, b }: Pair): boolean => {
    if (a !== undefined && b !== undefined) return false;
    const { role, name } = (a ?? b)!;
    return periodic.has(name) && onBoth.has(`${role} ${name}`);
  };
  return new Set(pairs.filter(isFree));
}

function sidesOf({ a, b }: Pair): { readonly a?: DiffMessage; readonly b?: DiffMessage } {
  const side = ({ n, frame, line }: SequenceMessage): DiffMessage => ({
    ...{ n },
    ...(frame === undefined ? {} : { frame }),
    ...(line === undefined ? {} : { line }),
  });
  return { ...(a === undefined ? {} : { a: side(a) }), ...(b === undefined ? {} : { b: side(b) }) };
}
