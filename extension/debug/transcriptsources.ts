/** Transcripts as the sources of a client: each part is one, which has a number and no file. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { type CaptureStepper, type MessageLines, steppingLimits } from '../../dissector/stepping/index.ts';
import { type Arguments, argumentsOf, integerIn, Refusal } from './requests.ts';

/** A part of a transcript. */
interface Part {
  readonly conversation: number;
  readonly part: number;
}

export class TranscriptSources {
  readonly #stepper: CaptureStepper;
  readonly #parts: Part[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(stepper: CaptureStepper) {
    this.#stepper = stepper;
  }

  /** The transcripts say something else now: they are other sources, which a client asks for again. */
  renew(): void {
    this.#numbers.clear();
  }

  /** The source that a message stands in, and its line. */
  place(n: number): { readonly source: DebugProtocol.Source; readonly line: number; readonly endLine: number } {
    const { conversation, part, statement, last } = this.#stepper.transcripts.place(n);
    return { source: this.#source({ conversation, part }), line: statement, endLine: last };
  }

  /** Parts of the transcripts of all conversations, up to a limit. */
  all(): readonly DebugProtocol.Source[] {
    const { timeline, transcripts } = this.#stepper;
    const sources: DebugProtocol.Source[] = [];
    for (const conversation of timeline.conversations)
      for (let part = 0; part < transcripts.parts(conversation); part++) {
        if (sources.length >= steppingLimits.threads) return sources;
        sources.push(this.#source({ conversation, part }));
      }
    return sources;
  }

  text(reference: number): string {
    const { conversation, part } = this.#part(reference);
    return this.#stepper.transcripts.part(conversation, part)!.text;
  }

  /** The message at a line of the source that a request names, or the next one there. */
  messageAt(given: unknown, line: number): MessageLines | undefined {
    const reference = integerIn(argumentsOf(given), 'sourceReference') ?? 0;
    const part = this.#parts[reference - 1];
    return part === undefined ? undefined : this.#stepper.transcripts.messageAt(part.conversation, part.part, line);
  }

  /** All messages of a source between two lines. */
  between(given: unknown, first: number, last: number): readonly MessageLines[] {
    const { conversation, part } = this.#part(referenceOf(argumentsOf(given)));
    const { lines } = this.#stepper.transcripts.part(conversation, part)!;
    return lines.filter(({ statement }) => statement >= first && statement <= last);
  }

  #part(reference: number): Part {
    const part = this.#parts[reference - 1];
    if (part === undefined) throw new Refusal('There is no such transcript in this session.');
    return part;
  }

  #source(part: Part): DebugProtocol.Source {
    const key = `${part.conversation} ${part.part}`;
    let sourceReference = this.#numbers.get(key);
    if (sourceReference === undefined) {
      sourceReference = this.#parts.push(part);
      this.#numbers.set(key, sourceReference);
    }
    const name = this.#stepper.transcripts.title(part.conversation, part.part);
    return { name, sourceReference };
  }
}

function referenceOf(source: Arguments): number {
  return integerIn(source, 'sourceReference') ?? 0;
}
