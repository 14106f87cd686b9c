/** Export: asks what of the list, as what and where, and writes it while the list can still be used. */
import * as vscode from 'vscode';
import type { ExportKind, ExportScope, FollowAs, WebviewCalls } from '../../wire/inspector.ts';
import { choose } from '../questions.ts';
import { tellError, tellWarning } from '../telling.ts';
import type { CaptureDocument } from './document.ts';
import type { Transcripts } from './transcripts.ts';
import { openTarget } from './writing.ts';

interface Choice extends vscode.QuickPickItem {
  readonly of: ExportKind | 'payload' | 'text' | 'hex';
  readonly extension: string;
}

const choices: readonly Choice[] = [
  {
    label: vscode.l10n.t('Messages as JSON lines'),
    detail: vscode.l10n.t('Every field, findings and bytes after decryption, as decode --json prints them'),
    of: 'json',
    extension: 'jsonl',
  },
  { label: vscode.l10n.t('Rows as CSV'), detail: vscode.l10n.t('The columns of the list'), of: 'csv', extension: 'csv' },
  {
    label: vscode.l10n.t('Frames as a capture, without keys'),
    detail: vscode.l10n.t('pcapng; what travelled encrypted stays so'),
    of: 'pcapng',
    extension: 'pcapng',
  },
  {
    label: vscode.l10n.t('Frames as a capture, with the keys'),
    detail: vscode.l10n.t('pcapng; whoever has the file can read what the keys open'),
    of: 'pcapng-with-secrets',
    extension: 'pcapng',
  },
  {
    label: vscode.l10n.t('Messages as a capture, decrypted'),
    detail: vscode.l10n.t('pcapng of exported PDUs; an exported Wireshark dissector shows the plaintext'),
    of: 'pcapng-decrypted',
    extension: 'pcapng',
  },
];
const ofMessage: readonly Choice[] = [
  {
    label: vscode.l10n.t('Follow the conversation as text'),
    detail: vscode.l10n.t('Messages after decryption, in an editor'),
    of: 'text',
    extension: 'txt',
  },
  {
    label: vscode.l10n.t('Follow the conversation as hexadecimal'),
    detail: vscode.l10n.t('Messages after decryption, in an editor'),
    of: 'hex',
    extension: 'txt',
  },
  {
    label: vscode.l10n.t('Bytes of the selected message'),
    detail: vscode.l10n.t('The message after decryption, as a file'),
    of: 'payload',
    extension: 'bin',
  },
];

export async function exportList(
  document: CaptureDocument,
  transcripts: Transcripts,
  { scope, n }: WebviewCalls['export']['params'],
): Promise<WebviewCalls['export']['result']> {
  const chosen = await choose([...choices, ...(n === undefined ? [] : ofMessage)], {
    title: vscode.l10n.t('Export'),
    placeHolder: vscode.l10n.t('What to write'),
  });
  if (chosen === undefined) return { saved: false };
  switch (chosen.of) {
    case 'text':
    case 'hex':
      return { saved: n !== undefined && (await follow(document, transcripts, n, chosen.of)) };
    case 'payload': {
      const { bytes, name } = await document.worker.call('payload', { n: n! });
      const target = await where(document.uri, `${name.replace(/\W+/g, '_')}-${n}`, 'bin');
      if (target !== undefined) await writeWhole(target, bytes);
      return { saved: target !== undefined };
    }
    default: {
      const rows = await rowsOf(scope);
      if (rows === undefined || !(await isConfirmed(chosen.of, document))) return { saved: false };
      const target = await where(
        document.uri,
        `${bareName(document.uri)}-${rows.row === undefined ? 'export' : 'row'}`,
        chosen.extension,
      );
      return { saved: target !== undefined && (await write(document, chosen.of, rows, target)) };
    }
  }
}

/** The rows of the list, or the selected one; undefined when cancelled. */
async function rowsOf(scope: ExportScope): Promise<ExportScope | undefined> {
  const { row: _, ...all } = scope;
  if (scope.row === undefined) return all;
  const every = {
    label: vscode.l10n.t('Every row of the list'),
    detail: scope.filter === undefined ? vscode.l10n.t('No filter is applied') : vscode.l10n.t('Filter: {0}', scope.filter),
  };
  const one = { label: vscode.l10n.t('The selected row alone') };
  const chosen = await choose([every, one], { title: vscode.l10n.t('Export') });
  return chosen === undefined ? undefined : chosen === one ? scope : all;
}

