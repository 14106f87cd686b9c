import type { Analysis } from '../analysis/index.ts';
import { toHex } from '../bytes/index.ts';
import { type Content, valueText } from './content.ts';
import { DeclaredFields } from './declared.ts';
import type { ByteRange, Difference } from './difference.ts';
import { messageContent } from './sequence.ts';

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

/** Finds the fields of differences in the messages again: a comparison holds their places alone. */
export class LocatedFields {
  readonly #a: Analysis;
  readonly #b: Analysis;
  readonly #declared: DeclaredFields;

  constructor(a: Analysis, b: Analysis) {
    this.#a = a;
    this.#b = b;
    this.#declared = new DeclaredFields([...new Set([...a.protocols, ...b.protocols])]);
  }

  /** In A and in B; undefined where the message, or the field in it, is not there. */
  of({ kind, a, b, field, rangeA, rangeB }: Difference): readonly [LocatedField | undefined, LocatedField | undefined] {
    // A state is that of the whole message.
    if (field === undefined || kind === 'state' || a === undefined || b === undefined) return [undefined, undefined];
    // Of a field that one side alone has, the other one has no range.
    const isInBoth = rangeA === undefined && rangeB === undefined;
    return [
      isInBoth || rangeA !== undefined ? this.#find(this.#a, a.n, field, rangeA) : undefined,
      isInBoth || rangeB !== undefined ? this.#find(this.#b, b.n, field, rangeB) : undefined,
    ];
  }

  #find(analysis: Analysis, n: number, path: string, range: ByteRange | undefined): LocatedField | undefined {
    const found = [...withPath(messageContent(analysis, analysis.message(n), this.#declared), path)].filter(
      ({ field: { source, start, end } }) =>
        range === undefined || (source === range.source && start === range.start && end === range.end),
    );
    // Elements of a list share their path: without a range nobody knows which of them is meant.
    const [first] = found;
    if (first === undefined || (range === undefined && found.length > 1)) return undefined;
    const { name, field, parts } = first;
    if (isSecret(first)) return { name, isSecret: true };
    const source = field.generated ? undefined : analysis.dissect(n).tree.sources[field.source];
    const bytes = source?.bytes.slice(field.start, field.end);
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

function* withPath(contents: readonly Content[], path: string): Generator<Content> {
  for (const content of contents) {
    if (content.path === path) yield content;
    if (content.parts !== undefined && (path === content.path || path.startsWith(`${content.path}.`)))
      yield* withPath(content.parts, path);
  }
}

/** Or holds what is. */
function isSecret({ fresh, parts = [] }: Content): boolean {
  return fresh?.as === 'key' || fresh?.secret === true || parts.some(isSecret);
}
