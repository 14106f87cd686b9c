import * as vscode from 'vscode';
import { defaultLimits, type LimitName } from '../../../dissector/bytes/limits.ts';

/** A limit of captures that the host itself keeps to, as the setting `peerscope.limits` says. */
export function captureLimit(name: LimitName): number {
  const own = vscode.workspace.getConfiguration('peerscope').get<Readonly<Record<string, unknown>>>('limits')?.[name];
  return typeof own === 'number' && own > 0 ? own : defaultLimits[name];
}
