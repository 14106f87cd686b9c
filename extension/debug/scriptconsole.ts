/** The Debug Console, watches and hovers of a script: expressions of the language, and statements that are carried out at once. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Protocol } from '../../dissector/protocol/index.ts';
import {
  checkScript,
  type Expression,
  type ExpressionValue,
  evaluateExpression,
  parseExpression,
  parseScript,
  type Statement,
  secretText,
  valueText,
} from '../../dissector/script/index.ts';
import type { RunView } from '../node/scripts/stages.ts';
import { Refusal } from './requests.ts';
import type { ScriptScene } from './scriptscene.ts';
import { lineOf } from './scriptvalues.ts';

/** Statements that the console carries out. */
const statements: readonly Statement['kind'][] = [
  'send',
  'expect',
  'silence',
  'close',
  'fault',
  'edit',
  'wait',
  'define',
  'node',
];
const words = ['send', 'expect', 'fault', 'edit', 'wait', 'reveal', 'hide', 'help'];

const help = `An expression gives its value: first.counter, length(message.data) > 16 (message is the one at hand)
send, expect, fault, wait, node and @name = value are carried out at once
reveal    shows secret values; hide hides them again`;

export interface Evaluation {
  readonly text: string;
  /** Something was carried out. */
  readonly hasActed?: true;
}

export class ScriptConsole {
  readonly #protocols: readonly Protocol[];
  readonly #reveal: (isRevealed: boolean) => void;

  constructor(protocols: readonly Protocol[], reveal: (isRevealed: boolean) => void) {
    this.#protocols = protocols;
    this.#reveal = reveal;
  }

  /** Throws a Refusal, or an Error with a sentence. */
  async evaluate(typed: string, scene: ScriptScene, isConsole: boolean, isRevealed: boolean): Promise<Evaluation> {
    const text = typed.trim();
    if (text === '') throw new Refusal('There is nothing to evaluate.');
    if (isConsole && text === 'help') return { text: help };
    if (isConsole && (text === 'reveal' || text === 'hide')) {
      this.#reveal(text === 'reveal');
      return { text: text === 'reveal' ? 'Secret values are shown.' : 'Secret values are hidden.' };
    }
    const statement = isConsole ? this.#statement(text, scene.view) : undefined;
    return statement === undefined ? { text: this.value(text, scene, isRevealed) } : this.#act(statement, scene.view);
  }

  /** A log message, the expressions in its braces replaced by what they give. */
  written(message: string, scene: ScriptScene): string {
    return message.replace(/\{([^{}]+)\}/g, (_, expression: string) => {
      try {
        return this.value(expression.trim(), scene, false);
      } catch (error) {
        return `(${error instanceof Error ? error.message : error})`;
      }
    });
  }

  completions(view: RunView | undefined, typed: string, column: number): DebugProtocol.CompletionItem[] {
    const start = /[\w.]*$/.exec(typed.slice(0, Math.max(0, column - 1)))!.index;
    const begun = typed.slice(start, Math.max(0, column - 1));
    const all = [
      ...words.map((label) => ({ label, type: 'keyword' as const })),
      ...[...(view?.nodes.keys() ?? [])].map((label) => ({ label, type: 'reference' as const })),
      ...[...(view?.scope.names.keys() ?? [])].map((label) => ({ label, type: 'variable' as const })),
      { label: 'message', type: 'variable' as const },
    ];
    return all.filter(({ label }) => label.startsWith(begun)).map((each) => ({ ...each, start, length: begun.length }));
  }

  /** What an expression gives, on a line. Throws a Refusal, or an Error with a sentence. */
  value(text: string, scene: ScriptScene, isRevealed: boolean): string {
    const expression = parseExpression(text);
    if (typeof expression === 'string') throw new Refusal(expression);
    const own = scene.scope;
    const { value, isSecret } = evaluated(text, expression, own);
    const isHidden = !isRevealed && (isSecret || scene.view.scope.secrets.holds(value));
    return isHidden ? secretText(value) : lineOf(value);
  }

  /** Undefined for what is no statement; throws a Refusal for one that is wrong. */
  #statement(text: string, view: RunView): Statement | undefined {
    const { statements: read, problems } = parseScript(text);
    const [statement, more] = read;
    if (statement === undefined || !statements.includes(statement.kind)) return undefined;
    if (problems.length > 0) throw new Refusal(`${problems[0]!.text}.`);
    if (more !== undefined) throw new Refusal('The console takes one statement at a time.');
    const nodes = [...view.nodes].map(([name, { protocol }]) => `node ${name} = ${protocol.id} listen 127.0.0.1:0`);
    // The names that there are count as defined, with what they are.
    const names = [...view.scope.names].map(([name, value]) => `@${name} = ${valueText(value, '')}`);
    const around = [...nodes, ...names].join('\n');
    const whole = parseScript(`${around}\n${text}`);
    const wrong = checkScript(whole.statements, this.#protocols).find(
      ({ severity, start }) => severity === undefined && start > around.length,
    );
    if (wrong !== undefined) throw new Refusal(`${wrong.text}.`);
    return statement;
  }

  /** The clocks run while it is carried out: what is waited for has to come. */
  async #act(statement: Statement, view: RunView): Promise<Evaluation> {
    view.freeze(false);
    try {
      await view.do(statement);
      return { text: `${statement.kind}: done`, hasActed: true };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal(`${view.scope.secrets.without(why)}.`);
    } finally {
      view.freeze(true);
    }
  }
}

/** A bare name that is none may be a field of the message at hand. */
function evaluated(text: string, expression: Expression, scope: ScriptScene['scope']): ExpressionValue {
  const field = /^[\w.-]+$/.test(text) ? parseExpression(`message.${text}`) : '';
  try {
    return evaluateExpression(expression, scope);
  } catch (error) {
    if (typeof field === 'string') throw error;
    try {
      return evaluateExpression(field, scope);
    } catch {
      throw error;
    }
  }
}
