import type { Analysis } from '../analysis/index.ts';
import { printPacket } from '../script/index.ts';
import { steppingLimits } from './limits.ts';
import { Timeline } from './timeline.ts';

/** Lines of a message in a part of a transcript, from 1: where its comment begins, its statement, and its last one. */
export interface MessageLines {
  readonly n: number;
  readonly first: number;
  readonly statement: number;
  readonly last: number;
}

/** Some messages of a conversation in the packet language, one statement a message. */
export interface TranscriptPart {
  readonly conversation: number;
  readonly part: number;
  readonly text: string;
  readonly lines: readonly MessageLines[];
}

/** Where a message stands in the transcripts. */
export interface TranscriptPlace extends MessageLines {
  readonly conversation: number;
  readonly part: number;
}

/**
 * A message as a statement, its place in the capture in a comment above it. Where its bytes cannot be known or said, comments stand in
 * the place of the statement and say why, with the key that would open it.
 */
export function messageText(analysis: Analysis, n: number): string {
  const { frame, protocol, name, direction, conversation, state, isPartEncrypted } = analysis.message(n);
  const [from, to] = direction === 0 ? conversation.endpoints : [conversation.endpoints[1], conversation.endpoints[0]];
  const place = `# frame ${frame}: ${from} → ${to}`;
  const form = protocol.messages?.find((each) => each.name === name);
  if (state === 'encrypted' && !isPartEncrypted) return `${place}\n# ${protocol.id} ${name} is still encrypted.\n`;
  if (state === 'incomplete') return `${place}\n# ${protocol.id} ${name} is not whole.\n`;
  if (form === undefined) return `${place}\n# ${protocol.id} has no layout for ${name}.\n`;
  const { whole } = analysis.dissect(n).dissection;
  return `${place}\n${printPacket(protocol.id, form, whole)}`;
}

/** The transcripts of a capture's conversations, each in parts, which are written when they are asked for. */
export class Transcripts {
  readonly #analysis: Analysis;
  readonly #timeline: Timeline;
  readonly #kept = new Map<string, TranscriptPart>();

  constructor(analysis: Analysis, timeline: Timeline) {
    this.#analysis = analysis;
    this.#timeline = timeline;
  }

  /** The messages of the capture are others now. */
  forget(): void {
    this.#kept.clear();
  }

  /** How many parts the transcript of a conversation has. */
  parts(conversation: number): number {
    return Math.ceil(this.#timeline.of(conversation).length / steppingLimits.transcriptMessages);
  }

  /** `p2pke, 127.0.0.1:7000 and 127.0.0.1:7001, messages 1 to 200.packet`: a name, not a path. */
  title(conversation: number, part: number): string {
    const list = this.#timeline.of(conversation);
    const { protocol, conversation: one } = this.#analysis.message(list[0]!);
    const title = `${protocol.id}, ${one.endpoints[0]} and ${one.endpoints[1]}`;
    const { transcriptMessages: size } = steppingLimits;
    if (list.length <= size) return `${title}.packet`;
    return `${title}, messages ${part * size + 1} to ${Math.min(list.length, (part + 1) * size)}.packet`;
  }

  /** Undefined where there is no such part. */
  part(conversation: number, part: number): TranscriptPart | undefined {
    const key = `${conversation} ${part}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const { transcriptMessages: size, keptParts } = steppingLimits;
    const members = this.#timeline.of(conversation).subarray(part * size, (part + 1) * size);
    if (members.length === 0) return undefined;
    const written = this.#write(conversation, part, members);
    if (this.#kept.size >= keptParts) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(key, written);
    return written;
  }

  /** Where a message stands; it is one of the timeline. */
  place(n: number): TranscriptPlace {
    const conversation = this.#analysis.message(n).conversation.id;
    const at = Timeline.placeFrom(this.#timeline.of(conversation), n);
    const part = Math.floor(at / steppingLimits.transcriptMessages);
    const lines = this.part(conversation, part)!.lines[at % steppingLimits.transcriptMessages]!;
    return { conversation, part, ...lines };
  }

  /** The message that a line belongs to, or the next one; undefined behind the last. */
  messageAt(conversation: number, part: number, line: number): MessageLines | undefined {
    return this.part(conversation, part)?.lines.find(({ last }) => last >= line);
  }

  #write(conversation: number, part: number, members: Uint32Array): TranscriptPart {
    const lines: MessageLines[] = [];
    const texts: string[] = [];
    let line = 1;
    for (const n of members) {
      const text = this.#message(n);
      const count = text.split('\n').length - 1;
      lines.push({ n, first: line, statement: line + 1, last: line + count - 1 });
      texts.push(text);
      line += count + 1;
    }
    return { conversation, part, text: texts.join('\n'), lines };
  }

  #message(n: number): string {
    const info = this.#analysis.message(n);
    const size = this.#analysis.messageBytes(info).length;
    if (size <= steppingLimits.transcriptBytes) return messageText(this.#analysis, n);
    return `# frame ${info.frame}\n# ${info.protocol.id} ${info.name} has ${size} bytes: it is not written out (limit transcriptBytes).\n`;
  }
}
