import type { CaptureReader } from '../capture/index.ts';
import type { Analysis } from './analysis.ts';
import type { MessageInfo } from './messageinfo.ts';

/**
 * How a message travelled: in clear, or encrypted, and then what became of it. Of one that is decrypted partly a part is still
 * encrypted. A broken one is cut off or contradicts its form: no key is missing, its bytes are.
 */
export type Travelled = 'clear' | 'decrypted' | 'partly' | 'encrypted' | 'broken';

export function travelled({ encrypted, decrypted, state }: Pick<MessageInfo, 'encrypted' | 'decrypted' | 'state'>): Travelled {
  if (!encrypted) return 'clear';
  if (decrypted !== false) return decrypted === true ? 'decrypted' : 'partly';
  return state === 'encrypted' ? 'encrypted' : 'broken';
}

/** The earliest and the latest frame (0-based): a capture of several interfaces need not be in order. Undefined where none has a time. */
export function timeSpan({ frames }: CaptureReader): { readonly first: number; readonly last: number } | undefined {
  let first = -1;
  let last = -1;
  for (let index = 0; index < frames.length; index++) {
    if (!frames.hasTime(index)) continue;
    if (first < 0 || frames.elapsed(first, index) < 0) first = index;
    if (last < 0 || frames.elapsed(last, index) > 0) last = index;
  }
  return first < 0 ? undefined : { first, last };
}

/** A conversation as a whole. Pairs are by direction; frames are 1-based. */
export interface ConversationSummary {
  readonly id: number;
  readonly packets: readonly [number, number];
  /** Bytes of its frames on the wire. */
  readonly bytes: readonly [number, number];
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  /** Messages that travelled encrypted, and those of them that are decrypted, with no part still encrypted. */
  readonly encrypted: number;
  readonly decrypted: number;
  readonly findings: number;
}

/** Counts what every conversation of a capture holds, in one pass over its frames and messages. */
export function summarise(analysis: Analysis): ConversationSummary[] {
  const { frames } = analysis.reader;
  const all = analysis.conversations.map(({ id }) => ({
    id,
    packets: [0, 0] as [number, number],
    bytes: [0, 0] as [number, number],
    first: 0,
    last: 0,
    messages: 0,
    encrypted: 0,
    decrypted: 0,
    findings: 0,
  }));
  for (let frame = 1; frame <= frames.length; frame++) {
    const place = analysis.conversationOf(frame);
    if (place === undefined) continue;
    const one = all[place.conversation]!;
    one.packets[place.direction]++;
    one.bytes[place.direction] += frames.original(frame - 1);
    if (one.first === 0) one.first = frame;
    one.last = frame;
  }
  for (let n = 0; n < analysis.messageCount; n++) {
    const message = analysis.message(n);
    const one = all[message.conversation.id]!;
    one.messages++;
    if (message.encrypted) one.encrypted++;
    if (message.decrypted === true) one.decrypted++;
    one.findings += message.findings.length;
  }
  return all;
}
