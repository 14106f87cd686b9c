import { parameterText, signatureText } from '../run/function.ts';
import { functionOf } from '../run/functions.ts';
import { cursorContextAt } from './cursorcontext.ts';
import type { SignatureHelp } from './editing.ts';

/** The innermost call around a place of a part. */
export function signatureAt(text: string, at: number): SignatureHelp | undefined {
  const call = cursorContextAt(text, at)?.open.findLast(({ mark }) => mark === '(');
  const called = call && functionOf(call.name ?? '');
  if (call === undefined || called === undefined) return undefined;
  const { parameters, doc, name } = called;
  let from = name.length + 1;
  const spans = parameters.map((each) => {
    const span = { start: from, end: from + parameterText(each).length, doc: each.doc };
    from = span.end + 2;
    return span;
  });
  const isRepeated = parameters.at(-1)?.repeated === true;
  const active = isRepeated ? Math.min(call.index, parameters.length - 1) : call.index;
  return { label: signatureText(called), doc, parameters: spans, active };
}
