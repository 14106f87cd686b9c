import type { Limits } from '../bytes/index.ts';
import { DeclaredFields } from './declared.ts';
import type { ContentPair, Difference, DiffMessage, FieldDifference } from './difference.ts';
import { FieldComparison } from './fields.ts';
import { type AlignedConversation, alignConversations, type Pair } from './pairing.ts';
import { Renaming } from './renaming.ts';
import type { Role, Sequence, SequenceMessage } from './sequence.ts';
import { Sequences } from './sequences.ts';
import type { Mark } from './shape.ts';
import type { DiffSide } from './side.ts';
import { differentTime } from './times.ts';
import { type MarkValue, Tokens } from './tokens.ts';

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
  /** Messages of A and of B in these conversations. */
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
  const run = new ComparisonRun(a, b, { declared, tokens }, options);
  for (const one of conversations) run.conversation(one);
  return {
    ...{ differences: run.differences, unlisted: run.unlisted, conversations },
    ...{ messages: [countOf(conversations, 'a'), countOf(conversations, 'b')], contents: run.contents },
  };
}

function countOf(conversations: readonly AlignedConversation[], side: 'a' | 'b'): number {
  return conversations.reduce((sum, { [side]: sequence }) => sum + (sequence?.messages.length ?? 0), 0);
}

class ComparisonRun {
  readonly differences: Difference[] = [];
  unlisted = 0;
  readonly contents = new Map<Difference, ContentPair>();
  readonly #a: DiffSide;
  readonly #b: DiffSide;
  readonly #declared: DeclaredFields;
  readonly #tokens: Tokens;
  readonly #options: DiffOptions;
  readonly #renaming = new Renaming();

  constructor(
    a: DiffSide,
    b: DiffSide,
    { declared, tokens }: { readonly declared: DeclaredFields; readonly tokens: Tokens },
    options: DiffOptions,
  ) {
    this.#a = a;
    this.#b = b;
    this.#declared = declared;
    this.#tokens = tokens;
    this.#options = options;
  }

  conversation({ protocol, a, b, pairs }: AlignedConversation): void {
    if (a === undefined || b === undefined) {
      this.#oneSided(protocol, a, b);
      return;
    }
    const free = freelyRepeated(a, pairs);
    const counted = pairs.filter((pair) => !free.has(pair));
    const tail = new Set(tailOf(counted));
    const conversations = [a.conversation, b.conversation] as const;
    const sequences = { opener: new Sequences(), answerer: new Sequences() };
    let befores: ReadonlyMap<SequenceMessage, SequenceMessage> | undefined;
    let gaps = 0;
    let before: Pair | undefined;
    for (const pair of pairs) {
      if (pair.a === undefined || pair.b === undefined) {
        gaps++;
        if (!free.has(pair) && !tail.has(pair)) this.#unpaired(protocol, pair, before);
      } else if (pair.moved !== undefined) {
        befores ??= beforesIn(b);
        this.#moved(protocol, pair, befores);
        this.#pair(protocol, pair.a, pair.b, { conversations, sequences, gaps, before: undefined });
      } else this.#pair(protocol, pair.a, pair.b, { conversations, sequences, gaps, before });
      if (pair.a !== undefined && pair.b !== undefined && pair.moved === undefined) before = pair;
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

  #moved(protocol: string, { a, b, moved }: Pair, befores: ReadonlyMap<SequenceMessage, SequenceMessage>): void {
    const before = befores.get(b!);
    const after = before === undefined ? 'at its beginning' : `after ${before.name}`;
    const text = `B's ${a!.name} comes ${moved}, ${after}`;
    this.#add({ kind: 'moved', protocol, message: a!.name, ...sidesOf({ a: a!, b: b! }), text, count: 1 });
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

  #pair(protocol: string, a: SequenceMessage, b: SequenceMessage, { conversations, sequences, gaps, before }: PairPlace): void {
    const history = (
      kind: Mark['history'],
      path: string,
      field: string,
      left: MarkValue,
      right: MarkValue,
    ): string | undefined => {
      if (kind === 'renaming') return this.#renaming.problem(left as number, right as number, a.name, field);
      const moved = sequences[a.role].moved(path, left, right, gaps);
      if (moved === undefined) return undefined;
      return `${moved > 0n ? moved : -moved} ${moved > 0n ? 'ahead of' : 'behind'} its place`;
    };
    const found = a.shape === b.shape ? sameShape(a, b, history) : this.#fields(a, b, conversations, history);
    for (const { text, contents, ...difference } of found)
      this.#add({ ...difference, protocol, message: a.name, ...sidesOf({ a, b }), text: text(a.name), count: 1 }, contents);
    const { time } = this.#options;
    if (time === undefined || before === undefined) return;
    const late = differentTime([this.#a, before.a!, a], [this.#b, before.b!, b], time);
    if (late !== undefined) this.#add({ kind: 'time', protocol, message: a.name, ...sidesOf({ a, b }), text: late, count: 1 });
  }

  /** The fields of two messages of different shapes, read again. */
  #fields(
    a: SequenceMessage,
    b: SequenceMessage,
    [ofA, ofB]: readonly [number, number],
    history: MarkHistory,
  ): readonly FieldDifference[] {
    const [left, right] = [this.#a.message(a.n, this.#declared), this.#b.message(b.n, this.#declared)];
    if (left.state !== right.state) {
      const text = (of: string): string => `B's ${of} is ${right.state}, that of A is ${left.state}`;
      return [{ kind: 'state', field: left.protocol, text }];
    }
    const isDecrypted = left.isDecrypted && right.isDecrypted;
    const comparison = new FieldComparison(isDecrypted, (kind, x, y) =>
      history(kind, x.path, x.name, this.#tokens.mark(kind, x.field.value, ofA), this.#tokens.mark(kind, y.field.value, ofB)),
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

/** What a pair of messages is compared in. */
interface PairPlace {
  /** The numbers of its conversation in A and B. */
  readonly conversations: readonly [number, number];
  /** Of what each side of the conversation sends. */
  readonly sequences: Readonly<Record<Role, Sequences>>;
  /** Messages without a counterpart so far. */
  readonly gaps: number;
  readonly before: Pair | undefined;
}

type MarkHistory = (kind: Mark['history'], path: string, name: string, a: MarkValue, b: MarkValue) => string | undefined;

/** Messages of one shape differ only where a name or a number is not what it should be after those before. */
function sameShape({ forms, marks }: SequenceMessage, b: SequenceMessage, history: MarkHistory): FieldDifference[] {
  const found: FieldDifference[] = [];
  for (const [at, { path, name, history: kind }] of forms.entries()) {
    const why = history(kind, path, name, marks[at], b.marks[at]);
    if (why !== undefined) found.push({ kind, field: path, text: (of) => `${name} of B's ${of} is ${why}` });
  }
  return found;
}

/** To each message that which its side sent before it. */
function beforesIn({ messages }: Sequence): Map<SequenceMessage, SequenceMessage> {
  const befores = new Map<SequenceMessage, SequenceMessage>();
  const last = new Map<Role, SequenceMessage>();
  for (const message of messages) {
    const before = last.get(message.role);
    if (before !== undefined) befores.set(message, before);
    last.set(message.role, message);
  }
  return befores;
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
