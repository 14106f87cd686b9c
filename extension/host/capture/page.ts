/** The pages of the webviews. Each loads two files of dist/media and nothing else; the policy says so to the browser. */
import * as vscode from 'vscode';
import { toHex } from '../../../dissector/bytes/index.ts';

export function mediaFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'media');
}

export type PageName = 'capture' | 'comparison' | 'node';

const elements: Readonly<Record<PageName, string>> = {
  capture: 'peerscope-inspector',
  comparison: 'peerscope-comparison',
  node: 'peerscope-nodes',
};

export function pageOf(name: PageName, webview: vscode.Webview, extension: vscode.Uri): string {
  const file = (ending: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(mediaFolder(extension), `${name}.${ending}`)).toString();
  const nonce = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Peerscope</title>
<link rel="stylesheet" href="${file('css')}">
</head>
<body>
<${elements[name]}></${elements[name]}>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}
