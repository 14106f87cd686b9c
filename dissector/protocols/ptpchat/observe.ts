import { fromBase64, type Piece, slicePieces } from '../../bytes/index.ts';
import type { JsonNode } from '../../codec/index.ts';
import {
  type Conversation,
  type ConversationObserver,
  type Direction,
  endedInside,
  type Observer,
  type ObserverContext,
  type Rule,
  type State,
  type StreamBuffer,
  type StreamEnd,
} from '../../protocol/index.ts';
import { framing } from './choices.ts';
import { Conformance } from './conformance/conformance.ts';
import type { Facts } from './facts.ts';
import { isSpace } from './framing.ts';
import { type Element, incompleteName, undecodableName } from './messages.ts';
import { Neighbours } from './neighbours.ts';
import { type Found, type Lost, ObjectStream } from './objectstream.ts';
import { member, type Parsed, parse } from './parse.ts';
import { rules } from './rules.ts';
import { ChannelKeys } from './session.ts';

export function observe(context: ObserverContext<Facts, Neighbours>): Observer {
  const channels = new ChannelKeys(context);
  const watch = new Conformance(context);
  return {
    conversation: (conversation) => new Peers(context, conversation, channels, watch),
    settle: () => channels.settle(),
    end: () => watch.end(),
  };
}

/** Whether bytes are a whole message; one whose end was not captured, or whose beginning; or text that stopped being JSON. */
type Extent = 'whole' | 'cut' | 'tail' | 'broken';

/** Two nodes that send each other JSON objects: one a datagram, or framed on a stream. */
class Peers implements ConversationObserver {
  readonly #context: ObserverContext<Facts, Neighbours>;
  readonly #conversation: Conversation;
  readonly #channels: ChannelKeys;
  readonly #watch: Conformance;
  readonly #objects: readonly [ObjectStream, ObjectStream];
  readonly #neighbours: Neighbours;
  #number: number | undefined;
  /** Bytes that are missing before the next message of a direction, where no message before them could say so. */
  readonly #missing: [number, number] = [0, 0];

  constructor(
    context: ObserverContext<Facts, Neighbours>,
    conversation: Conversation,
    channels: ChannelKeys,
    watch: Conformance,
  ) {
    this.#context = context;
    this.#conversation = conversation;
    this.#channels = channels;
    this.#neighbours = new Neighbours(channels);
    this.#watch = watch;
    const pinned = context.choices.isPinned(framing) ? context.choices.of(framing)[0]!.framing : undefined;
    this.#objects = [new ObjectStream(context.limits, pinned), new ObjectStream(context.limits, pinned)];
  }

  datagram(direction: Direction, bytes: Uint8Array, frame: number, cut: number, pieces?: readonly Piece[]): void {
    const id = this.#message(bytes, direction, frame, pieces, cut > 0 ? 'cut' : 'whole');
    if (cut > 0) this.#find(id, rules.incomplete, `${cut} bytes of the datagram were not captured`);
  }

  stream(direction: Direction, buffer: StreamBuffer, frame: number, ended: boolean, why?: StreamEnd): void {
    for (;;) {
      const found = this.#objects[direction].next(buffer.bytes);
      if (found === undefined) break;
      this.#take(direction, buffer, frame, found);
    }
    if (ended) this.#ended(direction, buffer, frame, why);
  }

