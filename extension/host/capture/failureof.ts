import * as vscode from 'vscode';

/** Why a thread has failed. Node ends one that needs more memory than it may have, and the others live on. */
export function failureOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return vscode.l10n.t('it needed more memory than there is for it.');
  return error instanceof Error ? error.message : String(error);
}