/** What holds keys, or what they open, is written only where a person says so. */
async function isConfirmed(kind: ExportKind, document: CaptureDocument): Promise<boolean> {
  if (kind === 'pcapng-with-secrets') return confirmed(document);
  if (kind !== 'pcapng-decrypted') return true;
  const question = vscode.l10n.t('Write decrypted messages into the file?');
  const detail = vscode.l10n.t('Whoever gets the file can read them: what travelled encrypted is in clear there.');
  const yes = vscode.l10n.t('Write Decrypted');
  return (await tellWarning(question, { modal: true, detail }, yes)) === yes;
}

async function confirmed({ overview }: CaptureDocument): Promise<boolean> {
  const detail =
    overview.keys === 1
      ? vscode.l10n.t('Whoever gets the file can read what the key of this capture opens, now and in other captures.')
      : vscode.l10n.t(
          'Whoever gets the file can read what all {0} keys of this capture open, now and in other captures.',
          overview.keys,
        );
  const question = vscode.l10n.t('Write the keys into the file?');
  const yes = vscode.l10n.t('Write Keys');
  return (await tellWarning(question, { modal: true, detail }, yes)) === yes;
}

async function where(capture: vscode.Uri, name: string, extension: string): Promise<vscode.Uri | undefined> {
  const defaultUri = vscode.Uri.joinPath(capture, '..', `${name}.${extension}`);
  const target = await vscode.window.showSaveDialog({ title: vscode.l10n.t('Export'), defaultUri });
  if (target?.toString() !== capture.toString()) return target;
  void tellError(vscode.l10n.t('Peerscope: an export does not take the place of the capture that it is made from.'));
  return undefined;
}

function bareName(uri: vscode.Uri): string {
  return uri.path.replace(/^.*\//, '').replace(/(\.(pcap|pcapng|cap))?(\.(gz|zst|lz4))?$/i, '');
}

async function write(document: CaptureDocument, kind: ExportKind, scope: ExportScope, target: vscode.Uri): Promise<boolean> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    cancellable: true,
    title: vscode.l10n.t('Writing {0}', bareName(target)),
  };
  const file = await openTarget(target);
  try {
    const finished = await vscode.window.withProgress(options, async (progress, token) => {
      const { id } = await document.worker.call('export', { kind, scope });
      let before = 0;
      for (;;) {
        const piece = await document.worker.call('exported', { id });
        await file.add(piece.bytes);
        progress.report({ increment: (piece.progress - before) * 100 });
        before = piece.progress;
        if (piece.done) return true;
        if (!token.isCancellationRequested) continue;
        await document.worker.call('stopExport', { id });
        return false;
      }
    });
    await file.end(finished);
    return finished;
  } catch (error) {
    await file.end(false);
    throw error;
  }
}

/** Throws an Error with a sentence that names the file. */
export async function writeWhole(target: vscode.Uri, bytes: Uint8Array): Promise<void> {
  const file = await openTarget(target);
  try {
    await file.add(bytes);
    await file.end(true);
  } catch (error) {
    await file.end(false);
    throw error;
  }
}

/** Asks where to write the baseline of a conversation, and writes it: whole, or not at all. */
export async function saveBaseline(document: CaptureDocument, conversation: number): Promise<boolean> {
  const { bytes } = await document.worker.call('baseline', { conversation });
  const target = await where(document.uri, `${bareName(document.uri)}.baseline`, 'jsonl');
  if (target !== undefined) await writeWhole(target, bytes);
  return target !== undefined;
}

/** Asks how the conversation of a message is to be written, and shows it. */
export async function followConversation(document: CaptureDocument, transcripts: Transcripts, n: number): Promise<boolean> {
  const forms = [
    { label: vscode.l10n.t('Text'), as: 'text' as const },
    { label: vscode.l10n.t('Hex Dump'), as: 'hex' as const },
    { label: vscode.l10n.t('C Arrays'), as: 'c' as const },
  ];
  const form = await choose(forms, { title: vscode.l10n.t('Follow the Conversation') });
  return form !== undefined && (await follow(document, transcripts, n, form.as));
}

async function follow(document: CaptureDocument, transcripts: Transcripts, n: number, as: FollowAs): Promise<boolean> {
  const ways = [
    { label: vscode.l10n.t('Both directions') },
    { label: vscode.l10n.t('From the first endpoint'), direction: 0 as const },
    { label: vscode.l10n.t('From the second endpoint'), direction: 1 as const },
  ];
  const way = await choose(ways, { title: vscode.l10n.t('Follow the Conversation') });
  if (way === undefined) return false;
  const { direction } = way;
  await transcripts.show(await document.worker.call('follow', { n, as, ...(direction === undefined ? {} : { direction }) }));
  return true;
}
