/** `decode` for a person: a line a message, its findings below it, the events of its conversations between, a summary at the end. */

import { type Analysis, type Travelled, travelled } from '../../dissector/analysis/index.ts';
import { toHex } from '../../dissector/bytes/index.ts';
import { elapsedText } from '../../dissector/capture/index.ts';
import type { Conversation, Direction, Finding } from '../../dissector/protocol/index.ts';
import { counted, countsByProtocol, indented, type MessageCounts, plural, table } from './text.ts';

const MISSING_SENTENCES = 10;
/** Ends of conversations that are kept as text. */
const KEPT_ENDS = 10_000;

export class ReadableMessages {
  readonly #analysis: Analysis;
  readonly #bytes: boolean;
  /** Only some messages are shown: what happens between them is not. */
  readonly #filtered: boolean;
  #shown = 0;
  readonly #counts: MessageCounts = new Map();
  readonly #missing = new Set<string>();
  readonly #pinned = new Set<string>();
  readonly #severities = new Map<string, number>();
  readonly #travelled = new Map<Travelled, number>();
  /** Conversations that carry messages: what befalls others is not told. */
  readonly #conversations = new Set<number>();
  readonly #endsOf = new Map<number, string>();
  /** Events of the frames up to this one (1-based) are told. */
  #told = 0;

  constructor(analysis: Analysis, bytes: boolean, filtered = false) {
    this.#analysis = analysis;
    this.#bytes = bytes;
    this.#filtered = filtered;
    for (let n = 0; n < analysis.messageCount; n++) this.#conversations.add(analysis.message(n).conversation.id);
  }

  /** `number`: what it is called, where that is not its place in the capture. */
  message(n: number, number = n): string[] {
    const message = this.#analysis.message(n);
    const { frame, conversation, direction, protocol, name, state, findings } = message;
    const dissection = this.#analysis.dissectAlone(message);
    this.#shown++;
    // Of a capture that is still coming they are met one by one.
    this.#conversations.add(conversation.id);
    counted(this.#counts, protocol.id, name);
    const how = travelled(message);
    this.#travelled.set(how, (this.#travelled.get(how) ?? 0) + 1);
    for (const sentence of dissection.missing) this.#missing.add(sentence);
    if (state === 'encrypted')
      for (const { choice, candidate } of this.#analysis.pins(message.n)) this.#pinned.add(`${choice}=${candidate}`);
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
      this.#severities.set(severity, (this.#severities.get(severity) ?? 0) + 1);
      return `       ${severity}  ${rule}  ${text}${clause === '' ? '' : `  (${clause})`}`;
    });
  }

  /** What is told after the last message: the events that are left, and the summary. */
  end(): string[] {
    return [...this.#events(this.#analysis.reader.frames.length), ...this.#summary()];
  }

  /** The events that are not told yet, up to a frame. */
  #events(upTo: number): string[] {
    const lines: string[] = [];
    if (this.#filtered) return lines;
    for (let frame = this.#told + 1; frame <= upTo; frame++) {
      const event = this.#analysis.event(frame);
      if (event === undefined || !this.#conversations.has(event.conversation)) continue;
      const conversation = this.#analysis.conversations[event.conversation]!;
      lines.push(this.#line('-', frame, this.#ends(conversation, event.direction), event.text));
    }
    this.#told = Math.max(this.#told, upTo);
    return lines;
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

  #summary(): string[] {
    const { messageCount, conversationCount, reader } = this.#analysis;
    const lines = [
      ...(messageCount === 0 ? [] : ['']),
      `${this.#filtered ? `${this.#shown} of ` : ''}${plural(messageCount, 'message')} in ${plural(reader.frames.length, 'frame')} of ${plural(conversationCount, 'conversation')}`,
      ...table(countsByProtocol(this.#counts)),
    ];
    const count = (how: Travelled): number => this.#travelled.get(how) ?? 0;
    const [decrypted, partly, broken] = [count('decrypted'), count('partly'), count('broken')];
    const closed = count('encrypted') + partly;
    const parts = [
      `${decrypted} decrypted`,
      `${closed} still encrypted${partly === 0 ? '' : ` (${partly} of them decrypted in part)`}`,
      ...(broken === 0 ? [] : [`${broken} malformed or incomplete`]),
    ];
    const encrypted = decrypted + closed + broken;
    if (encrypted > 0) lines.push(`${plural(encrypted, 'message')} travelled encrypted: ${parts.join(', ')}`);
    const worst = ['error', 'warning', 'note'].flatMap((severity) => {
      const count = this.#severities.get(severity);
      return count === undefined ? [] : [plural(count, severity)];
    });
    lines.push(worst.length === 0 ? 'no findings' : `findings: ${worst.join(', ')}`);
    for (const pin of this.#pinned) lines.push(`pinned: ${pin}; no other candidate was tried for what is still encrypted`);
    const missing = [...this.#missing];
    if (missing.length > 0)
      lines.push('to decrypt the rest (--keys KEYLOG):', ...missing.slice(0, MISSING_SENTENCES).map(indented));
    if (missing.length > MISSING_SENTENCES) lines.push(indented(`and ${missing.length - MISSING_SENTENCES} more`));
    return lines;
  }

  /** Since the first frame. */
  #elapsed(frame: number): string {
    return (elapsedText(this.#analysis.reader, 0, frame - 1) ?? '-').padStart(11);
  }
}
