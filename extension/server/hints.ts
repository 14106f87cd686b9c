/** A few words between those of the text. */
import type { InlayHint, Range } from 'vscode-languageserver';
import { spanOf } from './convert.ts';
import type { Script } from './scripts.ts';
import { markdown } from './words.ts';

export function inlayHints({ text, service }: Script, range: Range): InlayHint[] {
  return service.hints(spanOf(text, range)).map(({ at, label, doc }) => ({
    position: text.positionAt(at),
    label,
    paddingLeft: true,
    ...(doc === '' ? {} : { tooltip: markdown(doc) }),
  }));
}
