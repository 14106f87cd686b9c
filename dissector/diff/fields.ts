import type { Fresh } from '../codec/index.ts';
import { type ComparedField, type Content, isNothing, lengthOf, valueText } from './content.ts';
import type { ByteRange, DifferenceKind, FieldDifference } from './difference.ts';
import { freeMeasures, freshRules, isOfAnyLength, toldVerdict } from './rules.ts';
import type { Mark } from './shape.ts';

/** What is asked about values that are compared by what came before. */
export type History = (history: Mark['history'], a: Content, b: Content) => string | undefined;

/** Characters of a value that a sentence shows. */
const SHOWN = 40;

/** Compares the content of two messages. */
export class FieldComparison {
  readonly found: FieldDifference[] = [];
  readonly #isDecrypted: boolean;
  readonly #history: History;

  /** `isDecrypted`: nothing in either message is closed, so ciphertext says nothing. */
  constructor(isDecrypted: boolean, history: History) {
    this.#isDecrypted = isDecrypted;
    this.#history = history;
  }

  /** Parts of a record, or the layers of a message: by their names, those of one name in their order. */
  parts(a: readonly Content[], b: readonly Content[]): void {
    const free = new Set([...freeMeasures(a, this.#isDecrypted), ...freeMeasures(b, this.#isDecrypted)]);
    const measures = new Set([...a, ...b].flatMap(({ measure }) => measure ?? []));
    const differing = new Set<string>();
    const later: (readonly [Content, Content])[] = [];
    for (const [left, right] of byName(a, b)) {
      if (left !== undefined && right !== undefined && measures.has(left.name)) {
        later.push([left, right]);
        continue;
      }
      const before = this.found.length;
      this.#pair(left, right);
      const measure = left?.measure ?? right?.measure;
      if (measure !== undefined && this.found.length > before) differing.add(measure);
    }
    // A length differs with what it measures: it is told alone only where that is the same.
    for (const [left, right] of later) if (!free.has(left.name) && !differing.has(left.name)) this.#pair(left, right);
  }

  #pair(a: Content | undefined, b: Content | undefined): void {
    if (a === undefined || b === undefined) {
      this.#oneSided(a, b);
      return;
    }
    if ((a.parts === undefined) !== (b.parts === undefined)) {
      const what = b.parts === undefined ? 'one value' : 'parts';
      this.#tell('value', a, b, (of) => `${b.name} of B's ${of} has ${what}, unlike that of A`);
    } else if (a.parts === undefined) this.#leaf(a, b);
    else if (a.isList) this.#elements(a, b);
    else this.parts(a.parts, b.parts!);
  }

  #oneSided(a: Content | undefined, b: Content | undefined): void {
    const { name } = (a ?? b)!;
    if (b === undefined) this.#tell('field missing', a, b, (of) => `B's ${of} has no ${name}`);
    else this.#tell('field added', a, b, (of) => `B's ${of} has ${article(name)}, which A's has not`);
  }

  #elements(a: Content, b: Content): void {
    const [left, right] = [a.parts!, b.parts!];
    if (left.length === right.length) for (const [at, one] of left.entries()) this.#pair(one, right[at]);
    else this.#tell('count', a, b, (of) => `B's ${of} has ${right.length} in ${b.name}, not ${left.length}`);
  }

  #leaf(a: Content, b: Content): void {
    const [left, right] = [toldVerdict(a.field.check), toldVerdict(b.field.check)];
    if (left !== undefined && right !== undefined && left !== right) {
      this.#tell('verdict', a, b, (of) => `${b.name} of B's ${of} is ${right}, that of A is ${left}`);
      return;
    }
    // Bytes that carry a layer on one side alone: that it is missing is told by itself.
    const fresh = b.fresh ?? a.fresh;
    if (fresh === undefined) this.#value(a, b);
    else this.#fresh(a, b, fresh);
  }

  #value(a: Content, b: Content): void {
    if (textOf(a.field) === textOf(b.field)) return;
    this.#tell('value', a, b, (of) => `B's ${of} has ${b.name} ${shown(b.field)}, not ${shown(a.field)}`);
  }

  #fresh(a: Content, b: Content, fresh: Fresh): void {
    const { presence, history } = freshRules[fresh.as];
    const [none, noneB] = [isNothing(a.field.value), isNothing(b.field.value)];
    if (presence && none !== noneB) {
      this.#tell('value', a, b, (of) => `${b.name} of B's ${of} is ${noneB ? 'empty' : 'not empty'}, unlike that of A`);
      return;
    }
    const [length, lengthB] = [lengthOf(a.field), lengthOf(b.field)];
    if (length !== lengthB && !isOfAnyLength({ fresh }, this.#isDecrypted)) {
      this.#tell('length', a, b, (of) => `${b.name} of B's ${of} has ${bytes(lengthB)}, not ${length}`);
      return;
    }
    const why = history === undefined ? undefined : this.#history(history, a, b);
    if (why !== undefined) this.#tell(history!, a, b, (of) => `${b.name} of B's ${of} is ${why}`);
  }

  #tell(kind: DifferenceKind, a: Content | undefined, b: Content | undefined, text: FieldDifference['text']): void {
    const { path } = (b ?? a)!;
    const [rangeA, rangeB] = [a && rangeOf(a.field), b && rangeOf(b.field)];
    this.found.push({
      ...{ kind, field: path, text, contents: [a, b] },
      ...(rangeA === undefined ? {} : { rangeA }),
      ...(rangeB === undefined ? {} : { rangeB }),
    });
  }
}

/** Names in the order of A, then those that only B has. */
function byName(a: readonly Content[], b: readonly Content[]): (readonly [Content | undefined, Content | undefined])[] {
  const left = grouped(b.toReversed());
  const pairs = a.map((one) => [one, left.get(one.name)?.pop()] as const);
  return [...pairs, ...[...left.values()].flatMap((all) => all.toReversed()).map((one) => [undefined, one] as const)];
}

/** By their names, in the order in which they stand. */
function grouped(parts: readonly Content[]): Map<string, Content[]> {
  const groups = new Map<string, Content[]>();
  for (const part of parts) {
    const known = groups.get(part.name);
    if (known === undefined) groups.set(part.name, [part]);
    else known.push(part);
  }
  return groups;
}

function textOf({ value, raw }: ComparedField): string {
  return `${typeof value} ${valueText(raw ?? value)}`;
}

function shown(field: ComparedField): string {
  const text = field.text ?? valueText(field.value);
  if (text === '') return 'that is empty';
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

/** None in a baseline. */
function rangeOf({ source, start, end }: ComparedField): ByteRange | undefined {
  return source === undefined ? undefined : { source, start, end };
}

function article(name: string): string {
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}

function bytes(count: number): string {
  return `${count} byte${count === 1 ? '' : 's'}`;
}
