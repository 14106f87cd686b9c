import type * as vscode from 'vscode';
import { Gathered, type Target } from './memorywriter.ts';

export async function openTarget(uri: vscode.Uri): Promise<Target> {
  return new Gathered(uri);
}
