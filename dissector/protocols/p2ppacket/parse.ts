import { type Field, valueIn } from '../../bytes/index.ts';
import type { Rule } from '../../protocol/index.ts';
import { type EntryName, type Layouts, longestData } from './messages.ts';
import { rules } from './rules.ts';

/** One entry of a data packet, its numbers read. */
export interface Entry {
  /** Its place in the packet. */
  readonly index: number;
  readonly channel: number;
  readonly type: EntryName;
  readonly sequence: number;
  readonly ack: number;
  readonly field: Field;
}

export interface ParsedData {
  readonly entries: readonly Entry[];
  /** The head of an entry that is not whole, or of no known type: it takes its sequence number all the same. */
  readonly begun?: Pick<Entry, 'channel' | 'sequence'>;
  /** What keeps it from being a data payload; empty when it is one, to the last byte. */
  readonly breaches: readonly { readonly rule: Rule; readonly text: string }[];
}

/** Reads the entries of a data payload, `bytes[start, end)`. */
export function parseData(layouts: Layouts, bytes: Uint8Array, start: number): ParsedData {
  const { field, end, problem } = layouts.data(bytes, 0, start);
  const [count, channels] = field.children ?? [];
  const listed = channels?.children ?? [];
  const entries = listed.flatMap((one, index) => entryOf(layouts, one, index));
  if (count === undefined)
    return { entries, breaches: [{ rule: rules.length, text: 'a data payload has a byte for the number of channels' }] };
  const claimed = count.value as number;
  if (problem !== undefined) {
    // The last entry that was begun is the one that does not fit.
    const last = listed.at(-1);
    const type = last === undefined ? undefined : valueIn(last, 'type');
    const whole = entries.filter(({ index }) => index < listed.length - 1);
    const parsed = { entries: whole, ...begunIn(last) };
    if (typeof type === 'number' && layouts.entryOf(type) === undefined)
      return { ...parsed, breaches: [{ rule: rules.unknownType, text: `channel entry type ${type} is none of the document` }] };
    if (problem.claimedBy === 'length') return { ...parsed, breaches: [{ rule: rules.entryLength, text: problem.text }] };
    const text = `channel_count is ${claimed}, the bytes hold ${whole.length} whole entries: ${problem.text}`;
    return { ...parsed, breaches: [{ rule: rules.channelCount, text }] };
  }
  const tooLong = entries.filter(({ field: one }) => (valueIn(one, 'length') as number) > longestData);
  const breaches = tooLong.map(() => ({ rule: rules.entryLength, text: `an entry carries at most ${longestData} bytes` }));
  if (end === bytes.length) return { entries, breaches };
  return { entries, breaches: [...breaches, leftover(layouts, bytes, end, claimed)] };
}

/** Bytes after the last entry: more entries than were counted, or none. */
function leftover(layouts: Layouts, bytes: Uint8Array, at: number, claimed: number): ParsedData['breaches'][number] {
  const rest = bytes.length - at;
  // As many as there may be: where one of them ends at the end, there are so many.
  const counted = new Uint8Array(1 + rest);
  counted[0] = Math.min(255 - claimed, Math.floor(rest / 10));
  counted.set(bytes.subarray(at), 1);
  const listed = layouts.data(counted).field.children?.[1]?.children ?? [];
  const more = listed.findIndex((one) => one.end === counted.length && one.problem === undefined) + 1;
  const isWhole = more > 0 && (listed[more - 1]!.children ?? []).every((child) => child.problem === undefined);
  if (isWhole) return { rule: rules.channelCount, text: `channel_count is ${claimed}, the bytes hold ${claimed + more} entries` };
  return { rule: rules.trailingBytes, text: `${rest} bytes follow the ${claimed} entries that channel_count announces` };
}

function begunIn(last: Field | undefined): Pick<ParsedData, 'begun'> {
  const [channel, sequence] = last === undefined ? [] : ['id', 'sequence'].map((name) => valueIn(last, name));
  return typeof channel === 'number' && typeof sequence === 'number' ? { begun: { channel, sequence } } : {};
}

function entryOf(layouts: Layouts, field: Field, index: number): Entry[] {
  const [channel, type, sequence, ack] = ['id', 'type', 'sequence', 'ack'].map((name) => valueIn(field, name));
  const name = typeof type === 'number' ? layouts.entryOf(type) : undefined;
  if (name === undefined || typeof channel !== 'number' || typeof sequence !== 'number' || typeof ack !== 'number') return [];
  return [{ index, channel, type: name, sequence, ack, field }];
}
