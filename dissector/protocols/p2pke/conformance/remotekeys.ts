import { equalBytes } from '../../../bytes/index.ts';
import type { Conversation, Direction, ObserverContext } from '../../../protocol/index.ts';
import type { Claim } from '../claim.ts';
import type { Datagram, MessageWriter } from '../messagewriter.ts';
import { rules } from '../rules.ts';

interface Known {
  readonly key: Uint8Array;
  readonly frame: number;
  /** The session in which it was claimed, by the initiator's e. */
  readonly session: string;
}

/** The long-term keys of a channel's two sides: all sessions of a channel have the same remote key. */
export class RemoteKeys {
  readonly #context: ObserverContext;
  readonly #writer: MessageWriter;
  readonly #conversation: Conversation;
  readonly #known: [Known | undefined, Known | undefined] = [undefined, undefined];

  constructor(context: ObserverContext, conversation: Conversation, notes: MessageWriter) {
    this.#context = context;
    this.#conversation = conversation;
    this.#writer = notes;
  }

  /** An AuthClaim of a message, in the session whose initiator has the ephemeral `session`. */
  claimed({ id, sender, frame }: Datagram, claim: Claim | undefined, session: string): void {
    if (claim === undefined) return;
    this.#writer.facts(id).signature = claim.check;
    if (claim.check.state === 'invalid') this.#writer.find(id, rules.signature, claim.check.why);
    // A claim that does not verify says nothing about who the remote is.
    if (claim.check.state === 'invalid' || claim.key.length === 0) return;
    const before = this.#known[sender];
    this.#known[sender] ??= { key: claim.key.slice(), frame, session };
    if (before === undefined || before.session === session) return;
    if (equalBytes(before.key, claim.key)) {
      this.#writer.facts(id).sameKeyAs = before.frame;
      return;
    }
    const text = `${this.#conversation.endpoints[sender as Direction]} had another long-term key in an earlier session`;
    this.#context.messages.addFinding(id, rules.remoteKeyChanged, text, [before.frame]);
  }
}
