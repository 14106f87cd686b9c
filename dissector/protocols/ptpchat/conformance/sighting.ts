import type { JsonNode } from '../../../codec/index.ts';
import type { Conversation, Direction, ObserverContext } from '../../../protocol/index.ts';
import { idKey } from '../digest.ts';
import type { Verb } from '../messages.ts';
import { member, type Parsed, textOf } from '../parse.ts';

/** One message as the rules across messages see it. */
export interface Sighting {
  /** Its number in the table, which also says what came before what. */
  readonly id: number;
  readonly frame: number;
  /** Seconds; NaN in a capture without times, where every rule about time stays silent. */
  readonly time: number;
  /** One direction of one conversation. */
  readonly lane: number;
  readonly back: number;
  readonly transport: Conversation['transport'];
  readonly from: string;
  readonly to: string;
  readonly verb: Verb | undefined;
  readonly data: JsonNode | undefined;
  /** msg_id as a key. */
  readonly msgId: string | undefined;
  /** Nothing about its form is against the specification, so its recipient can have received it correctly. */
  readonly isSound: boolean;
}

export function sightingOf(
  { messages, time }: ObserverContext,
  id: number,
  conversation: Conversation,
  direction: Direction,
  { verb, data, problem }: Parsed,
): Sighting {
  const frame = messages.frame(id);
  const msgId = textOf(member(data, 'msg_id')?.value);
  return {
    id,
    frame,
    time: time(frame),
    lane: laneOf(conversation, direction),
    back: laneOf(conversation, direction === 0 ? 1 : 0),
    transport: conversation.transport,
    from: conversation.endpoints[direction],
    to: conversation.endpoints[direction === 0 ? 1 : 0],
    verb,
    data,
    msgId: msgId === undefined ? undefined : idKey(msgId),
    isSound: problem === undefined && !messages.findings.get(id)?.some(({ severity }) => severity === 'error'),
  };
}

export function laneOf({ id }: Conversation, direction: Direction): number {
  return id * 2 + direction;
}

/** An id or a text of msg_data as a key; undefined where it is absent or neither string nor number. */
export function elementKey({ data }: Sighting, name: string): string | undefined {
  const text = textOf(member(data, name)?.value);
  return text === undefined ? undefined : idKey(text);
}
