/** Colouring rules of the user's own: the first whose filter a row matches gives it its colour. */
import { compileFilter, type FieldCatalog, type Filter, type FilterRow } from '../../dissector/filter/index.ts';

/** Names of theme colours, so that a rule fits every theme. */
const colours: readonly string[] = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'dim'];

export class Colours {
  /** A sentence for each rule that cannot be used. */
  readonly problems: readonly string[];
  readonly #rules: readonly { readonly filter: Filter; readonly colour: string }[];

  constructor(rules: readonly unknown[], catalog: FieldCatalog) {
    const problems: string[] = [];
    this.#rules = rules.flatMap((rule, index) => {
      const { filter, colour } = typeof rule === 'object' && rule !== null ? (rule as Record<string, unknown>) : {};
      const where = `peerscope.colours, rule ${index + 1}`;
      if (typeof filter !== 'string' || typeof colour !== 'string' || !colours.includes(colour)) {
        problems.push(`${where}: it has a "filter" and a "colour", one of ${colours.join(', ')}.`);
        return [];
      }
      const compiled = compileFilter(filter, catalog);
      if ('problem' in compiled) problems.push(`${where}: ${compiled.problem.text}.`);
      return 'problem' in compiled ? [] : [{ filter: compiled.filter, colour }];
    });
    this.problems = problems;
  }

  get none(): boolean {
    return this.#rules.length === 0;
  }

  of(row: FilterRow): string | undefined {
    return this.#rules.find(({ filter }) => filter.matches(row))?.colour;
  }
}
