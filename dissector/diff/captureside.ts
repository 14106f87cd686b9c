import type { Analysis, MessageInfo } from '../analysis/index.ts';
import type { Field } from '../bytes/index.ts';
import type { Conversation, Direction, Protocol } from '../protocol/index.ts';
import { type Content, contentOf, type MessageContent } from './content.ts';
import type { DeclaredFields } from './declared.ts';
import { type Sequence, type SequenceMessage, sequenceMessage } from './sequence.ts';
import type { DiffSide } from './side.ts';
import type { Tokens } from './tokens.ts';

/** What a message of a capture says. */
export function contentIn(analysis: Analysis, message: MessageInfo, declared: DeclaredFields): Content<Field>[] {
  return contentOf(analysis.layersAlone(message), message.name, declared);
}

/** A capture as a side of a comparison. `wanted` leaves messages out. */
export function captureSide(analysis: Analysis, wanted: (n: number) => boolean = () => true): DiffSide {
  return new CaptureSide(analysis, wanted);
}

interface Found {
  readonly protocol: Protocol;
  readonly conversation: Conversation;
  readonly opener: Direction;
  readonly messages: SequenceMessage[];
}

class CaptureSide implements DiffSide {
  readonly isPart = false;
  readonly #analysis: Analysis;
  readonly #wanted: (n: number) => boolean;

  constructor(analysis: Analysis, wanted: (n: number) => boolean) {
    this.#analysis = analysis;
    this.#wanted = wanted;
  }

  get protocols(): readonly Protocol[] {
    return this.#analysis.protocols;
  }

  sequences(declared: DeclaredFields, tokens: Tokens): Sequence[] {
    const found = new Map<number, Found>();
    for (let n = 0; n < this.#analysis.messageCount; n++) {
      if (!this.#wanted(n)) continue;
      const message = this.#analysis.message(n);
      const { conversation, protocol, direction, frame, name } = message;
      const known = found.get(conversation.id) ?? {
        ...{ protocol, conversation, opener: conversation.opened ? 0 : direction, messages: [] },
      };
      found.set(conversation.id, known);
      const role = direction === known.opener ? 'opener' : 'answerer';
      known.messages.push(sequenceMessage({ n, frame, name, role }, conversation.id, this.#content(message, declared), tokens));
    }
    return [...found.values()].map(({ conversation, protocol, messages }) => ({
      ...{ conversation: conversation.id, protocol: protocol.id, messages, areRolesKnown: conversation.opened },
      periodic: new Set(protocol.periodic),
    }));
  }

  message(n: number, declared: DeclaredFields): MessageContent {
    return this.#content(this.#analysis.message(n), declared);
  }

  bytes(n: number, { source, start, end, generated }: Field): Uint8Array | undefined {
    return generated ? undefined : this.#analysis.dissect(n).tree.sources[source]?.bytes.slice(start, end);
  }

  elapsed({ frame: from }: SequenceMessage, { frame: to }: SequenceMessage): number | undefined {
    if (from === undefined || to === undefined) return undefined;
    const { frames } = this.#analysis.reader;
    const [first, last] = [from - 1, to - 1];
    if (!frames.hasTime(first) || !frames.hasTime(last)) return undefined;
    return Math.abs(frames.seconds(last) - frames.seconds(first) + (frames.nanos(last) - frames.nanos(first)) / 1e9);
  }

  #content(message: MessageInfo, declared: DeclaredFields): MessageContent {
    const { protocol, state, decrypted } = message;
    const contents = contentIn(this.#analysis, message, declared);
    return { protocol: protocol.id, state, isDecrypted: decrypted === true, contents };
  }
}
