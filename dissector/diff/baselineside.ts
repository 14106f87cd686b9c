import type { Limits } from '../bytes/index.ts';
import type { Protocol } from '../protocol/index.ts';
import { BadLine, type BaselineLine, type FieldLine, type HeadLine, parseLine } from './baselinelines.ts';
import { type ComparedField, type Content, type MessageContent, Withheld } from './content.ts';
import type { DeclaredFields } from './declared.ts';
import { type Sequence, type SequenceMessage, sequenceMessage } from './sequence.ts';
import type { DiffSide } from './side.ts';
import type { Tokens } from './tokens.ts';

/** Records and lists inside each other. A tree of a capture is never so deep. */
const MOST_DEPTH = 2_000;

interface Line {
  readonly line: BaselineLine;
  /** From 1. */
  readonly number: number;
  /** Where the next one begins. */
  readonly next: number;
}

/** A message: where its fields begin in the text. */
interface Place {
  readonly protocol: string;
  readonly state: string;
  readonly isDecrypted: boolean;
  readonly from: number;
  /** Of the line that begins it. */
  readonly number: number;
  readonly name: string;
  readonly role: SequenceMessage['role'];
}

interface Conversation {
  readonly protocol: string;
  readonly isOpened: boolean;
  readonly periodic: ReadonlySet<string>;
  readonly messages: number[];
}

/** A baseline as a side of a comparison. Fields are read from its text whenever they are asked for. */
export class BaselineSide implements DiffSide {
  readonly protocols: readonly Protocol[] = [];
  readonly filter: string | undefined;
  readonly isPart: boolean;
  readonly #text: string;
  readonly #conversations: Conversation[] = [];
  readonly #messages: Place[] = [];

  /** Throws BadLine with the number of the line. */
  constructor(text: string) {
    this.#text = text;
    const [first] = linesFrom(text, 0, 1);
    if (first?.line.kind !== 'head') throw new BadLine('line 1: the file is no baseline of Peerscope');
    ({ filter: this.filter, isPart: this.isPart } = first.line satisfies HeadLine);
    this.#index(first);
  }

