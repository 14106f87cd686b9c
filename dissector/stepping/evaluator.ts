import type { Analysis } from '../analysis/index.ts';
import type { Value } from '../bytes/index.ts';
import { compileFilter, compileValue, FieldCatalog, type FilterField, FilterRow, valueText } from '../filter/index.ts';
import type { SessionWalk, WalkedStep } from './sessionwalk.ts';

/** Values of one field that are shown. */
const SHOWN_VALUES = 8;

/** A condition about a message, ready to be asked. */
export interface Condition {
  holds(n: number): boolean;
}

/** What an expression gives at a message, or why it gives nothing. */
export type Evaluated = { readonly text: string; readonly type: string } | { readonly problem: string };

/** What can be asked about a session at a message, beside the fields of every capture. */
function sessionFields(walk: SessionWalk): FilterField[] {
  const field = (name: string, doc: string, type: FilterField['type'], read: (step: WalkedStep) => Value): FilterField => ({
    name: `session.${name}`,
    type,
    doc,
    read: ({ n }) => {
      const step = n < 0 ? undefined : walk.step(n);
      return step === undefined ? [] : [read(step)];
    },
  });
  return [
    field('before', 'The state of the session before the message.', 'text', ({ before }) => before),
    field('after', 'The state of the session after the message.', 'text', ({ after }) => after),
    field('by', 'opener or answerer: who sends the message.', 'text', ({ by }) => by),
    field('allowed', 'The state machine allows the message.', 'flag', ({ allowed }) => allowed),
    field('title', 'The name of the session in its conversation.', 'text', ({ session }) => session.part.title),
  ];
}

/** Conditions, watches and hovers of a debugger: expressions of the display filter, with the state of the session beside the fields. */
export class Evaluator {
  readonly catalog: FieldCatalog;
  readonly #analysis: Analysis;
  readonly #row: FilterRow;

  constructor(analysis: Analysis, walk: SessionWalk) {
    this.#analysis = analysis;
    this.#row = new FilterRow(analysis);
    this.catalog = new FieldCatalog(analysis.protocols, sessionFields(walk));
  }

  /** A sentence where the text is no condition. */
  condition(text: string): Condition | string {
    const compiled = compileFilter(text, this.catalog);
    if ('problem' in compiled) return compiled.problem.text;
    const { filter } = compiled;
    return { holds: (n) => filter.matches(this.#at(n)) };
  }

  /** The values of a field at a message; undefined where no field has the name. They are valid until the next message is asked about. */
  values(name: string, n: number): readonly Value[] | undefined {
    return this.catalog.find(name)?.read(this.#at(n));
  }

  /**
   * An expression at a message: a field (without its protocol, too), a slice, a function or a calculation gives its values, a condition
   * true or false.
   */
  evaluate(text: string, n: number): Evaluated {
    const own = `${this.#analysis.message(n).protocol.id}.${text}`;
    const name = this.catalog.find(text) === undefined && this.catalog.find(own) !== undefined ? own : text;
    const compiled = compileValue(name, this.catalog);
    if ('problem' in compiled) {
      const condition = this.condition(text);
      return typeof condition === 'string' ? { problem: condition } : { text: String(condition.holds(n)), type: 'condition' };
    }
    const { field, read } = compiled;
    const values = read(this.#at(n));
    if (field.type === 'presence') return { text: String(values.length > 0), type: 'condition' };
    if (values.length === 0) return { problem: `${name} is not in this message` };
    const texts = values.slice(0, SHOWN_VALUES).map((value) => valueText(field, value));
    return { text: `${texts.join(', ')}${values.length > SHOWN_VALUES ? ', …' : ''}`, type: field.type };
  }

  /** A log message, the expressions in its braces replaced by what they give. */
  written(message: string, n: number): string {
    return message.replace(/\{([^{}]+)\}/g, (_, expression: string) => {
      const evaluated = this.evaluate(expression.trim(), n);
      return 'problem' in evaluated ? `(${evaluated.problem})` : evaluated.text;
    });
  }

  #at(n: number): FilterRow {
    return this.#row.at(this.#analysis.message(n).frame, n);
  }
}
