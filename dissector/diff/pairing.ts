import { align } from './align.ts';
import type { Role, Sequence, SequenceMessage } from './sequence.ts';

/** A message of A beside that of B which it is; one of them where the other side has none. */
export interface Pair {
  readonly a?: SequenceMessage;
  readonly b?: SequenceMessage;
  /** Where B has it, against those around it; absent where A has it in the same place. */
  readonly moved?: 'earlier' | 'later';
}

/** Two conversations that are the same one, message by message, in the order of A. */
export interface AlignedConversation {
  readonly protocol: string;
  readonly a?: Sequence;
  readonly b?: Sequence;
  readonly pairs: readonly Pair[];
}

/** What an element is aligned by: first by what tells it from others, then, in the gaps, by what it may be. */
interface Tokened {
  readonly kind: number;
  readonly shape: number;
}

/** Aligns by shape, and between those by kind. Ends where both are done; the places that match, in ascending order. */
export function alignTwice(a: readonly Tokened[], b: readonly Tokened[]): (readonly [number, number])[] {
  const exact: (readonly [number, number])[] = [];
  align(shapes(a), shapes(b), (left, right) => void exact.push([left, right]));
  const all: (readonly [number, number])[] = [];
  let [from, into] = [0, 0];
  for (const [left, right] of [...exact, [a.length, b.length] as const]) {
    if (left > from && right > into) {
      const kinds = (of: readonly Tokened[], start: number, end: number) =>
        Int32Array.from(of.slice(start, end), ({ kind }) => kind);
      const [start, begin] = [from, into];
      align(kinds(a, from, left), kinds(b, into, right), (x, y) => void all.push([start + x, begin + y]));
    }
    if (left < a.length || right < b.length) all.push([left, right]);
    from = left + 1;
    into = right + 1;
  }
  return all;
}

function shapes(of: readonly Tokened[]): Int32Array {
  return Int32Array.from(of, ({ shape }) => shape);
}

/** The conversations of both captures: of one protocol, those that say the same, then those with the same messages, then the others, in their order. */
export function alignConversations(a: readonly Sequence[], b: readonly Sequence[]): AlignedConversation[] {
  const partner = new Map<Sequence, Sequence>();
  for (const tokenOf of [wordsOf, namesOf, ({ protocol }: Sequence) => protocol]) {
    const taken = new Set(partner.values());
    const waiting = new Map<string, Sequence[]>();
    // The last first, since the first is taken off the end.
    for (const one of b.toReversed()) {
      if (taken.has(one)) continue;
      const token = tokenOf(one);
      const known = waiting.get(token);
      if (known === undefined) waiting.set(token, [one]);
      else known.push(one);
    }
    for (const one of a) {
      const other = partner.has(one) ? undefined : waiting.get(tokenOf(one))?.pop();
      if (other !== undefined) partner.set(one, other);
    }
  }
  const taken = new Set(partner.values());
  const both = a.map((one): AlignedConversation => {
    const other = partner.get(one);
    return other === undefined
      ? { protocol: one.protocol, a: one, pairs: one.messages.map((message) => ({ a: message })) }
      : { protocol: one.protocol, a: one, b: other, pairs: pairsOf(one, other) };
  });
  const added = b.filter((one) => !taken.has(one));
  return [
    ...both,
    ...added.map((one) => ({ protocol: one.protocol, b: one, pairs: one.messages.map((message) => ({ b: message })) })),
  ];
}

/** What conversations that say the same have in common. */
function wordsOf({ protocol, messages }: Sequence): string {
  return `${protocol} ${messages.slice(0, BEGINNING).map(({ shape }) => shape)}`;
}

/** What conversations with the same messages have in common, in whatever order the network brought them. */
function namesOf({ protocol, messages, periodic }: Sequence): string {
  return `${protocol} ${[...new Set(messages.map(({ name }) => name))].filter((name) => !periodic.has(name)).sort()}`;
}

/** Messages by which conversations are told apart. */
const BEGINNING = 1_000;