  #ended(direction: Direction, buffer: StreamBuffer, frame: number, why: StreamEnd | undefined): void {
    const isInside = this.#objects[direction].lost !== 'broken';
    const id = this.#rest(direction, buffer, frame);
    const text = endedInside(why, 'this message');
    if (id !== undefined && isInside && text !== undefined) this.#find(id, rules.incomplete, text);
    const { pendingStream } = this.#context.limits;
    if (id !== undefined && why === 'limit')
      this.#find(id, rules.limit, `more than the limit pendingStream of ${pendingStream} bytes wait for the end of this message`);
  }

  gap(direction: Direction, buffer: StreamBuffer, length: number): void {
    const id = this.#rest(direction, buffer, 0);
    if (id !== undefined) this.#find(id, rules.gap, `${length} bytes of the stream are missing after this`);
    else this.#missing[direction] += length;
    this.#objects[direction].lose();
    this.#watch.lost(this.#conversation, direction);
  }

  #take(direction: Direction, buffer: StreamBuffer, frame: number, found: Found): void {
    const { kind, length } = found;
    if (length === 0) return;
    const bytes = buffer.bytes.slice(0, length);
    const pieces = buffer.take(length);
    if (kind === 'object')
      this.#message(bytes.subarray(found.head), direction, frame, slicePieces(pieces, found.head, length), 'whole');
    else if (kind === 'skipped') this.#skipped(bytes, direction, pieces, found.why, frame);
  }

  /** Bytes before an object that starts cleanly: a message whose beginning was not captured, or no JSON. */
  #skipped(bytes: Uint8Array, direction: Direction, pieces: readonly Piece[], why: Lost, frame: number): void {
    const last = pieces.at(-1)?.frame ?? frame;
    // A stream that the capture did not see begin starts inside a message as often as not; that is nobody's fault.
    const isTail = why === 'begins' && bytes.at(-1 - trailing(bytes)) === 0x7d;
    const id = this.#message(bytes, direction, last, pieces, isTail || why === 'gap' ? 'tail' : 'broken');
    this.#tellClaimed(id, direction);
    if (why === 'gap') this.#find(id, rules.incomplete, 'the beginning of this message is missing');
  }

  /** What is left at the end of a stream, or before a gap, is a message that never became whole. */
  #rest(direction: Direction, buffer: StreamBuffer, frame: number): number | undefined {
    if (buffer.length === 0) return undefined;
    const why = this.#objects[direction].lost;
    const bytes = buffer.bytes.slice();
    const pieces = buffer.take(bytes.length);
    const last = pieces.at(-1)?.frame ?? frame;
    const id = this.#message(bytes, direction, last, pieces, why === 'broken' ? 'broken' : 'cut');
    this.#tellClaimed(id, direction);
    return id;
  }

  #tellClaimed(id: number, direction: Direction): void {
    const { claimed } = this.#objects[direction];
    if (claimed !== undefined)
      this.#find(
        id,
        rules.limit,
        `the length prefix ${claimed} is over the limit frameLength of ${this.#context.limits.frameLength}`,
      );
    this.#objects[direction].claimed = undefined;
  }

  #message(bytes: Uint8Array, direction: Direction, frame: number, pieces: readonly Piece[] | undefined, extent: Extent): number {
    const { messages } = this.#context;
    const end = bytes.length;
    const parsed = parse(bytes, 0, end, this.#context.limits);
    const state = stateOf(parsed, extent);
    const name = messageName(parsed) ?? (state === 'incomplete' ? incompleteName : undecodableName);
    const id = messages.add({
      conversation: this.#conversation.id,
      direction,
      frame,
      name: messages.nameNumber(name, undecodableName),
      state,
      encrypted: false,
      ...(pieces === undefined ? {} : { pieces }),
    });
    const missing = this.#missing[direction];
    if (missing > 0) this.#find(id, rules.gap, `${missing} bytes of the stream are missing before this`);
    this.#missing[direction] = 0;
    if (extent === 'broken')
      this.#find(id, rules.json, `${parsed.problem?.text ?? 'more follows the JSON text'}; ${end} bytes are skipped`);
    else if (extent === 'whole') this.#check(id, bytes, end, parsed);
    this.#meet(id, direction, parsed);
    this.#channels.see(id, parsed);
    this.#watch.see(id, this.#conversation, direction, parsed);
    return id;
  }

  /** The session of all that two neighbours say, opened by the first HELLO, or by the first message before any. */
  #meet(id: number, direction: Direction, { verb }: Parsed): void {
    const { messages, limits } = this.#context;
    if (this.#number === undefined && messages.sessions.length >= limits.sessions) return;
    this.#number ??= messages.sessions.push(this.#neighbours) - 1;
    messages.setSession(id, this.#number);
    if (verb?.name !== 'HELLO' || this.#neighbours.isGreeted) return;
    this.#neighbours.opener = direction;
    this.#neighbours.isGreeted = true;
  }

  #check(id: number, bytes: Uint8Array, end: number, parsed: Parsed): void {
    const { node, problem, type, verb } = parsed;
    if (problem !== undefined) {
      this.#find(id, problem.kind === 'limit' ? rules.limit : rules.json, problem.text);
      return;
    }
    if (node?.type !== 'object') {
      this.#find(id, rules.json, `a message is an object, this is ${node?.type ?? 'nothing'}`);
      return;
    }
    if (!isBlank(bytes, parsed.end, end)) {
      this.#context.messages.setState(id, 'malformed');
      this.#find(id, rules.trailingBytes, `${end - parsed.end} bytes follow the object`);
    }
    walk(node, (one) => this.#form(id, one));
    if (type === undefined) this.#find(id, rules.messageType, 'msg_type is missing');
    else if (type.type !== 'string') this.#find(id, rules.messageType, `msg_type is ${article(type.type)}, not a string`);
    else if (verb === undefined) this.#find(id, rules.unknownType, 'msg_type is no verb of the specification');
    else {
      if (type.value !== verb.name) this.#find(id, rules.verbCase, `the verb is written in capitals: ${verb.name}`);
      this.#elements(id, parsed.data, verb.elements, verb.name);
    }
  }

  /** Duplicate keys and invalid UTF-8, wherever they stand. */
  #form(id: number, node: JsonNode): void {
    if (node.badUtf8) this.#find(id, rules.utf8, `bytes ${node.start} to ${node.end} of the message are not UTF-8`);
    const keys = new Set<string>();
    for (const { key } of node.members ?? []) {
      if (keys.has(key)) this.#find(id, rules.duplicateKey, `a key stands twice in one object; the last one counts`);
      keys.add(key);
    }
  }

  #elements(id: number, data: JsonNode | undefined, elements: readonly Element[], path: string): void {
    for (const element of elements) {
      const value = member(data, element.name)?.value;
      if (value === undefined) {
        if (element.required !== false) this.#find(id, rules.missingElement, `${path} needs "${element.name}"`);
        continue;
      }
      if (element.type === 'base64') this.#base64(id, value, element.name);
      for (const item of element.items === undefined ? [] : (value.items ?? []))
        this.#elements(id, item, element.items!, `${path}.${element.name}`);
    }
  }

  #base64(id: number, value: JsonNode, name: string): void {
    if (value.type === 'string' && fromBase64(value.value as string) !== undefined) return;
    this.#find(id, rules.base64, `"${name}" is not base64 (standard alphabet, with padding)`);
  }

  #find(id: number, rule: Rule, text: string): void {
    this.#context.messages.addFinding(id, rule, text);
  }
}

