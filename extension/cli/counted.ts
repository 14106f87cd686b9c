/** What `decode` counts over the messages that it prints, and says of them at its end. */
import { type Analysis, type MessageInfo, type Travelled, travelled } from '../../dissector/analysis/index.ts';
import { counted, countsByProtocol, indented, type MessageCounts, plural, table } from './text.ts';

const MISSING_SENTENCES = 10;

/** Of some messages: what was counted of others is added to it. Plain data, which goes from thread to thread. */
export interface Counted {
  shown: number;
  readonly messages: MessageCounts;
  readonly travelled: Map<Travelled, number>;
  readonly severities: Map<string, number>;
  /** In the order in which they were met. */
  readonly missing: Set<string>;
  readonly pinned: Set<string>;
}

export function nothingCounted(): Counted {
  return {
    shown: 0,
    messages: new Map(),
    travelled: new Map(),
    severities: new Map(),
    missing: new Set(),
    pinned: new Set(),
  };
}

export function countMessageName(to: Counted, { protocol, name }: MessageInfo): void {
  to.shown++;
  counted(to.messages, protocol.id, name);
}

/** `missing`: what would decrypt it, a sentence each. */
export function countMessage(to: Counted, message: MessageInfo, missing: readonly string[], analysis: Analysis): void {
  countMessageName(to, message);
  const how = travelled(message);
  to.travelled.set(how, (to.travelled.get(how) ?? 0) + 1);
  for (const sentence of missing) to.missing.add(sentence);
  for (const { choice, candidate } of analysis.pinsOf(message)) to.pinned.add(`${choice}=${candidate}`);
}

/** Adds what was counted of the messages behind. */
export function addCounted(to: Counted, more: Counted): void {
  to.shown += more.shown;
  for (const [protocol, own] of more.messages) for (const [name, count] of own) counted(to.messages, protocol, name, count);
  for (const [how, count] of more.travelled) to.travelled.set(how, (to.travelled.get(how) ?? 0) + count);
  for (const [severity, count] of more.severities) to.severities.set(severity, (to.severities.get(severity) ?? 0) + count);
  for (const sentence of more.missing) to.missing.add(sentence);
  for (const pin of more.pinned) to.pinned.add(pin);
}

/** The last lines of `decode` for a person. */
export function summary(analysis: Analysis, of: Counted, isFiltered: boolean): string[] {
  const { messageCount, conversationCount, reader } = analysis;
  const lines = [
    ...(messageCount === 0 ? [] : ['']),
    `${isFiltered ? `${of.shown} of ` : ''}${plural(messageCount, 'message')} in ${plural(reader.frames.length, 'frame')} of ${plural(conversationCount, 'conversation')}`,
    ...table(countsByProtocol(of.messages)),
  ];
  const count = (how: Travelled): number => of.travelled.get(how) ?? 0;
  const [decrypted, partly, broken] = [count('decrypted'), count('partly'), count('broken')];
  const closed = count('encrypted') + partly;
  const parts = [
    `${decrypted} decrypted`,
    `${closed} still encrypted${partly === 0 ? '' : ` (${partly} of them decrypted in part)`}`,
    ...(broken === 0 ? [] : [`${broken} malformed or incomplete`]),
  ];
  const encrypted = decrypted + closed + broken;
  if (encrypted > 0) lines.push(`${plural(encrypted, 'message')} travelled encrypted: ${parts.join(', ')}`);
  const worst = ['error', 'warning', 'note'].flatMap((severity) => {
    const found = of.severities.get(severity);
    return found === undefined ? [] : [plural(found, severity)];
  });
  lines.push(worst.length === 0 ? 'no findings' : `findings: ${worst.join(', ')}`);
  for (const pin of of.pinned) lines.push(`pinned: ${pin}; no other candidate was tried for what is still encrypted`);
  const missing = [...of.missing];
  if (missing.length > 0)
    lines.push('to decrypt the rest (--keys KEYLOG):', ...missing.slice(0, MISSING_SENTENCES).map(indented));
  if (missing.length > MISSING_SENTENCES) lines.push(indented(`and ${missing.length - MISSING_SENTENCES} more`));
  return lines;
}