/** The messages of two conversations. Where it is not known who opened them, the roles are those that fit better. */
function pairsOf(a: Sequence, b: Sequence): readonly Pair[] {
  const asTheyAre = partnersOf(a, b, false);
  if (a.areRolesKnown && b.areRolesKnown) return withMoved(merged(a, b, asTheyAre), a, false);
  const turned = partnersOf(a, b, true);
  const isTurned = fitOf(turned) > fitOf(asTheyAre);
  return withMoved(merged(a, b, isTurned ? turned : asTheyAre), a, isTurned);
}

const otherRole: Readonly<Record<Role, Role>> = { opener: 'answerer', answerer: 'opener' };

/** A message that each side has without a counterpart, and that says the same in both, is one that came in another place. */
function withMoved(pairs: readonly Pair[], { periodic }: Sequence, isTurned: boolean): readonly Pair[] {
  const keyOf = ({ role, shape }: SequenceMessage, isOther: boolean): string => `${isOther ? otherRole[role] : role} ${shape}`;
  const waiting = new Map<string, number[]>();
  // The last first, since the first is taken off the end.
  for (let at = pairs.length - 1; at >= 0; at--) {
    const { a, b } = pairs[at]!;
    if (a !== undefined || b === undefined || periodic.has(b.name)) continue;
    const key = keyOf(b, isTurned);
    const known = waiting.get(key);
    if (known === undefined) waiting.set(key, [at]);
    else known.push(at);
  }
  if (waiting.size === 0) return pairs;
  const gone = new Set<number>();
  const found = pairs.map((pair, at): Pair => {
    if (pair.a === undefined || pair.b !== undefined) return pair;
    const to = waiting.get(keyOf(pair.a, false))?.pop();
    if (to === undefined) return pair;
    gone.add(to);
    return { ...pair, ...pairs[to]!, moved: to > at ? 'later' : 'earlier' };
  });
  return found.filter((_, at) => !gone.has(at));
}

type Partners = ReadonlyMap<SequenceMessage, SequenceMessage>;

/** Pairs, those of one shape twice. */
function fitOf(partners: Partners): number {
  let fit = partners.size;
  for (const [a, b] of partners) if (a.shape === b.shape) fit++;
  return fit;
}

/**
 * Each direction is aligned by itself: which of two messages in opposite directions comes first is a matter of the network, not of either
 * side. So are the messages that a clock sends.
 */
function partnersOf(a: Sequence, b: Sequence, isTurned: boolean): Partners {
  const partners = new Map<SequenceMessage, SequenceMessage>();
  const right = byStrand(b);
  for (const [strand, messages] of byStrand(a)) {
    const [{ role }] = messages as [SequenceMessage];
    const others = right.get(strandOf(isTurned ? otherRole[role] : role, strand.slice(role.length + 1))) ?? [];
    for (const [x, y] of alignTwice(messages, others)) partners.set(messages[x]!, others[y]!);
  }
  return partners;
}

function strandOf(role: Role, name: string): string {
  return `${role} ${name}`;
}

/** The messages of each role, and those of each name that a clock sends by themselves. */
function byStrand({ messages, periodic }: Sequence): Map<string, SequenceMessage[]> {
  const strands = new Map<string, SequenceMessage[]>();
  for (const message of messages) {
    const strand = strandOf(message.role, periodic.has(message.name) ? message.name : '');
    const known = strands.get(strand);
    if (known === undefined) strands.set(strand, [message]);
    else known.push(message);
  }
  return strands;
}

/** In the order of A; what only B has stands before the first message that comes after it there. */
function merged(a: Sequence, b: Sequence, partners: Partners): Pair[] {
  const paired = new Set(partners.values());
  const added = b.messages.filter((message) => !paired.has(message));
  const pairs: Pair[] = [];
  let next = 0;
  for (const message of a.messages) {
    const other = partners.get(message);
    while (other !== undefined && next < added.length && added[next]!.n < other.n) pairs.push({ b: added[next++]! });
    pairs.push(other === undefined ? { a: message } : { a: message, b: other });
  }
  for (; next < added.length; next++) pairs.push({ b: added[next]! });
  return pairs;
}
