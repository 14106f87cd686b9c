/** The capture as a whole. */

import { type Analysis, coverage, nearMissText, ruleNotices, timeSpan } from '../../../dissector/analysis/index.ts';
import { type CaptureInterface, resolutionText, timeText } from '../../../dissector/capture/index.ts';
import { isCutShort } from '../../capture/open.ts';
import { analyse } from '../capture.ts';
import { exitStatus } from '../errors.ts';
import type { Task } from '../task.ts';
import { counted, countsByProtocol, type MessageCounts, plural, table } from '../text.ts';

export async function info(task: Task): Promise<number> {
  const { command, file, out, tell } = task;
  const { analysis } = analyse(task);
  const { reader } = file;
  const counts: MessageCounts = new Map();
  for (let n = 0; n < analysis.messageCount; n++) {
    const { protocol, name } = analysis.message(n);
    counted(counts, protocol.id, name);
  }
  const { undecoded, tunnels, unrecognised, nearMisses } = coverage(analysis);
  for (const sentence of [...nearMisses.map(nearMissText), ...analysis.passedLimits, ...ruleNotices(analysis)]) tell(sentence);
  const [first, last] = timesOf(analysis);
  const all = {
    format: file.format,
    frames: reader.frames.length,
    bytes: file.size,
    first,
    last,
    link_types: [...new Set(reader.interfaces.map(({ linkType }) => linkType))],
    interfaces: reader.interfaces.map(interfaceJson),
    truncated: isCutShort(file),
    undecoded_links: Object.fromEntries(undecoded),
    undecoded_tunnels: Object.fromEntries(tunnels),
    conversations: analysis.conversationCount,
    unrecognised_conversations: unrecognised.length,
    near_misses: nearMisses.map(({ conversation: { transport, endpoints }, ...nearMiss }) => ({
      transport,
      endpoints,
      ...nearMiss,
    })),
    messages: Object.fromEntries([...counts].map(([protocol, own]) => [protocol, Object.fromEntries(own)])),
    secrets: reader.secrets.length,
  };
  if (command.json) await out.line(JSON.stringify(all));
  else for (const line of readable(all, counts)) await out.line(line);
  return exitStatus.read;
}

/** Times of the earliest and the latest frame. */
function timesOf({ reader }: Analysis): [string | null, string | null] {
  const span = timeSpan(reader);
  return span === undefined ? [null, null] : [timeText(reader, span.first), timeText(reader, span.last)];
}

function interfaceJson(one: CaptureInterface) {
  const { linkType, name, description, snapLength } = one;
  return {
    link_type: linkType,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(snapLength === 0 ? {} : { snap_length: snapLength }),
    resolution: resolutionText(one),
  };
}

interface Whole {
  readonly format: string;
  readonly frames: number;
  readonly bytes: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly interfaces: readonly ReturnType<typeof interfaceJson>[];
  readonly truncated: boolean;
  readonly undecoded_links: Readonly<Record<string, number>>;
  readonly undecoded_tunnels: Readonly<Record<string, number>>;
  readonly conversations: number;
  readonly unrecognised_conversations: number;
  readonly secrets: number;
}

function readable(all: Whole, counts: MessageCounts): string[] {
  const rows: [string, string][] = [
    ['format', `${all.format}, ${plural(all.bytes, 'byte')}${all.truncated ? ', cut short' : ''}`],
    ['frames', String(all.frames)],
    ['first', iso(all.first)],
    ['last', iso(all.last)],
    ...all.interfaces.map((each, index): [string, string] => [
      `interface ${index}`,
      [`link type ${each.link_type}`, each.name, each.description, `ticks of ${each.resolution} s`].filter(Boolean).join(', '),
    ]),
    ...Object.entries(all.undecoded_links).map(([link, count]): [string, string] => [
      'not decoded',
      `${plural(count, 'frame')} of link type ${link}`,
    ]),
    ...Object.entries(all.undecoded_tunnels).map(([tunnel, count]): [string, string] => [
      'not looked into',
      `${plural(count, 'frame')} of ${tunnel}`,
    ]),
    ['conversations', String(all.conversations)],
    ...(all.unrecognised_conversations === 0
      ? []
      : [['not recognised', plural(all.unrecognised_conversations, 'conversation')] as [string, string]]),
    ['secrets blocks', String(all.secrets)],
    ...countsByProtocol(counts),
  ];
  return table(rows);
}

/** The date beside the seconds that every command prints. */
function iso(time: string | null): string {
  if (time === null) return 'no time';
  const date = new Date(Number(time) * 1000);
  return Number.isNaN(date.getTime()) ? time : `${time}  ${date.toISOString()}`;
}
