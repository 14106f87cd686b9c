/** An agent that calls the tool that `call.json` of the folder names, and writes the answer, or why there is none, into `answer.txt`. */
const vscode = require('vscode');

async function call() {
  const folder = vscode.workspace.workspaceFolders[0].uri;
  const { tool, input } = JSON.parse(
    new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'call.json'))),
  );
  const { token } = new vscode.CancellationTokenSource();
  const answer = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined }, token).then(
    ({ content }) => content.map(({ value }) => value).join(''),
    (error) => `no answer: ${error.message}`,
  );
  await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, 'answer.txt'), new TextEncoder().encode(answer));
}

exports.activate = ({ subscriptions }) => {
  subscriptions.push(vscode.commands.registerCommand('otherAgent.call', call));
};
