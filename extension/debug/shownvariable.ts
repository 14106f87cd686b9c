import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Shown } from '../../dissector/stepping/index.ts';
import type { References } from './references.ts';

/** A variable as a client takes it. */
export function shownVariable(shown: Shown, references: References): DebugProtocol.Variable {
  const { name, value, doc, children, expression, memory, quantity, set } = shown;
  return {
    ...{ name, value, variablesReference: children === undefined ? 0 : references.group(children) },
    ...(doc === undefined ? {} : { type: doc }),
    ...(expression === undefined ? {} : { evaluateName: expression }),
    ...(memory === undefined ? {} : { memoryReference: memory }),
    // A client offers what can be done with a value of a computation by this word.
    ...(quantity === undefined ? {} : { __vscodeVariableMenuContext: 'computed' }),
    ...(set === undefined ? { presentationHint: { attributes: ['readOnly'] } } : {}),
  } as DebugProtocol.Variable;
}
