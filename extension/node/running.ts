/** One node of the editor: its sockets, and what a page shows of it beside what it has in common with a relay. */
import { randomBytes } from 'node:crypto';
import { pinsIn, readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import type { FieldValues } from '../../dissector/codec/index.ts';
import { type Address, type Link, type Protocol, whyNotAllowed } from '../../dissector/protocol/index.ts';
import { type Fault, faultWords, type Held, NodeRefusal, type TestNode } from '../../dissector/testnode/index.ts';
import type { HeldAction, LinkState, NodeState, NodeWish } from '../wire/node.ts';
import { actOnHeld, type Decoding, type Edited, type Speaker, type Watching, type Witness } from './driven.ts';
import { nodeLimitsIn } from './limits.ts';
import { readFault } from './readfault.ts';
import { Runner, type RunnerParts } from './runner.ts';
import { addressText } from './sockets/address.ts';
import { SocketNode } from './sockets/socketnode.ts';
import { allowedAddress } from './sockets/wished.ts';

/** The settings below `peerscope`, the protocols that are known, and the hosts beyond this machine that a person has allowed. */
export interface Knowledge {
  readonly tree: Readonly<Record<string, unknown>>;
  readonly protocols: readonly Protocol[];
  readonly allow: readonly string[];
}

/** Throws an Error with a sentence when the wish cannot be fulfilled. */
export async function startNode(
  id: number,
  wish: NodeWish,
  { tree, protocols, allow }: Knowledge,
  recording: string,
  changed: () => void,
  witness: Witness = () => {},
): Promise<RunningNode> {
  const protocol = protocols.find((each) => each.id === wish.protocol);
  if (protocol?.peer === undefined) throw new NodeRefusal(`There is no test node of "${wish.protocol}".`);
  const address = await allowedAddress(wish.address, allow);
  const kind = wish.identityKind === '' ? undefined : wish.identityKind;
  const made = wish.identity === '' ? protocol.peer.createIdentity((length) => randomBytes(length), kind) : undefined;
  const identity = (await made) ?? wish.identity;
  const parts = { id, wish: { ...wish, identity }, protocol, recording };
  const node = new RunningNode(parts, address, { changed, witness });
  const { choices } = readDecodeOptions({ choices: pinsIn(tree, protocols) }, protocols);
  await node.open(identity, { choices, limits: nodeLimitsIn(tree, protocols) });
  return node;
}

export class RunningNode extends Runner<Fault, TestNode> implements Speaker {
  readonly #address: Address;
  /** Why nobody could be dialled, until somebody is. */
  #refused: string | undefined;
  #socket: SocketNode | undefined;

  constructor(parts: Omit<RunnerParts<Fault>, 'kind' | 'words' | 'read'>, address: Address, watching: Watching) {
    super({ ...parts, kind: 'node', words: faultWords, read: readFault }, watching);
    this.#address = address;
  }

  async open(identity: string, decoding: Decoding): Promise<void> {
    const { transport, direction, role, mode } = this.wish;
    const faults = this.prepare(decoding, true);
    const listens = direction === 'listen';
    this.#socket = await SocketNode.start(
      {
        ...{ protocol: this.spoken, transport, identity, ...decoding, faults, mode, seed: this.seed },
        ...(role === '' ? {} : { role }),
        listen: listens ? this.#address : undefined,
        happened: (event) => {
          if (event.kind === 'opened') this.#refused = undefined;
          // Nobody is there yet: what is told is of the dial.
          else if (event.kind === 'told' && event.link === undefined && event.grave && !listens) this.#refused = event.text;
          this.happened(event, true);
        },
      },
      listens ? undefined : this.#address,
    );
    await this.run(this.#socket);
  }

  protected get engine(): TestNode | undefined {
    return this.#socket?.node;
  }

  protected get sockets(): SocketNode | undefined {
    return this.#socket;
  }

  /** Throws an Error with a sentence once it is stopped. */
  get node(): TestNode {
    return this.controls;
  }

  get speaker(): this {
    return this;
  }

  /** Its own keys are in its recording. */
  get keyLogs(): readonly string[] {
    return [];
  }

  encoded({ message }: Held, values: FieldValues): Uint8Array | undefined {
    return this.spoken.messages?.find(({ name }) => name === message)?.encode(values);
  }

  /** Bytes of its recording so far. */
  recorded(): number {
    this.flush();
    return this.journal.written;
  }

  /** The address at the other end of a link, as captures write it; undefined once the link is gone. */
  remoteOf(link: number): string | undefined {
    const found = this.node.links.find(({ id }) => id === link);
    return found === undefined ? undefined : addressText(found.remote);
  }

  dialAgain(): boolean {
    if (!this.isRunning || this.#socket === undefined || this.wish.direction !== 'connect') return this.isRunning;
    this.#refused = undefined;
    this.#socket.dial(this.#address);
    this.changed();
    return true;
  }

  protected get addressAgain(): string {
    return this.wish.direction === 'listen' ? addressText(this.#socket?.local ?? this.#address) : this.wish.address;
  }

  act(held: number, action: HeldAction, edited: Edited | undefined): void {
    const { node } = this;
    const waiting = node.held.find(({ id }) => id === held);
    if (waiting?.direction !== 'out' || edited === undefined || !('bytes' in edited)) {
      actOnHeld(node, held, action, edited);
      return;
    }
    if (action.kind !== 'send') throw new Error('What is written as raw bytes can only be sent.');
    for (let time = 0; time < action.times; time++) node.sendRaw(waiting.link.id, edited.bytes);
    // Over UDP the node takes it for sent.
    node.drop(held);
  }

  state(): NodeState {
    const { direction } = this.wish;
    return {
      ...this.common,
      action: direction,
      where:
        direction === 'listen'
          ? `listens on ${addressText(this.#socket?.local ?? this.#address)}`
          : `dials ${addressText(this.#address)}`,
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
      links: (this.engine?.links ?? []).map((link) => this.#link(link)),
    };
  }

  /** What comes is recorded when it comes. */
  protected isRecorded({ direction }: Held): boolean {
    return direction === 'in';
  }

  protected wayOf({ link: { local, remote }, direction }: Held): readonly [Address, Address] {
    return direction === 'out' ? [local, remote] : [remote, local];
  }

  #link({ id, remote, dialled }: Link): LinkState {
    const node = this.#socket!.node;
    const { state, doc, ready } = node.status(id);
    const offers = node.offers(id);
    const { messages = [], machines = [] } = this.spoken;
    const others = messages.flatMap(({ name }) =>
      offers.includes(name) ? [] : [{ name, why: whyNotAllowed(machines, state, name) }],
    );
    return { id, remote: addressText(remote), dialled, state, doc, ready, offers, others };
  }
}
