/** `decode` for a person: a line a message, its findings below it, the events of its conversations between, a summary at the end. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { toHex } from '../../dissector/bytes/index.ts';
import { elapsedText } from '../../dissector/capture/index.ts';
import type { Conversation, Direction, Finding } from '../../dissector/protocol/index.ts';
import { type Counted, countMessage, nothingCounted, summary } from './counted.ts';

/** Ends of conversations that are kept as text. */
const KEPT_ENDS = 10_000;

export class ReadableMessages {
  readonly #analysis: Analysis;
  readonly #bytes: boolean;
  /** Only some messages are shown: what happens between them is not. */
  readonly #filtered: boolean;
  #counted = nothingCounted();
  /** Conversations that carry messages: what befalls others is not told. */
  readonly #conversations = new Set<number>();
  /** Messages that were there at the start, and whose conversations are among these only once an event asks for them. */
  #unmet: number;
  readonly #endsOf = new Map<number, string>();
  /** Events of the frames up to this one (1-based) are told. */
  #told = 0;

  constructor(analysis: Analysis, bytes: boolean, filtered = false) {
    this.#analysis = analysis;
    this.#bytes = bytes;
    this.#filtered = filtered;
    this.#unmet = analysis.messageCount;
  }

  /** The lines of message `n` come next: those before it, and the events up to them, are somebody else's. */
  goTo(n: number): void {
    this.#told = n === 0 ? 0 : this.#analysis.message(n - 1).frame - 1;
  }

  /** `number`: what it is called, where that is not its place in the capture. */
  message(n: number, number = n): string[] {
    const message = this.#analysis.message(n);
    const { frame, conversation, direction, protocol, name, state, findings } = message;
    const dissection = this.#analysis.dissectAlone(message);
    // Of a capture that is still coming they are met one by one.
    if (this.#unmet === 0) this.#conversations.add(conversation.id);
    countMessage(this.#counted, message, dissection.missing, this.#analysis);
    const what = `${protocol.id} ${name}`.padEnd(22);
    const told = state === 'decoded' ? '' : `${state}  `;
    const lines = this.#events(frame - 1);
    lines.push(this.#line(number, frame, this.#ends(conversation, direction), `${what}  ${told}${dissection.info}`));
    lines.push(...this.#findings(findings));
    if (this.#bytes) lines.push(`       ${toHex(dissection.whole)}`);
    return lines;
  }

  /** Findings of a message that was told before, which later traffic has brought. */
  later(n: number, number: number, from: number): string[] {
    const { frame, conversation, direction, protocol, name, findings } = this.#analysis.message(n);
    const what = `${protocol.id} ${name}`.padEnd(22);
    return [this.#line(number, frame, this.#ends(conversation, direction), what), ...this.#findings(findings.slice(from))];
  }

  #findings(findings: readonly Finding[]): string[] {
    return findings.map(({ severity, rule, text, clause }) => {
      const { severities } = this.#counted;
      severities.set(severity, (severities.get(severity) ?? 0) + 1);
      return `       ${severity}  ${rule}  ${text}${clause === '' ? '' : `  (${clause})`}`;
    });
  }

  /** What was counted since it was taken last. */
  takeCounted(): Counted {
    const counted = this.#counted;
    this.#counted = nothingCounted();
    return counted;
  }

  /** What is told after the last message: the events that are left, and the summary. */
  end(counted = this.#counted): string[] {
    return [...this.#events(this.#analysis.reader.frames.length), ...summary(this.#analysis, counted, this.#filtered)];
  }

  /** The events that are not told yet, up to a frame. */
  #events(upTo: number): string[] {
    const lines: string[] = [];
    if (this.#filtered) return lines;
    for (let frame = this.#told + 1; frame <= upTo; frame++) {
      const event = this.#analysis.event(frame);
      if (event === undefined || !this.#carries(event.conversation)) continue;
      const conversation = this.#analysis.conversations[event.conversation]!;
      lines.push(this.#line('-', frame, this.#ends(conversation, event.direction), event.text));
    }
    this.#told = Math.max(this.#told, upTo);
    return lines;
  }

  #carries(conversation: number): boolean {
    for (let n = 0; n < this.#unmet; n++) this.#conversations.add(this.#analysis.message(n).conversation.id);
    this.#unmet = 0;
    return this.#conversations.has(conversation);
  }

  #line(n: number | '-', frame: number, ends: string, text: string): string {
    const number = String(n).padStart(5);
    return `${number}  ${`frame ${frame}`.padEnd(9)}  ${this.#elapsed(frame)}  ${ends}  ${text}`.trimEnd();
  }

  /** From whom to whom, as wide as its column. */
  #ends({ id, endpoints }: Conversation, direction: Direction): string {
    const at = id * 2 + direction;
    // A conversation has many lines, and most captures few conversations.
    const known = this.#endsOf.get(at);
    if (known !== undefined) return known;
    const ends = `${endpoints[direction]} → ${endpoints[direction === 0 ? 1 : 0]}`.padEnd(35);
    if (this.#endsOf.size < KEPT_ENDS) this.#endsOf.set(at, ends);
    return ends;
  }

  /** Since the first frame. */
  #elapsed(frame: number): string {
    return (elapsedText(this.#analysis.reader, 0, frame - 1) ?? '-').padStart(11);
  }
}
