/** Notifications: the only place that shows them, so that the words of others make no links in any of them. */
import * as vscode from 'vscode';
import { plainWords } from './plainwords.ts';

type Rest = readonly (string | vscode.MessageOptions)[];
type Show = (text: string, ...rest: Rest) => Thenable<string | undefined>;

const { window } = vscode;

export const tellError = telling(window.showErrorMessage as Show);
export const tellWarning = telling(window.showWarningMessage as Show);
export const tellInformation = telling(window.showInformationMessage as Show);

/** As VS Code's functions of these names; `rest`: options, and the labels of buttons, of which the chosen one comes back. */
function telling(show: Show): Show {
  return (text, ...rest) => show(plainWords(text), ...rest.map(plainOption));
}

function plainOption(option: string | vscode.MessageOptions): string | vscode.MessageOptions {
  return typeof option === 'string' || option.detail === undefined ? option : { ...option, detail: plainWords(option.detail) };
}