  /** Ids of the protocols of its conversations. */
  get protocolIds(): readonly string[] {
    return [...new Set(this.#conversations.map(({ protocol }) => protocol))];
  }

  sequences(_declared: DeclaredFields, tokens: Tokens): Sequence[] {
    const shared = (n: number, conversation: number): SequenceMessage => {
      const { number, name, role } = this.#messages[n]!;
      return sequenceMessage({ n, line: number, name, role }, conversation, this.message(n), tokens);
    };
    return this.#conversations.map(({ protocol, isOpened, periodic, messages }, conversation) => ({
      ...{ conversation, protocol, messages: messages.map((n) => shared(n, conversation)), areRolesKnown: isOpened, periodic },
    }));
  }

  message(n: number): MessageContent {
    const { protocol, state, isDecrypted, from, number } = this.#messages[n]!;
    const lines = linesFrom(this.#text, from, number + 1);
    return { protocol, state, isDecrypted, contents: contentsOf(lines) };
  }

  bytes(_n: number, { value, raw }: ComparedField): Uint8Array | undefined {
    return raw ?? (value instanceof Uint8Array ? value : undefined);
  }

  elapsed(): undefined {
    return undefined;
  }

  /** Finds the messages, and proves that every line can be read where it stands. */
  #index(head: Line): void {
    let depth = 0;
    let conversation: Conversation | undefined;
    let last = head.number;
    const bad = (number: number, why: string): BadLine => new BadLine(`line ${number}: ${why}`);
    for (const { line, number, next } of linesFrom(this.#text, head.next, head.number + 1)) {
      last = number;
      const { kind } = line;
      if (kind === 'head') throw bad(number, 'a second head');
      if ((kind === 'conversation' || kind === 'message') && depth > 0) throw bad(number, `a ${kind} inside a record or list`);
      if (kind === 'conversation') {
        checkNotEmpty(conversation, number);
        conversation = { protocol: line.protocol, isOpened: line.isOpened, periodic: new Set(line.periodic), messages: [] };
        this.#conversations.push(conversation);
      } else if (conversation === undefined) throw bad(number, `a ${kind} without a conversation before it`);
      else if (kind === 'message') {
        const { name, role, state, isDecrypted } = line;
        conversation.messages.push(this.#messages.length);
        this.#messages.push({ protocol: conversation.protocol, name, role, state, isDecrypted, from: next, number });
      } else if (conversation.messages.length === 0) throw bad(number, `a ${kind} without a message before it`);
      else if (kind === 'end') {
        if (depth === 0) throw bad(number, 'an end of no record or list');
        depth--;
      } else if (kind !== 'field') {
        depth++;
        if (depth > MOST_DEPTH) throw bad(number, `more than ${MOST_DEPTH} records and lists inside each other`);
      }
    }
    if (depth > 0) throw bad(last, 'the file ends inside a record or list');
    checkNotEmpty(conversation, last + 1);
  }
}

function checkNotEmpty(conversation: Conversation | undefined, number: number): void {
  if (conversation?.messages.length === 0) throw new BadLine(`line ${number}: the conversation above has no message`);
}

/** Reads a baseline; `problem` says why it cannot be read, with the number of the line, in a sentence. Never throws. */
export function readBaseline(bytes: Uint8Array, { baselineSize }: Limits): BaselineSide | { readonly problem: string } {
  if (bytes.length > baselineSize) return { problem: `It is over the limit baselineSize of ${baselineSize} bytes.` };
  try {
    return new BaselineSide(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof BadLine) return { problem: `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.` };
    return { problem: 'It is no text in UTF-8.' };
  }
}

/** Lines with something in them. Throws BadLine with the number of the line. */
function* linesFrom(text: string, from: number, first: number): Generator<Line> {
  let number = first;
  for (let at = from; at < text.length; number++) {
    const end = text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    const part = text.slice(at, next).trim();
    at = next;
    if (part === '') continue;
    yield { line: numbered(part, number), number, next };
  }
}

function numbered(text: string, number: number): BaselineLine {
  try {
    return parseLine(text);
  } catch (error) {
    throw error instanceof BadLine ? new BadLine(`line ${number}: ${error.message}`) : error;
  }
}

/** The layers of a message, up to the line that begins the next one. */
function contentsOf(lines: Iterable<Line>): Content[] {
  const layers: Content[] = [];
  // A stack of its own: what is open, from the outermost.
  const open: (Content & { readonly parts: Content[] })[] = [];
  for (const { line } of lines) {
    if (line.kind === 'end') {
      open.pop();
      continue;
    }
    if (line.kind !== 'record' && line.kind !== 'list' && line.kind !== 'field') break;
    const { kind, name, measure, fresh } = line;
    const above = open.at(-1);
    const path = above === undefined ? name : above.isList ? above.path : `${above.path}.${name}`;
    const shared = { path, name, measure, fresh, isList: kind === 'list' };
    const into = above?.parts ?? layers;
    if (kind === 'field') into.push({ ...shared, field: fieldOf(line), parts: undefined });
    else {
      const content = { ...shared, field: { name, start: 0, end: 0 }, parts: [] };
      into.push(content);
      open.push(content);
    }
  }
  return layers;
}

function fieldOf({ name, value, raw, text, verdict, fresh, length = 0, ordinal, isEmpty }: FieldLine): ComparedField {
  const compared = fresh === undefined || fresh.as === 'sequence' ? value : isEmpty ? undefined : new Withheld(ordinal);
  return {
    ...{ name, start: 0, end: length },
    ...(compared === undefined ? {} : { value: compared }),
    ...(raw === undefined ? {} : { raw }),
    ...(text === undefined ? {} : { text }),
    ...(verdict === undefined ? {} : { check: { state: verdict, why: '' } }),
  };
}
