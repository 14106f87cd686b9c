/** One node of the editor: its sockets, its recording, and what a page shows of it. */
import { randomBytes, randomInt } from 'node:crypto';
import { pinsIn, readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import type { FieldValues } from '../../dissector/codec/index.ts';
import { type Address, type Link, type Protocol, whyNotAllowed } from '../../dissector/protocol/index.ts';
import { faultWords, type Held, NodeRefusal, Recorder, type TestNode } from '../../dissector/testnode/index.ts';
import type { HeldAction, HeldState, LinkState, NodeMode, NodeState, NodeWish } from '../wire/node.ts';
import { actOnHeld, type Decoding, type Driven, type Edited, type Speaker, type Watching, type Witness } from './driven.ts';
import { FaultList } from './faultlist.ts';
import { type FrameSpan, HeldFrames } from './heldframes.ts';
import { Journal } from './journal.ts';
import { nodeLimitsIn } from './limits.ts';
import { heldSummary } from './messagetext.ts';
import { Rate } from './rate.ts';
import { faultSpec, readFault } from './readfault.ts';
import { addressText } from './sockets/address.ts';
import { wallClock } from './sockets/clock.ts';
import { kernelDrops } from './sockets/kerneldrops.ts';
import { SocketNode } from './sockets/socketnode.ts';
import { allowedAddress } from './sockets/wished.ts';

const FLUSH_MS = 50;
const MOST_SHOWN = 20;

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
  const node = new RunningNode(id, { ...wish, identity }, address, recording, { changed, witness });
  const { choices } = readDecodeOptions({ choices: pinsIn(tree, protocols) }, protocols);
  await node.open(protocol, identity, { choices, limits: nodeLimitsIn(tree, protocols) });
  return node;
}

export class RunningNode implements Driven, Speaker {
  readonly id: number;
  readonly #wish: NodeWish;
  readonly #address: Address;
  readonly #journal: Journal;
  readonly #faults = new FaultList(faultWords);
  readonly #heldFrames = new HeldFrames();
  /** Why nobody could be dialled, until somebody is. */
  #refused: string | undefined;
  /** While it does not run: the one that it had. */
  #mode: NodeMode;
  readonly #seed = randomInt(2 ** 32);
  readonly #changed: () => void;
  readonly #witness: Witness;
  #protocol: Protocol | undefined;
  #decoding: Decoding | undefined;
  #socket: SocketNode | undefined;
  #recorder: Recorder | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  /** The debug session for which it stands still. */
  #stillFor: string | undefined;
  readonly #rate = new Rate(() => this.#lost());

  constructor(id: number, wish: NodeWish, address: Address, recording: string, { changed, witness }: Watching) {
    this.id = id;
    this.#wish = wish;
    this.#mode = wish.mode;
    this.#address = address;
    this.#changed = changed;
    this.#witness = witness;
    this.#journal = new Journal(recording, 'node', changed);
  }

