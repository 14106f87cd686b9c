/** `describe_capture`. */
import {
  type Analysis,
  type ConversationSummary,
  coverageNotices,
  lastStates,
  ruleNotices,
  summarise,
  travelled,
} from '../../../dissector/analysis/index.ts';
import { describeCapture } from '../../capture/description.ts';
import { page } from '../answer.ts';
import type { OpenedCapture } from '../captures.ts';
import { type Input, numberOf } from '../input.ts';
import { quoted } from '../quoting.ts';
import { openedFor, type Tooling } from '../tooling.ts';

/** Sentences of a kind that are told. */
const SENTENCES = 8;
/** Kinds of messages, or rules, that are told by name. */
const KINDS = 24;
/** Closed messages of each kind that are asked which key would open them. */
const ASKED = 3;

export async function describe(input: Input, tooling: Tooling, signal: AbortSignal | undefined): Promise<string> {
  const opened = await openedFor(input, tooling, signal);
  const { analysis } = opened;
  const from = numberOf(input, 'from') ?? 0;
  const head = from > 0 ? [] : headOf(opened);
  return page({
    head: [...head, `Conversations${from > 0 ? ` from number ${from}` : ''}, pairs by direction:`],
    items: conversationLines(analysis, from),
    rest: (shown) => `More conversations: call describe_capture with the same input and "from": ${from + shown}.`,
    end: () => 'End. list_findings tells what breaks the specification, list_messages lists the messages.',
  });
}

function headOf({ name, file, analysis, notices }: OpenedCapture): string[] {
  const { near_misses: _near, interfaces, messages, ...description } = describeCapture(file, analysis);
  const counted = Object.entries(messages).flatMap(([protocol, own]) =>
    Object.entries(own).map(([message, count]) => ({ protocol, message, count })),
  );
  const told = [...notices, ...coverageNotices(analysis, 'try decode_as'), ...analysis.passedLimits, ...ruleNotices(analysis)];
  const elapsed = description.first === null ? null : Number((Number(description.last) - Number(description.first)).toFixed(6));
  return [
    'The capture:',
    quoted({ file: name, ...description, seconds: elapsed, interfaces: interfaces.slice(0, 4) }),
    'Messages by name:',
    ...some(counted, 'kinds of messages', KINDS),
    'Findings by rule:',
    ...some(findingCounts(analysis), 'rules', KINDS),
    'How messages travelled:',
    ...closedLines(analysis),
    ...(told.length === 0 ? [] : ['Notices:', ...some(told, 'notices', SENTENCES)]),
  ];
}

/** A line each, up to a number of them. */
function some(all: readonly unknown[], what: string, most: number): string[] {
  if (all.length === 0) return ['none'];
  const lines = all.slice(0, most).map((each) => quoted(each));
  return all.length <= most ? lines : [...lines, `and ${all.length - most} more ${what}`];
}

function findingCounts(analysis: Analysis) {
  const rules = new Map<string, { rule: string; severity: string; clause: string; count: number; first_n: number }>();
  for (let n = 0; n < analysis.messageCount; n++)
    for (const { rule, severity, clause } of analysis.findingsOf(n)) {
      const key = `${rule} ${severity}`;
      const known = rules.get(key);
      if (known === undefined) rules.set(key, { rule, severity, clause, count: 1, first_n: n });
      else known.count++;
    }
  const rank = ['error', 'warning', 'note'];
  return [...rules.values()].sort((a, b) => rank.indexOf(a.severity) - rank.indexOf(b.severity));
}

/** How messages travelled, and which keys would open what is closed. */
function closedLines(analysis: Analysis): string[] {
  const counts = { clear: 0, decrypted: 0, partly: 0, encrypted: 0, broken: 0 };
  const closed = new Map<string, { protocol: string; message: string; count: number; first_n: number }>();
  const missing = new Set<string>();
  for (let n = 0; n < analysis.messageCount; n++) {
    const info = analysis.message(n);
    const how = travelled(info);
    counts[how]++;
    if (how !== 'encrypted' && how !== 'partly') continue;
    const key = `${info.protocol.id} ${info.name}`;
    const kind = closed.get(key) ?? { protocol: info.protocol.id, message: info.name, count: 0, first_n: n };
    closed.set(key, kind);
    kind.count++;
    if (kind.count <= ASKED) for (const sentence of analysis.dissectAlone(info).missing) missing.add(sentence);
  }
  return [
    quoted(counts),
    ...(closed.size === 0 ? [] : ['Still encrypted, in whole or in part:', ...some([...closed.values()], 'kinds', KINDS)]),
    ...(missing.size === 0 ? [] : ['To decrypt them a key log needs:', ...some([...missing], 'keys', SENTENCES)]),
  ];
}

function* conversationLines(analysis: Analysis, from: number): Generator<string> {
  const states = lastStates(analysis);
  for (const summary of summarise(analysis).slice(from)) yield conversationLine(analysis, summary, states.get(summary.id)?.state);
}

function conversationLine(analysis: Analysis, { id, ...summary }: ConversationSummary, state: string | undefined): string {
  const { transport, endpoints } = analysis.conversations[id]!;
  return quoted({ conversation: id, transport, endpoints, protocol: analysis.protocolOf(id)?.id ?? null, state, ...summary });
}
