import { toHex } from '../bytes/index.ts';
import { type Content, isNothing, lengthOf, valueText } from './content.ts';
import { freeMeasures, freshRules, isOfAnyLength, toldVerdict } from './rules.ts';

/** A value that is compared by what came before it. */
export interface Mark {
  readonly content: Pick<Content, 'path' | 'name' | 'field'>;
  readonly history: 'renaming' | 'sequence';
}

/**
 * Contents of the same structure and values differ in nothing but what is new in each run; `marks` are those of them that have a history, in
 * the same order for the same structure. Few messages of a capture have a structure of their own.
 */
export interface Shape {
  readonly structure: string;
  readonly values: string;
  readonly marks: readonly Mark[];
}

export function shapeOf(contents: readonly Content[], isDecrypted: boolean): Shape {
  const making = new Making(isDecrypted);
  for (const content of contents) making.add(content);
  return making;
}

class Making implements Shape {
  structure = '';
  values = '';
  readonly marks: Mark[] = [];
  readonly #isDecrypted: boolean;

  constructor(isDecrypted: boolean) {
    this.#isDecrypted = isDecrypted;
  }

  add(content: Content): void {
    const { parts, name, isList } = content;
    // With their lengths: no text of a capture reads as two.
    this.structure += `${name.length}:${name}`;
    if (parts === undefined) {
      this.#leaf(content);
      return;
    }
    this.structure += isList ? '[' : '{';
    const free = freeMeasures(parts, this.#isDecrypted);
    for (const part of parts) if (!free.has(part.name)) this.add(part);
    this.structure += ']';
  }

  #leaf(content: Content): void {
    const { field, fresh } = content;
    const verdict = toldVerdict(field.check) ?? '';
    if (fresh === undefined) {
      const text = field.raw === undefined ? valueText(field.value) : toHex(field.raw);
      this.structure += `=${typeof field.value} ${verdict}`;
      this.values += `${text.length}:${text}`;
      return;
    }
    const { presence, history } = freshRules[fresh.as];
    const length = isOfAnyLength(content, this.#isDecrypted) ? '' : lengthOf(field);
    this.structure += `~${fresh.as} ${length} ${presence && isNothing(field.value) ? 'none' : ''} ${verdict}`;
    if (history !== undefined) this.marks.push({ content, history });
  }
}
