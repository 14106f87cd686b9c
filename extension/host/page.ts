/** The page of the inspector webview. It loads two files of dist/media and nothing else; the policy says so to the browser. */
import * as vscode from 'vscode';
import { toHex } from '../../dissector/bytes/index.ts';

export function mediaFolder(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'dist', 'media');
}

export function inspectorPage(webview: vscode.Webview, extension: vscode.Uri): string {
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(mediaFolder(extension), name)).toString();
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
<link rel="stylesheet" href="${file('capture.css')}">
</head>
<body>
<peerscope-inspector></peerscope-inspector>
<script nonce="${nonce}" src="${file('capture.js')}"></script>
</body>
</html>`;
}
