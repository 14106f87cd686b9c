import { toHex } from '../bytes/index.ts';
import type { Comparison } from './compare.ts';
import { type Content, lengthOf, valueText, Withheld } from './content.ts';
import { DeclaredFields } from './declared.ts';
import type { ByteRange, Difference } from './difference.ts';
import type { DiffSide } from './side.ts';

/** A field that differs, as it stands in one of the captures. */
export interface LocatedField {
  readonly name: string;
  /** How a person reads the value; absent of a record, a list and a secret, and where the value is the bytes. */
  readonly text?: string;
  /** A copy of its bytes in the Source that it lies in; absent of a secret, and of what is computed. */
  readonly bytes?: Uint8Array;
  /** Declared as `key`, or as a secret: it is never shown. */
  readonly isSecret: boolean;
}

/** Finds the fields of differences in the messages again: a comparison holds the places of those in captures alone. */
export class LocatedFields {
  readonly #a: DiffSide;
  readonly #b: DiffSide;
  readonly #contents: Comparison['contents'];
  readonly #declared: DeclaredFields;

  constructor(a: DiffSide, b: DiffSide, { contents }: Pick<Comparison, 'contents'>) {
    this.#a = a;
    this.#b = b;
    this.#contents = contents;
    this.#declared = new DeclaredFields([...new Set([...a.protocols, ...b.protocols])]);
  }

  /** In A and in B; undefined where the message, or the field in it, is not there. */
  of(difference: Difference): readonly [LocatedField | undefined, LocatedField | undefined] {
    const { kind, a, b, field, rangeA, rangeB } = difference;
    // A state is that of the whole message.
    if (field === undefined || kind === 'state' || a === undefined || b === undefined) return [undefined, undefined];
    const [left, right] = this.#contents.get(difference) ?? [];
    return [
      kind === 'field added' ? undefined : this.#located(this.#a, a.n, left ?? this.#find(this.#a, a.n, field, rangeA)),
      kind === 'field missing' ? undefined : this.#located(this.#b, b.n, right ?? this.#find(this.#b, b.n, field, rangeB)),
    ];
  }

  #find(side: DiffSide, n: number, path: string, range: ByteRange | undefined): Content | undefined {
    const found = [...withPath(side.message(n, this.#declared).contents, path)].filter(
      ({ field: { source, start, end } }) =>
        range === undefined || (source === range.source && start === range.start && end === range.end),
    );
    // Elements of a list share their path: without a range nobody knows which of them is meant.
    return range === undefined && found.length > 1 ? undefined : found[0];
  }

  #located(side: DiffSide, n: number, content: Content | undefined): LocatedField | undefined {
    if (content === undefined) return undefined;
    const { name, field, parts } = content;
    if (isSecret(content)) return { name, isSecret: true };
    if (field.value instanceof Withheld) return { name, text: withheldText(field.value, lengthOf(field)), isSecret: false };
    const bytes = side.bytes(n, field);
    const value = parts === undefined ? (field.text ?? valueText(field.value)) : undefined;
    const isBytes = bytes !== undefined && bytes.length > 0 && field.value instanceof Uint8Array && value === toHex(bytes);
    const text = isBytes ? undefined : value;
    return {
      ...{ name, isSecret: false },
      ...(text === undefined ? {} : { text }),
      ...(bytes === undefined ? {} : { bytes }),
    };
  }
}

/** What a baseline holds in place of a value. */
function withheldText({ ordinal }: Withheld, length: number): string {
  if (ordinal !== undefined) return `no. ${ordinal} of the baseline`;
  return length === 1 ? '1 byte' : `${length} bytes`;
}

function* withPath(contents: readonly Content[], path: string): Generator<Content> {
  for (const content of contents) {
    if (content.path === path) yield content;
    if (content.parts !== undefined && (path === content.path || path.startsWith(`${content.path}.`)))
      yield* withPath(content.parts, path);
  }
}

/** Or holds what is. */
export function isSecret({ fresh, parts = [] }: Content): boolean {
  return fresh?.as === 'key' || fresh?.secret === true || parts.some(isSecret);
}
