/** A capture as a whole, in the form of `info --json`. */
import { type Analysis, coverage, nearMissText, ruleNotices } from '../../dissector/analysis/index.ts';
import { type CaptureInterface, timeText } from '../../dissector/capture/index.ts';
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
  const [first, last] = timeSpan(analysis);
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

/** Times of the earliest and the latest frame: a capture of several interfaces need not be in order. */
function timeSpan({ reader }: Analysis): [string | null, string | null] {
  const { frames } = reader;
  let first = -1;
  let last = -1;
  for (let index = 0; index < frames.length; index++) {
    if (!frames.hasTime(index)) continue;
    if (first < 0 || frames.elapsed(first, index) < 0) first = index;
    if (last < 0 || frames.elapsed(last, index) > 0) last = index;
  }
  return first < 0 ? [null, null] : [timeText(reader, first), timeText(reader, last)];
}

function interfaceJson({ linkType, name, description, snapLength, resolution }: CaptureInterface) {
  return {
    link_type: linkType,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(snapLength === 0 ? {} : { snap_length: snapLength }),
    resolution: resolution.base === 'decimal' ? `1e-${resolution.exponent}` : `2^-${resolution.exponent}`,
  };
}
