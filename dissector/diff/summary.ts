import type { Comparison } from './compare.ts';

/** The comparison in one sentence: what differs first, and what came of it. */
export function diffSummary({ differences, unlisted, messages: [a, b], conversations }: Comparison): string {
  const [first, ...more] = differences;
  if (first === undefined) {
    if (a === 0 && b === 0) return 'Neither capture has a message.';
    return `No difference: ${plural(a, 'message')} in ${plural(conversations.length, 'conversation')}.`;
  }
  const [second, ...rest] = more;
  const isEnd = second?.kind === 'ended early' && second.protocol === first.protocol;
  const left = (isEnd ? rest : more).length + unlisted;
  const others = left === 0 ? '' : `, and ${plural(left, 'more difference')}`;
  return `${first.text}${isEnd ? '; after it nothing was sent' : ''}${others}.`;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
