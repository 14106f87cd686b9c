/**
 * Where the caret stands in a line that was changed: behind the change. A quick pick tells the text and not the caret, which is at the end of
 * what was typed, wherever that is; where nothing tells two places apart, it is the later one.
 */
export function caretAfter(before: string, after: string): number {
  const most = Math.min(before.length, after.length);
  let begun = 0;
  while (begun < most && before[begun] === after[begun]) begun++;
  let ended = 0;
  while (ended < most && before[before.length - 1 - ended] === after[after.length - 1 - ended]) ended++;
  return after.length - Math.min(ended, before.length - begun);
}
