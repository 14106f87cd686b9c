/** `decode` for a person: a line a message, its findings below it, the events of its conversations between, a summary at the end. */

import type { Analysis } from '../../dissector/analysis/index.ts';
import { toHex } from '../../dissector/bytes/index.ts';
import { elapsedMicros } from '../../dissector/capture/index.ts';
import type { Conversation, Direction, Finding, Protocol } from '../../dissector/protocol/index.ts';
import { type Counted, countMessage, nothingCounted, summary } from './counted.ts';
import { bytesOf, type LineBuffer } from './linebuffer.ts';

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
  readonly #endsOf = new Map<number, Uint8Array>();
  /** By protocol and name: of these there are as many as are declared. */
  readonly #what = new Map<Protocol, Map<string, Uint8Array>>();
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
  message(n: number, to: LineBuffer, number = n): void {
    const message = this.#analysis.message(n);
    const { frame, conversation, direction, protocol, name, state, findings } = message;
    const dissection = this.#analysis.dissectAlone(message);
    // Of a capture that is still coming they are met one by one.
    if (this.#unmet === 0) this.#conversations.add(conversation.id);
    countMessage(this.#counted, message, dissection.missing, this.#analysis);
    this.#events(frame - 1, to);
    this.#begin(number, frame, conversation, direction, to);
    to.copy(this.#whatOf(protocol, name));
    if (state !== 'decoded') to.text(`${state}  `);
    to.text(dissection.info.trimEnd());
    to.endLine(true);
    this.#findings(findings, to);
    if (this.#bytes) to.line(`       ${toHex(dissection.whole)}`);
  }

  /** Findings of a message that was told before, which later traffic has brought. */
  later(n: number, to: LineBuffer, number: number, from: number): void {
    const { frame, conversation, direction, protocol, name, findings } = this.#analysis.message(n);
    this.#begin(number, frame, conversation, direction, to);
    to.copy(this.#whatOf(protocol, name));
    to.endLine(true);
    this.#findings(findings.slice(from), to);
  }

  #findings(findings: readonly Finding[], to: LineBuffer): void {
    const { severities } = this.#counted;
    for (const { severity, rule, text, clause } of findings) {
      severities.set(severity, (severities.get(severity) ?? 0) + 1);
      to.line(`       ${severity}  ${rule}  ${text}${clause === '' ? '' : `  (${clause})`}`);
    }
  }

  /** What was counted since it was taken last. */
  takeCounted(): Counted {
    const counted = this.#counted;
    this.#counted = nothingCounted();
    return counted;
  }

  /** What is told after the last message: the events that are left, and the summary. */
  end(to: LineBuffer, counted = this.#counted): void {
    this.#events(this.#analysis.reader.frames.length, to);
    for (const line of summary(this.#analysis, counted, this.#filtered)) to.line(line);
  }

  /** The events that are not told yet, up to a frame. */
  #events(upTo: number, to: LineBuffer): void {
    if (this.#filtered) return;
    for (let frame = this.#told + 1; frame <= upTo; frame++) {
      const event = this.#analysis.event(frame);
      if (event === undefined || !this.#carries(event.conversation)) continue;
      this.#begin('-', frame, this.#analysis.conversations[event.conversation]!, event.direction, to);
      to.text(event.text.trimEnd());
      to.endLine(true);
    }
    this.#told = Math.max(this.#told, upTo);
  }

  #carries(conversation: number): boolean {
    for (let n = 0; n < this.#unmet; n++) this.#conversations.add(this.#analysis.message(n).conversation.id);
    this.#unmet = 0;
    return this.#conversations.has(conversation);
  }

  /** Number, frame, time since the first one, and from whom to whom: each as wide as its column. */
  #begin(n: number | '-', frame: number, conversation: Conversation, direction: Direction, to: LineBuffer): void {
    if (n === '-') to.text('    -');
    else to.number(n, 5);
    to.text('  frame ');
    to.number(frame);
    if (frame < 100) to.text(frame < 10 ? '  ' : ' ');
    to.text('  ');
    const micros = elapsedMicros(this.#analysis.reader, 0, frame - 1);
    if (micros === undefined) to.text('          -');
    else to.seconds(micros, 11);
    to.text('  ');
    to.copy(this.#ends(conversation, direction));
    to.text('  ');
  }

  /** From whom to whom. */
  #ends({ id, endpoints }: Conversation, direction: Direction): Uint8Array {
    const at = id * 2 + direction;
    // A conversation has many lines, and most captures few conversations.
    const known = this.#endsOf.get(at);
    if (known !== undefined) return known;
    const ends = bytesOf(`${endpoints[direction]} → ${endpoints[direction === 0 ? 1 : 0]}`.padEnd(35));
    if (this.#endsOf.size < KEPT_ENDS) this.#endsOf.set(at, ends);
    return ends;
  }

  /** Protocol and message. */
  #whatOf(protocol: Protocol, name: string): Uint8Array {
    const own = this.#what.get(protocol) ?? new Map<string, Uint8Array>();
    const what = own.get(name) ?? bytesOf(`${`${protocol.id} ${name}`.padEnd(22)}  `);
    this.#what.set(protocol, own.set(name, what));
    return what;
  }
}