/** The verb in capitals, an unknown one as it stands (cut to what a list can show). */
function messageName({ type, verb }: Parsed): string | undefined {
  if (verb !== undefined) return verb.name;
  if (type?.type !== 'string' || type.value === '') return undefined;
  const text = String(type.value);
  return text.length > 32 ? `${text.slice(0, 32)}…` : text;
}

function stateOf({ problem, node, type, data, verb }: Parsed, extent: Extent): State {
  if (extent === 'tail') return 'incomplete';
  if (extent === 'broken') return 'malformed';
  if (problem !== undefined) return extent === 'cut' ? 'incomplete' : 'malformed';
  if (node?.type !== 'object' || type?.type !== 'string') return 'malformed';
  const needsObject = verb?.elements.some((element) => element.required !== false) ?? false;
  return needsObject && data !== undefined && data.type !== 'object' && data.type !== 'null' ? 'malformed' : 'decoded';
}

/** How many bytes of white space stand last. */
function trailing(bytes: Uint8Array): number {
  let count = 0;
  while (count < bytes.length && isSpace(bytes.at(-1 - count)!)) count++;
  return count;
}

function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isSpace(bytes[at]!)) return false;
  return true;
}

function walk(node: JsonNode, visit: (node: JsonNode) => void): void {
  visit(node);
  for (const { value } of node.members ?? []) walk(value, visit);
  for (const item of node.items ?? []) walk(item, visit);
}

function article(type: JsonNode['type']): string {
  return type === 'null' ? 'null' : type === 'array' || type === 'object' ? `an ${type}` : `a ${type}`;
}
