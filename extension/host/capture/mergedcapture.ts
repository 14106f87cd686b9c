/** Captures that are shown as one: its address names them. */
import * as vscode from 'vscode';
import type { CapturePart } from '../../wire/inspector.ts';
import { nameOf } from './files.ts';
import { readWhole } from './reading.ts';

export const TOGETHER = 'peerscope-together';

interface Query {
  readonly captures: readonly string[];
  readonly align: boolean;
}

/** What a capture is made of; undefined for one file. */
export async function partsOf(uri: vscode.Uri): Promise<{ parts: CapturePart[]; align: boolean } | undefined> {
  if (uri.scheme !== TOGETHER) return undefined;
  const { captures, align } = queryOf(uri);
  const uris = captures.map((one) => vscode.Uri.parse(one));
  const parts = await Promise.all(
    uris.map(async (one) => ({
      name: nameAmong(uris, one),
      ...(one.scheme === 'file' ? { path: one.fsPath } : { bytes: await readWhole(one) }),
    })),
  );
  return { parts, align };
}

/** The address of several captures as one; `align` corrects their clocks. */
export function together(uris: readonly vscode.Uri[], align: boolean): vscode.Uri {
  const captures = uris.map((uri) => uri.toString());
  const names = uris.map((uri) => nameAmong(uris, uri).replaceAll('/', '∕')).join(' + ');
  const query: Query = { captures, align };
  return vscode.Uri.from({ scheme: TOGETHER, path: `/${names}`, query: JSON.stringify(query) });
}

/** The address of the same captures with their clocks corrected. */
export function withCorrectClocks(uri: vscode.Uri): vscode.Uri {
  return together(
    queryOf(uri).captures.map((one) => vscode.Uri.parse(one)),
    true,
  );
}

/** The name of a file, with its folder where another one has the same. */
function nameAmong(uris: readonly vscode.Uri[], uri: vscode.Uri): string {
  const name = nameOf(uri);
  const isShared = uris.some((other) => other.toString() !== uri.toString() && nameOf(other) === name);
  return isShared ? uri.path.split('/').slice(-2).join('/') : name;
}

/** An address may come from a workspace file that somebody else wrote: what does not fit is an empty list. */
function queryOf({ query }: vscode.Uri): Query {
  try {
    const { captures, align } = JSON.parse(query) as Partial<Query>;
    const isList = Array.isArray(captures) && captures.every((one) => typeof one === 'string');
    return { captures: isList ? captures : [], align: align === true };
  } catch {
    return { captures: [], align: false };
  }
}
