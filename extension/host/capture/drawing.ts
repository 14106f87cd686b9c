/** Saves a drawing that the page made. */
import * as vscode from 'vscode';
import type { WebviewCalls } from '../../wire/inspector.ts';
import { writeWhole } from './exporting.ts';

/** Asks where; `saved` is false when the dialog is cancelled. */
export async function saveDrawing(
  capture: vscode.Uri,
  { name, svg }: WebviewCalls['saveDrawing']['params'],
): Promise<WebviewCalls['saveDrawing']['result']> {
  const defaultUri = vscode.Uri.joinPath(capture, '..', name.replace(/[^\w.-]+/g, '_'));
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Drawing'),
    defaultUri,
    filters: { [vscode.l10n.t('Scalable Vector Graphics')]: ['svg'] },
  });
  if (target === undefined) return { saved: false };
  await writeWhole(target, new TextEncoder().encode(svg));
  return { saved: true };
}
