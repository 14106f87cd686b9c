import { fromBase64, type Piece, slicePieces } from '../../bytes/index.ts';
import type { JsonNode } from '../../codec/index.ts';
import type {
  Bench,
  Conversation,
  ConversationObserver,
  Direction,
  Observer,
  Rule,
  State,
  StreamBuffer,
} from '../../session/index.ts';
import { Channels } from './channels.ts';
import { type Framing, framingOf, isSpace, lengthPrefix, longestObject, ObjectScanner, prefixedLength } from './framing.ts';
import { type Element, undecodableName } from './messages.ts';
import { member, type Parsed, parse } from './parse.ts';
import { rules } from './rules.ts';
import { Watch } from './watch.ts';

export function observe(bench: Bench): Observer {
  const channels = new Channels(bench);
  const watch = new Watch(bench);
  return {
    conversation: (conversation) => new Peers(bench, conversation, channels, watch),
    end: () => {
      channels.settle();
      watch.end();
    },
  };
}

/** Two nodes that send each other JSON objects: one a datagram, or framed on a stream. */
class Peers implements ConversationObserver {
  readonly #bench: Bench;
  readonly #conversation: Conversation;
  readonly #channels: Channels;
  readonly #watch: Watch;
  readonly #framing: [Framing | undefined, Framing | undefined] = [undefined, undefined];
  readonly #scanners = [new ObjectScanner(), new ObjectScanner()] as const;

  constructor(bench: Bench, conversation: Conversation, channels: Channels, watch: Watch) {
    this.#bench = bench;
    this.#conversation = conversation;
    this.#channels = channels;
    this.#watch = watch;
  }

  datagram(direction: Direction, bytes: Uint8Array, frame: number, cut: number, pieces?: readonly Piece[]): void {
    const id = this.#message(bytes, 0, bytes.length, direction, frame, pieces, cut > 0);
    if (cut > 0) this.#find(id, rules.incomplete, `${cut} bytes of the datagram were not captured`);
  }

  stream(direction: Direction, buffer: StreamBuffer, frame: number, ended: boolean): void {
    while (this.#next(direction, buffer, frame)) {}
    if (ended) this.#rest(direction, buffer, frame);
  }

  gap(direction: Direction, buffer: StreamBuffer, length: number): void {
    const id = this.#rest(direction, buffer, 0);
    if (id !== undefined) this.#find(id, rules.gap, `${length} bytes of the stream are missing after this`);
  }

  /** Takes one whole object from the buffer; false when it holds none. */
  #next(direction: Direction, buffer: StreamBuffer, frame: number): boolean {
    skipSpace(buffer, this.#framing[direction]);
    this.#framing[direction] ??= framingOf(buffer.bytes);
    const framing = this.#framing[direction];
    if (framing === undefined) return false;
    const head = framing === 'length' ? lengthPrefix : 0;
    const length = framing === 'length' ? this.#prefixed(buffer) : this.#scanners[direction].end(buffer.bytes);
    if (length === undefined) return false;
    this.#scanners[direction].reset();
    const bytes = buffer.bytes;
    const copy = bytes.slice(head, length);
    const pieces = buffer.take(length);
    this.#message(copy, 0, copy.length, direction, frame, slicePieces(pieces, head, length), false);
    return true;
  }

  #prefixed(buffer: StreamBuffer): number | undefined {
    const { bytes } = buffer;
    if (bytes.length < lengthPrefix) return undefined;
    const length = prefixedLength(bytes);
    return length > longestObject || bytes.length < lengthPrefix + length ? undefined : lengthPrefix + length;
  }

  /** What is left at the end of a stream, or before a gap, is a message that never became whole. */
  #rest(direction: Direction, buffer: StreamBuffer, frame: number): number | undefined {
    this.#framing[direction] = undefined;
    this.#scanners[direction].reset();
    if (buffer.length === 0) return undefined;
    const bytes = buffer.bytes.slice();
    const pieces = buffer.take(bytes.length);
    const last = pieces.at(-1)?.frame ?? frame;
    return this.#message(bytes, 0, bytes.length, direction, last, pieces, true);
  }

  #message(
    bytes: Uint8Array,
    start: number,
    end: number,
    direction: Direction,
    frame: number,
    pieces: readonly Piece[] | undefined,
    cut: boolean,
  ): number {
    const { messages } = this.#bench;
    const parsed = parse(bytes, start, end);
    const name = messageName(parsed);
    const id = messages.add({
      conversation: this.#conversation.id,
      direction,
      frame,
      name: messages.nameNumber(name, undecodableName),
      state: stateOf(parsed, cut),
      encrypted: false,
      ...(pieces === undefined ? {} : { pieces }),
    });
    if (cut && parsed.problem !== undefined) this.#find(id, rules.incomplete, parsed.problem.text);
    else this.#check(id, bytes, end, parsed);
    this.#channels.see(id, parsed);
    this.#watch.see(id, this.#conversation, direction, parsed);
    return id;
  }

  #check(id: number, bytes: Uint8Array, end: number, parsed: Parsed): void {
    const { node, problem, type, verb } = parsed;
    if (problem !== undefined) {
      this.#find(id, rules.json, problem.text);
      return;
    }
    if (node?.type !== 'object') {
      this.#find(id, rules.json, `a message is an object, this is ${node?.type ?? 'nothing'}`);
      return;
    }
    if (!isBlank(bytes, parsed.end, end)) this.#find(id, rules.trailingBytes, `${end - parsed.end} bytes follow the object`);
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
    this.#bench.messages.find(id, rule, text);
  }
}

/** The verb in capitals, an unknown one as it stands (cut to what a list can show). */
function messageName({ type, verb }: Parsed): string {
  if (verb !== undefined) return verb.name;
  if (type?.type !== 'string' || type.value === '') return undecodableName;
  const text = String(type.value);
  return text.length > 32 ? `${text.slice(0, 32)}…` : text;
}

function stateOf({ problem, node, type, data, verb }: Parsed, cut: boolean): State {
  if (problem !== undefined) return cut ? 'incomplete' : 'malformed';
  if (node?.type !== 'object' || type?.type !== 'string') return 'malformed';
  const needsObject = verb?.elements.some((element) => element.required !== false) ?? false;
  return needsObject && data !== undefined && data.type !== 'object' && data.type !== 'null' ? 'malformed' : 'decoded';
}

function skipSpace(buffer: StreamBuffer, framing: Framing | undefined): void {
  if (framing === 'length') return;
  const { bytes } = buffer;
  let spaces = 0;
  while (spaces < bytes.length && isSpace(bytes[spaces]!)) spaces++;
  if (spaces > 0) buffer.take(spaces);
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
