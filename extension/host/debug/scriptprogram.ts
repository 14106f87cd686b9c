/** A packet script that is debugged, as it stands in its editor. In a browser scriptprogram.web.ts stands in its place. */
import * as vscode from 'vscode';
import { parseScript, questionsOf, sectionsOf } from '../../../dissector/script/syntax/index.ts';
import type { DebuggedScript } from '../../wire/debug.ts';
import { answersTo, folderOf, recordingOf } from '../scripts/runs.ts';

/** A script, and what a person answered to its questions. */
export interface ScriptProgram {
  readonly program: DebuggedScript;
  readonly answers: Readonly<Record<string, string>>;
}

/** `folder`: where recordings lie. Throws an Error with a sentence, also where a question is not answered. */
export async function scriptProgram(
  uri: vscode.Uri,
  { section, answers: given }: vscode.DebugConfiguration,
  folder: vscode.Uri,
): Promise<ScriptProgram> {
  if (!vscode.workspace.isTrusted) throw new Error(vscode.l10n.t('Peerscope: test nodes need a trusted workspace.'));
  const document = await vscode.workspace.openTextDocument(uri);
  const script = document.getText();
  const sections = sectionsOf(parseScript(script));
  const place = typeof section === 'number' ? section - 1 : sections.findIndex(({ title }) => title === section);
  const meant = section === undefined || section === '' ? sections : sections.slice(place, place + 1);
  const known = typeof given === 'object' && given !== null ? (given as Record<string, string>) : {};
  const asked = meant.flatMap(({ statements }) => questionsOf(statements)).filter((question) => !Object.hasOwn(known, question));
  const answers = await answersTo([...new Set(asked)]);
  if (answers === undefined) throw new Error(vscode.l10n.t('A question of the script was not answered.'));
  const recording = recordingOf(folder, uri, Math.max(0, place)).fsPath;
  return { program: { script, folder: folderOf(uri), recording }, answers };
}
