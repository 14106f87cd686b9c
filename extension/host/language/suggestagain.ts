/** A completion after which more is to be said brings up what may follow, as if its last character had been typed. */
import type * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient';

export const suggestAgain: Pick<Middleware, 'provideCompletionItem'> = {
  provideCompletionItem: async (document, position, context, token, next) => {
    const found = await next(document, position, context, token);
    for (const item of Array.isArray(found) ? found : (found?.items ?? [])) {
      const command = following(item);
      if (command !== undefined) item.command = { title: '', command };
    }
    return found;
  },
};

function following({ insertText, label }: vscode.CompletionItem): string | undefined {
  const text =
    typeof insertText === 'object' ? insertText.value : (insertText ?? (typeof label === 'string' ? label : label.label));
  if (/\(\$0\)$/.test(text)) return 'editor.action.triggerParameterHints';
  // Where something is written over first, it is said before what follows.
  if (/\$\{?1/.test(text)) return undefined;
  return /[ {[]$|[{[] ?\$0/.test(text) ? 'editor.action.triggerSuggest' : undefined;
}
