/** `compare_captures`: what `peerscope diff` says. */
import { captureSide, compareCaptures, diffSummary } from '../../../dissector/diff/index.ts';
import { page } from '../answer.ts';
import { type Input, numberOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { type Tooling, wantedIn } from '../tooling.ts';

export async function compare(input: Input, tooling: Tooling, signal: AbortSignal | undefined): Promise<string> {
  const a = await tooling.captures.open(wantedIn(input, 'a', 'keys_a'), signal);
  const b = await tooling.captures.open(wantedIn(input, 'b', 'keys_b'), signal);
  const { limits } = tooling.decoding.options;
  const comparison = compareCaptures(captureSide(a.analysis), captureSide(b.analysis), { limits });
  const { differences, unlisted } = comparison;
  const from = numberOf(input, 'from') ?? 0;
  return page({
    head: [
      'In a sentence, where A is the first capture and B the second one:',
      quoted(diffSummary(comparison)),
      `${differences.length + unlisted} differences; messages in A and B: ${comparison.messages.join(', ')}.`,
      ...(unlisted === 0 ? [] : [`${unlisted} of them are not listed: limit differences.`]),
    ],
    items: differences.slice(from).map(({ kind, field, message, protocol, text, a: inA, b: inB, count }) => {
      const places = { ...(inA === undefined ? {} : { a: inA }), ...(inB === undefined ? {} : { b: inB }) };
      return quoted({ kind, protocol, message, ...(field === undefined ? {} : { field }), text, ...places, count });
    }),
    rest: (shown) => `More differences: call compare_captures with the same input and "from": ${from + shown}.`,
    end: () => 'End. decode_message shows a message of either capture by its n.',
  });
}
