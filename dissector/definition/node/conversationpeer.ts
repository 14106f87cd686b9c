import type { FieldValues } from '../../codec/index.ts';
import {
  type Link,
  type LinkStatus,
  type Machine,
  type Members,
  type NodeContext,
  type NodeDefinition,
  type NodeSession,
  unknownMember,
} from '../../protocol/index.ts';
import { notDeclared } from '../declared.ts';
import type { Layer } from '../layer.ts';
import { definedNode } from './definednode.ts';
import type { Identity, IdentityLengths } from './identity.ts';
import { LinkConversation, type Shared, WRITTEN } from './linkconversation.ts';
import { NodeTalk } from './nodetalk.ts';
import type { Speaking } from './waiting.ts';

/** The active side of a conversation. */
export interface ConversationPeer {
  readonly identity?: IdentityLengths;
  /** The values of a message that were not given. */
  readonly fill?: (message: string, me: Identity, random: (length: number) => Uint8Array) => FieldValues;
  /** Names of messages that travel encrypted, by `talk.inside`: the fault `wrong-key` applies to them. Those of Noise are known. */
  readonly sealed?: readonly string[];
  /** Speaks on one link, from its beginning. `talk.dialled` tells the sides apart. */
  readonly speak: (talk: NodeTalk, me: Identity) => Speaking;
}

const members: Members<ConversationPeer> = { identity: true, fill: true, sealed: true, speak: true };

/** Throws a TypeError for what is no such peer. */
export function conversationNode(
  id: string,
  layers: readonly Layer[],
  peer: ConversationPeer,
  { port, machine }: { readonly port: number | undefined; readonly machine: Machine | undefined },
): NodeDefinition {
  const unknown = unknownMember(peer, members, 'the "peer" of a conversation');
  if (unknown !== undefined) throw new TypeError(`${id}: ${unknown}`);
  if (typeof peer.speak !== 'function') throw new TypeError(`${id}: "speak" of its peer is a generator function.`);
  // Where a message travels decides whether it is encrypted: in clear, a wrong key changes nothing.
  const delivers = layers.flatMap(({ names }) => names);
  const foreign = peer.sealed?.find((name) => !delivers.includes(name));
  if (foreign !== undefined) throw new TypeError(`${id}: ${notDeclared(id, 'layers', foreign, delivers)}`);
  const sealed = layers.some((layer) => 'field' in layer) ? delivers : (peer.sealed ?? []);
  const session = (context: NodeContext, me: Identity) => new ConversationSession(context, { layers, machine }, peer, me);
  return definedNode({ transport: 'tcp', port, sealed, delivers, identity: peer.identity, session });
}

class ConversationSession implements NodeSession {
  readonly #peer: ConversationPeer;
  readonly #me: Identity;
  readonly #shared: Shared;
  readonly #links = new Map<number, LinkConversation>();

  constructor(context: NodeContext, given: Pick<Shared, 'layers' | 'machine'>, peer: ConversationPeer, me: Identity) {
    this.#peer = peer;
    this.#me = me;
    const fill = (message: string) => peer.fill?.(message, me, (length) => context.random(length)) ?? {};
    this.#shared = { context, ...given, fill, held: 0 };
  }

  opened(link: Link): void {
    const conversation = new LinkConversation(this.#shared, link);
    this.#links.set(link.id, conversation);
    const talk = new NodeTalk(conversation.root, conversation, link.dialled);
    conversation.run(this.#peer.speak(talk, this.#me), () => conversation.root.settle());
  }

  received(link: number, bytes: Uint8Array): void {
    this.#links.get(link)?.root.feed(bytes);
  }

  timer(link: number, name: string): void {
    if (name === WRITTEN) this.#links.get(link)?.goOn();
  }

  closed(link: number): void {
    this.#links.get(link)?.forget();
    this.#links.delete(link);
  }

  shutdown(): void {}

  status(link: number): LinkStatus {
    return this.#links.get(link)?.status ?? { state: 'closed', doc: 'The connection is closed.', ready: false };
  }

  allowedMessages(link: number): readonly string[] {
    return this.#links.get(link)?.messages ?? [];
  }

  fill(link: number, message: string, given: FieldValues): FieldValues {
    return this.#existing(link).fill(message, given);
  }

  emit(link: number, message: string, values: FieldValues, spoiling: Parameters<NodeSession['emit']>[3]): Uint8Array {
    return this.#existing(link).emit(message, values, spoiling);
  }

  #existing(link: number): LinkConversation {
    const conversation = this.#links.get(link);
    if (conversation === undefined) throw new Error('The connection is closed.');
    return conversation;
  }
}
