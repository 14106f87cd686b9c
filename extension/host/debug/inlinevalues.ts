/** Values at the ends of lines where a debug session of ours stands: the adapter knows them, and the lines that name them. */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from './configurations.ts';
import { partsOf } from './shapes.ts';

export class InlineValues implements vscode.InlineValuesProvider {
  async provideInlineValues(
    document: vscode.TextDocument,
    { start, end }: vscode.Range,
    { frameId }: vscode.InlineValueContext,
  ): Promise<vscode.InlineValue[]> {
    const session = vscode.debug.activeDebugSession;
    if (session?.type !== DEBUG_TYPE) return [];
    const asked = { frameId, line: start.line + 1, endLine: end.line + 1 };
    const { values } = partsOf(await session.customRequest('peerscopeInlineValues', asked));
    return Array.isArray(values) ? values.flatMap((value: unknown) => inlineValue(document, value) ?? []) : [];
  }
}

function inlineValue(document: vscode.TextDocument, value: unknown): vscode.InlineValueText | undefined {
  const { line, name, text } = partsOf(value);
  if (typeof line !== 'number' || typeof text !== 'string' || line < 1 || line > document.lineCount) return undefined;
  const { range, text: said } = document.lineAt(line - 1);
  if (typeof name !== 'string') return new vscode.InlineValueText(range, text);
  // A script may have been changed while it runs: a value stands only where its name does.
  return said.includes(name) ? new vscode.InlineValueText(range, `${name} = ${text}`) : undefined;
}