  async open(protocol: Protocol, identity: string, { choices, limits }: Decoding): Promise<void> {
    const { transport, direction, role, mode } = this.#wish;
    const specs = this.#wish.faults.map(faultSpec);
    const faults = specs.map((spec) => readFault(spec, protocol, transport));
    for (const [at, fault] of faults.entries()) this.#faults.add(specs[at]!, fault);
    this.#recorder = new Recorder({
      ...{ transport, secrets: true, application: 'Peerscope', now: wallClock },
      stoodStill: () => ({ milliseconds: this.#socket?.node.stoodStill ?? 0, why: 'a debugger was stopped' }),
      write: (bytes) => this.#journal.write(bytes),
    });
    this.#protocol = protocol;
    this.#decoding = { choices, limits };
    const listens = direction === 'listen';
    this.#socket = await SocketNode.start(
      {
        ...{ protocol, transport, identity, choices, limits, faults, mode, seed: this.#seed },
        ...(role === '' ? {} : { role }),
        listen: listens ? this.#address : undefined,
        happened: (event) => {
          if (this.#recorder !== undefined) this.#journal.record(event, this.#recorder);
          this.#witness(event);
          if (event.kind === 'held') this.#arrived();
          if (event.kind === 'opened') this.#refused = undefined;
          // Nobody is there yet: what is told is of the dial.
          else if (event.kind === 'told' && event.link === undefined && event.grave && !listens) this.#refused = event.text;
          this.#journal.happened(event);
        },
      },
      listens ? undefined : this.#address,
    );
    await this.#record(this.#socket);
    this.#running = true;
    this.#timer = setInterval(() => {
      this.#journal.pass();
      const lost = this.#socket?.lost;
      if (lost === undefined) return;
      this.#journal.tell(`${lost} The node is stopped.`, true);
      void this.stop();
    }, FLUSH_MS);
    this.#changed();
  }

  /** A node that could not be started leaves no file behind. */
  async #record(socket: SocketNode): Promise<void> {
    try {
      this.#journal.open();
    } catch (error) {
      await socket.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#mode = this.#socket?.node.mode ?? this.#mode;
    clearInterval(this.#timer);
    await this.#socket?.stop();
    this.#journal.end(() => this.#recorder?.flush());
    this.#changed();
  }

  flush(): void {
    if (!this.#running) return;
    this.#recorder?.flush();
    this.#journal.flush();
  }

  get recording(): string {
    return this.#journal.recording;
  }

  /** Bytes of its recording so far. */
  recorded(): number {
    this.flush();
    return this.#journal.written;
  }

  /** How its recording is decoded. Throws an Error with a sentence before it runs. */
  get decoding(): Decoding {
    if (this.#decoding === undefined) throw new Error('The node does not run yet.');
    return this.#decoding;
  }

  get stoodStill(): number {
    return this.#socket?.node.stoodStill ?? 0;
  }

  get keyLogs(): readonly string[] {
    return [];
  }

  get isRelay(): boolean {
    return false;
  }

  get transport(): 'udp' | 'tcp' {
    return this.#wish.transport;
  }

  encoded({ message }: Held, values: FieldValues): Uint8Array | undefined {
    return this.#protocol?.messages?.find(({ name }) => name === message)?.encode(values);
  }

  framesOf(held: number): FrameSpan | undefined {
    return this.#heldFrames.of(held);
  }

  #arrived(): void {
    const held = this.#socket?.node.held ?? [];
    this.#heldFrames.changed(
      held.filter(({ direction }) => direction === 'in'),
      this.#journal.newest,
    );
  }

  /** The address at the other end of a link, as captures write it; undefined once the link is gone. */
  remoteOf(link: number): string | undefined {
    const found = this.node.links.find(({ id }) => id === link);
    return found === undefined ? undefined : addressText(found.remote);
  }

  get protocol(): string {
    return this.#wish.protocol;
  }

  /** Throws an Error with a sentence once it is stopped. */
  get node() {
    if (this.#socket === undefined || !this.#running) throw new Error('The node is stopped.');
    return this.#socket.node;
  }

  get controls(): TestNode {
    return this.node;
  }

  get speaker(): this {
    return this;
  }

  /** Stands still while a debug session is stopped, by its name; goes on without one. */
  standStill(session: string | undefined): void {
    if (session === this.#stillFor) return;
    this.#stillFor = session;
    this.#socket?.node.standStill(session !== undefined);
    const told = session === undefined ? 'The clock goes on.' : `The clock is paused: the debugger stopped in "${session}".`;
    if (this.#running) this.#journal.tell(told, false);
    else this.#changed();
  }

  fault(text: string): void {
    const spec = faultSpec(text);
    const fault = readFault(spec, this.#protocol!, this.#wish.transport);
    this.node.addFault(fault);
    this.#faults.add(spec, fault);
    this.#journal.tell(`Fault added: ${faultWords(fault)} (seed ${this.#seed})`, false);
  }

  removeFault(id: number): void {
    const words = this.#faults.remove(id, this.node);
    if (words !== undefined) this.#journal.tell(`Fault removed: ${words}`, false);
  }

  dialAgain(): boolean {
    if (!this.#running || this.#socket === undefined || this.#wish.direction !== 'connect') return this.#running;
    this.#refused = undefined;
    this.#socket.dial(this.#address);
    this.#changed();
    return true;
  }

  /** With the identity and the port that it had. */
  get wishAgain(): NodeWish {
    const address = this.#wish.direction === 'listen' ? addressText(this.#socket?.local ?? this.#address) : this.#wish.address;
    return { ...this.#wish, address, mode: this.#mode, faults: this.#faults.specs };
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
    const { protocol, transport, direction } = this.#wish;
    const node = this.#socket?.node;
    const { received = 0, sent = 0, dropped = 0 } = node?.counts ?? {};
    const local = this.#socket === undefined || transport === 'tcp' ? this.#address : this.#socket.local;
    const where =
      direction === 'listen' ? `listens on ${addressText(this.#socket?.local ?? local)}` : `dials ${addressText(this.#address)}`;
    const held = node?.held ?? [];
    return {
      ...{
        id: this.id,
        kind: 'node',
        protocol,
        transport,
        action: direction,
        where,
        began: this.#journal.began,
        running: this.#running,
        recording: this.recording,
        seed: this.#seed,
      },
      ...{ mode: this.#running ? (node?.mode ?? this.#mode) : this.#mode, paused: node?.paused ?? false, received, sent },
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
      faults: this.#faults.states(node),
      ...(this.#stillFor === undefined || !this.#running ? {} : { stillFor: this.#stillFor }),
      rate: this.#rate.of(received + sent, this.#running),
      dropped: dropped + (this.#socket?.unsent ?? 0) + this.#rate.lost,
      links: (node?.links ?? []).map((link) => this.#link(link)),
      held: held.slice(0, MOST_SHOWN).map((each) => this.#held(each)),
      heldCount: held.length,
      told: this.#journal.told,
    };
  }

  #link({ id, remote, dialled }: Link): LinkState {
    const node = this.#socket!.node;
    const { state, doc, ready } = node.status(id);
    const offers = node.offers(id);
    const { messages = [], machines = [] } = this.#protocol!;
    const others = messages.flatMap(({ name }) =>
      offers.includes(name) ? [] : [{ name, why: whyNotAllowed(machines, state, name) }],
    );
    return { id, remote: addressText(remote), dialled, state, doc, ready, offers, others };
  }

  #held({ id, link, direction, message, values, bytes }: Held): HeldState {
    const [local, remote] = [addressText(link.local), addressText(link.remote)];
    const [from, to] = direction === 'out' ? [local, remote] : [remote, local];
    const shown = { id, remote, from, to, direction, message: message ?? `${bytes?.length ?? 0} bytes` };
    return { ...shown, summary: heldSummary({ message, values, bytes }) };
  }

  #lost(): number {
    const isUdp = this.#wish.transport === 'udp' && this.#socket !== undefined;
    return isUdp ? (kernelDrops(this.#socket!.local.port) ?? 0) : 0;
  }
}
