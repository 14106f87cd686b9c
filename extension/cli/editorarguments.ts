/** The settings of the editor as arguments of `peerscope mcp`. */
import { pinsIn } from '../../dissector/analysis/decodeoptions.ts';
import { protocols } from '../../dissector/protocols/index.ts';
import type { EditorSettings } from '../wire/agentserver.ts';

/** A person is asked before each run of a script, by the editor. */
export function editorArguments({ roots, settings: { modules, decodeAs, tree }, keyLogs }: EditorSettings): string[] {
  const node = recordIn(tree.node).limits;
  const limits = { ...numbersIn(tree.limits), ...numbersIn(node) };
  return [
    ...given('root', roots),
    ...given('keys', keyLogs),
    ...given('protocol', modules),
    ...given(
      'decode-as',
      decodeAs.filter((rule) => typeof rule === 'string'),
    ),
    ...given(
      'choice',
      Object.entries(pinsIn(tree, protocols)).map(([id, pin]) => `${id}=${pinText(pin)}`),
    ),
    ...given(
      'limit',
      Object.entries(limits).map(([name, value]) => `${name}=${value}`),
    ),
    ...(typeof tree.order === 'string' ? given('order', [tree.order]) : []),
    '--allow-send',
  ];
}

/** With `=`: a value that begins with a hyphen is no option. */
function given(name: string, values: readonly string[]): string[] {
  return values.map((value) => `--${name}=${value}`);
}

function pinText(pin: unknown): string {
  if (typeof pin !== 'object' || pin === null) return String(pin);
  return Object.entries(pin)
    .map(([name, number]) => `${name}:${number}`)
    .join(',');
}

function recordIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function numbersIn(value: unknown): Record<string, number> {
  return Object.fromEntries(
    Object.entries(recordIn(value)).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
  );
}
