import type { FieldValues, MessageForm } from '../../codec/index.ts';
import type { Link, LinkStatus, NodeContext, NodeDefinition, NodeSession } from '../../protocol/index.ts';
import { type Exchange, OpenQuestions } from '../exchanges.ts';
import { readMessage } from '../layer.ts';
import { definedNode } from './definednode.ts';
import { merged } from './filling.ts';
import type { Identity, IdentityLengths } from './identity.ts';

/** The active side of messages. */
export interface MessagePeer {
  readonly identity?: IdentityLengths;
  /** The values of a message as a node sends it, but for those that were given. */
  readonly fill: (name: string, me: Identity, random: (length: number) => Uint8Array) => FieldValues;
  /** The message that an automatic node answers with, and the values that its question decides. `values`: all of its fields that could be read. */
  readonly answer?: (name: string, values: FieldValues, me: Identity) => readonly [string, FieldValues] | undefined;
}

interface Spoken {
  readonly head: MessageForm;
  readonly messages: readonly MessageForm[];
  readonly name: (values: FieldValues, question: string | undefined) => string;
  readonly exchange?: Exchange;
}

/** Questions of a link that wait for an answer. */
const MOST_ASKED = 1000;

export function messageNode(spoken: Spoken, peer: MessagePeer, port: number | undefined): NodeDefinition {
  const session = (context: NodeContext, me: Identity) => new MessageSession(context, spoken, peer, me);
  const delivers = spoken.messages.map(({ name }) => name);
  return definedNode({ transport: 'udp', port, sealed: [], delivers, identity: peer.identity, session });
}

class MessageSession implements NodeSession {
  readonly #context: NodeContext;
  readonly #spoken: Spoken;
  readonly #peer: MessagePeer;
  readonly #me: Identity;
  /** By link: the names of questions that were sent, and wait. Questions go in direction 0. */
  readonly #asked = new Map<number, OpenQuestions<string>>();
  readonly #heard = new Set<number>();

  constructor(context: NodeContext, spoken: Spoken, peer: MessagePeer, me: Identity) {
    this.#context = context;
    this.#spoken = spoken;
    this.#peer = peer;
    this.#me = me;
  }

  opened({ id }: Link): void {
    this.#asked.set(id, new OpenQuestions(MOST_ASKED));
  }

  received(link: number, bytes: Uint8Array): void {
    const { head, name: nameOf, exchange } = this.#spoken;
    const { values, problem } = readMessage(head, bytes, this.#context.limits);
    if (problem !== undefined) return void this.#context.tell(link, `A message cannot be read: ${problem.text}.`, true);
    const question = exchange?.asks(values) === false ? this.#asked.get(link)?.answer(1, exchange.key(values)) : undefined;
    if (question !== undefined) this.#heard.add(link);
    const name = nameOf(values, question);
    const whole = readMessage(this.#form(name), bytes, this.#context.limits);
    if (whole.problem !== undefined) this.#context.tell(link, `${name} cannot be read: ${whole.problem.text}.`, true);
    const answer = this.#peer.answer?.(name, whole.values, this.#me);
    if (answer !== undefined) this.#context.send(link, ...answer);
    else if (whole.problem === undefined) this.#context.deliver(link, name, whole.values);
  }

  timer(): void {}

  closed(link: number): void {
    this.#asked.delete(link);
    this.#heard.delete(link);
  }

  shutdown(): void {}

  status(link: number): LinkStatus {
    return { state: 'open', doc: 'Every message may be sent.', ready: true, isProven: this.#heard.has(link) };
  }

  allowedMessages(): readonly string[] {
    return this.#spoken.messages.map(({ name }) => name);
  }

  fill(_link: number, message: string, given: FieldValues): FieldValues {
    this.#form(message);
    return merged(
      this.#peer.fill(message, this.#me, (length) => this.#context.random(length)),
      given,
    );
  }

  emit(link: number, message: string, values: FieldValues): Uint8Array {
    const bytes = this.#form(message).encode(values);
    const { exchange } = this.#spoken;
    if (exchange?.asks(values) === true) this.#asked.get(link)?.ask(0, exchange.key(values), message);
    return bytes;
  }

  #form(message: string): MessageForm {
    const form = this.#spoken.messages.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`There is no message ${message}.`);
    return form;
  }
}
