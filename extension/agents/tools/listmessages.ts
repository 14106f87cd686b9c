/** `list_messages`, and the lines of messages in other answers. */
import type { Analysis } from '../../../dissector/analysis/index.ts';
import { elapsedText } from '../../../dissector/capture/index.ts';
import { page } from '../answer.ts';
import { type Input, numberOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { endsOf, filterIn, Matching, openedFor, type Tooling } from '../tooling.ts';

/** Findings that the line of a message has. */
const FINDINGS = 4;

export async function listMessages(input: Input, tooling: Tooling, signal: AbortSignal | undefined): Promise<string> {
  const filter = filterIn(input, tooling);
  const { analysis } = await openedFor(input, tooling, signal);
  const from = numberOf(input, 'from') ?? 0;
  const matching = new Matching(analysis, filter, from);
  let last = from;
  const lines = function* (): Generator<string> {
    for (const n of matching) {
      last = n;
      yield messageText(analysis, n);
    }
  };
  const goOn = (next: number): string => `More messages: call list_messages with the same input and "from": ${next}.`;
  const hints = filter?.hints.map(({ text }) => `The filter: ${quoted(text)}`) ?? [];
  return page({
    head: [
      ...hints,
      `The capture has ${analysis.messageCount} messages${filter === undefined ? '' : '; these match the filter'}:`,
    ],
    items: lines(),
    // The one that had no room is the first of the next page.
    rest: () => goOn(last),
    end: () => (matching.isCut ? goOn(matching.next) : 'End. decode_message shows one of them.'),
  });
}

/** A message on a line. */
export function messageText(analysis: Analysis, n: number): string {
  const message = analysis.message(n);
  const { frame, protocol, name, state, encrypted, findings } = message;
  const told = findings.slice(0, FINDINGS).map(({ severity, rule, text }) => `${severity} ${rule}: ${text}`);
  return quoted({
    ...{ n, frame, seconds: Number(elapsedText(analysis.reader, 0, frame - 1) ?? Number.NaN) },
    ...endsOf(message),
    ...{ protocol: protocol.id, message: name, state },
    ...(encrypted ? { decrypted: message.decrypted } : {}),
    info: analysis.dissectAlone(message).info,
    ...(told.length === 0 ? {} : { findings: told }),
    ...(findings.length > FINDINGS ? { more_findings: findings.length - FINDINGS } : {}),
  });
}
