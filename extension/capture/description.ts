/** A capture as a whole, in the form of `info --json`. */
import { type Analysis, coverage, nearMissText, ruleNotices, timeSpan } from '../../dissector/analysis/index.ts';
import { type CaptureInterface, resolutionText, timeText } from '../../dissector/capture/index.ts';
import { isCutShort, type OpenFile } from './open.ts';

export type CaptureDescription = ReturnType<typeof describeCapture>;

/** Counts of messages by protocol and name are in the order in which they were met. */
export function describeCapture({ reader, format, size, ...file }: OpenFile, analysis: Analysis) {
  const messages = new Map<string, Map<string, number>>();
  for (let n = 0; n < analysis.messageCount; n++) {
    const { protocol, name } = analysis.message(n);
    const own = messages.get(protocol.id) ?? new Map<string, number>();
    messages.set(protocol.id, own.set(name, (own.get(name) ?? 0) + 1));
  }
  const { undecoded, tunnels, unrecognised, nearMisses } = coverage(analysis);
  const [first, last] = timesOf(analysis);
  return {
    format,
    frames: reader.frames.length,
    bytes: size,
    first,
    last,
    link_types: [...new Set(reader.interfaces.map(({ linkType }) => linkType))],
    interfaces: reader.interfaces.map(interfaceJson),
    truncated: isCutShort({ reader, format, size, ...file }),
    undecoded_links: Object.fromEntries(undecoded),
    undecoded_tunnels: Object.fromEntries(tunnels),
    conversations: analysis.conversationCount,
    unrecognised_conversations: unrecognised.length,
    near_misses: nearMisses.map(({ conversation: { transport, endpoints }, ...nearMiss }) => ({
      transport,
      endpoints,
      ...nearMiss,
    })),
    messages: Object.fromEntries([...messages].map(([protocol, own]) => [protocol, Object.fromEntries(own)])),
    secrets: reader.secrets.length,
  };
}

/** What is to be said beside it, a sentence each. */
export function descriptionNotices(analysis: Analysis): string[] {
  return [...coverage(analysis).nearMisses.map(nearMissText), ...analysis.passedLimits, ...ruleNotices(analysis)];
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
