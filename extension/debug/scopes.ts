/** What is below a frame of the stack: its scopes, and their variables. Captures and packet scripts answer alike. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { References } from './references.ts';
import { type Answer, type Arguments, integer, integerIn } from './requests.ts';
import { shownVariable } from './shownvariable.ts';

/** Throws a Refusal for a frame of an earlier stop. */
export function scopes(references: References, given: Arguments): Answer {
  const { level } = references.frameOf(integer(given, 'frameId'));
  return {
    scopes: level.scopes().map(
      ({ name, hint, isExpensive, variables }): DebugProtocol.Scope => ({
        ...{ name, variablesReference: references.group(variables), expensive: isExpensive === true },
        ...(hint === undefined ? {} : { presentationHint: hint }),
      }),
    ),
  };
}

/** Throws a Refusal for variables of an earlier stop. */
export function variables(references: References, given: Arguments): Answer {
  const all = references.variables(integer(given, 'variablesReference'));
  const start = Math.max(0, integerIn(given, 'start') ?? 0);
  const count = integerIn(given, 'count') || all.length;
  return { variables: all.slice(start, start + count).map((shown) => shownVariable(shown, references)) };
}
