/** A browser has no sockets: there is no test node there. */
import * as vscode from 'vscode';
import { ScriptLenses } from '../scripts/lenses.ts';
import { tellWarning } from '../telling.ts';

const commands = [
  ...[
    'openTestNode',
    'startTestNode',
    'stopTestNodes',
    'sendHeldMessage',
    'dropHeldMessage',
    'continueAnyway',
    'compareWithPrevious',
    'sendPacketToLink',
  ],
  ...['runScriptSection', 'sendPacket', 'newProtocol', 'showProtocolReference', 'exportWiresharkDissector'],
];

export function registerNodes(): vscode.Disposable[] {
  const told = (): void =>
    void tellWarning(vscode.l10n.t('Peerscope: test nodes and protocol modules need VS Code on a desktop or a server.'));
  return [new ScriptLenses(false), ...commands.map((name) => vscode.commands.registerCommand(`peerscope.${name}`, told))];
}
