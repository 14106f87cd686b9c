/** What is typed into the Debug Console at a message of a capture, watched, or hovered over. */
import { explanation, explanationLines } from '../../dissector/analysis/explanation.ts';
import type { CaptureStepper } from '../../dissector/stepping/index.ts';
import { Refusal } from './requests.ts';

const help = `A display filter is true or false at this message: p2pke.counter > 20 && session.after == "open"
A field, a slice, a function or a calculation gives its values: frame.number, udp[0:2], len(data)
keys FILE adds the key log FILE, and goes on from here
explain   what each key did for this message, and which key is missing
reveal    shows secret values; hide hides them again`;

export class CaptureConsole {
  readonly #stepper: CaptureStepper;
  readonly #reveal: (isRevealed: boolean) => void;

  constructor(stepper: CaptureStepper, reveal: (isRevealed: boolean) => void) {
    this.#stepper = stepper;
    this.#reveal = reveal;
  }

  /** Throws a Refusal for what cannot be evaluated. Words for the console alone are fields elsewhere. */
  evaluate(expression: string, n: number, isConsole: boolean): { readonly text: string; readonly type: string } {
    const typed = expression.trim();
    if (typed === '') throw new Refusal('There is nothing to evaluate.');
    const told = isConsole ? this.#command(typed, n) : undefined;
    if (told !== undefined) return { text: told, type: '' };
    const evaluated = this.#stepper.evaluator.evaluate(typed, n);
    if ('problem' in evaluated) throw new Refusal(evaluated.problem);
    return evaluated;
  }

  #command(typed: string, n: number): string | undefined {
    const { analysis } = this.#stepper;
    const { protocol, name } = analysis.message(n);
    switch (typed) {
      case 'help':
        return help;
      case 'reveal':
      case 'hide':
        this.#reveal(typed === 'reveal');
        return typed === 'reveal' ? 'Secret values are shown.' : 'Secret values are hidden.';
      case 'explain':
        return explanationLines(explanation(analysis, n), `${protocol.id} ${name}`).join('\n');
      default:
        return undefined;
    }
  }
}
