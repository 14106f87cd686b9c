/** One relay of the editor: its sockets, the keys that it follows, its recording, and what a page shows of it. */
import { randomBytes, randomInt } from 'node:crypto';
import { pinsIn, readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import type { FieldValues } from '../../dissector/codec/index.ts';
import { type Address, KeyRing, type Link, type Protocol } from '../../dissector/protocol/index.ts';
import { type Relay, type Relaying, recognitionText, relayFaultWords } from '../../dissector/relay/index.ts';
import { type Held, NodeRefusal, nodeLimits, Recorder } from '../../dissector/testnode/index.ts';
import type { HeldAction, HeldState, LinkState, NodeMode, NodeState, NodeWish } from '../wire/node.ts';
import { actOnHeld, type Decoding, type Driven, type Edited, type Speaker, type Watching, type Witness } from './driven.ts';
import { FaultList } from './faultlist.ts';
import { FollowedKeys } from './followedkeys.ts';
import { type FrameSpan, HeldFrames } from './heldframes.ts';
import { Journal } from './journal.ts';
import { nodeLimitsIn } from './limits.ts';
import { heldSummary } from './messagetext.ts';
import { Rate } from './rate.ts';
import { faultSpec, readRelayFault } from './readfault.ts';
import type { Knowledge } from './running.ts';
import { addressText } from './sockets/address.ts';
import { wallClock } from './sockets/clock.ts';
import { kernelDrops } from './sockets/kerneldrops.ts';
import { SocketRelay } from './sockets/socketrelay.ts';
import { allowedAddress } from './sockets/wished.ts';

const FLUSH_MS = 50;
const MOST_SHOWN = 20;

/** Throws an Error with a sentence when the wish cannot be fulfilled. */
export async function startRelay(
  id: number,
  wish: NodeWish,
  { tree, protocols, allow }: Knowledge,
  recording: string,
  changed: () => void,
  witness: Witness = () => {},
): Promise<RunningRelay> {
  const protocol = protocols.find((each) => each.id === wish.protocol);
  if (protocol === undefined) throw new NodeRefusal(`There is no protocol "${wish.protocol}".`);
  const listen = await allowedAddress(wish.address, allow);
  const forward = await allowedAddress(wish.forward ?? '', allow);
  if (forward.port === 0) throw new NodeRefusal(`Nobody can be dialled at port 0: ${wish.forward}.`);
  const identity = wish.terminates === true ? await identityFor(wish, protocol) : '';
  const own = wish.terminates === true ? { terminates: { identity } } : {};
  const limits = nodeLimitsIn(tree, protocols);
  const ring = new KeyRing(
    protocols.flatMap(({ keys }) => keys),
    limits,
  );
  const { choices } = readDecodeOptions({ choices: pinsIn(tree, protocols) }, protocols);
  const relay = new RunningRelay(id, { ...wish, identity }, protocol, forward, recording, { changed, witness });
  const keys = new FollowedKeys(wish.keyLogs ?? [], limits, (sentence) => relay.told(sentence));
  await relay.open(listen, { protocols, choices, limits, keys: ring, ...own }, keys);
  if (wish.terminates === true) relay.told(recognitionText(protocol));
  return relay;
}

/** As the person gave it, or a new one. */
async function identityFor({ identity, identityKind }: NodeWish, { id, peer }: Protocol): Promise<string> {
  if (peer === undefined) throw new NodeRefusal(`There is no test node of ${id}: sessions of its own need one.`);
  const kind = identityKind === '' ? undefined : identityKind;
  return identity === '' ? peer.createIdentity((length) => randomBytes(length), kind) : identity;
}

export class RunningRelay implements Driven {
  readonly id: number;
  readonly #wish: NodeWish;
  readonly #protocol: Protocol;
  readonly #forward: Address;
  readonly #journal: Journal;
  readonly #faults = new FaultList(relayFaultWords);
  readonly #heldFrames = new HeldFrames();
  #decoding: Decoding | undefined;
  readonly #seed = randomInt(2 ** 32);
  readonly #changed: () => void;
  readonly #witness: Witness;
  readonly #rate = new Rate(() => this.#lost());
  #socket: SocketRelay | undefined;
  #recorder: Recorder | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  /** While it does not run: the one that it had. */
  #mode: NodeMode;
  /** The debug session for which it stands still. */
  #stillFor: string | undefined;

  constructor(
    id: number,
    wish: NodeWish,
    protocol: Protocol,
    forward: Address,
    recording: string,
    { changed, witness }: Watching,
  ) {
    this.id = id;
    this.#wish = wish;
    this.#mode = wish.mode;
    this.#protocol = protocol;
    this.#forward = forward;
    this.#changed = changed;
    this.#witness = witness;
    this.#journal = new Journal(recording, 'relay', changed);
  }

  async open(
    listen: Address,
    options: Pick<ConstructorParameters<typeof Relay>[0], 'protocols' | 'choices' | 'limits' | 'keys' | 'terminates'>,
    keys: FollowedKeys,
  ): Promise<void> {
    const { transport, mode } = this.#wish;
    const specs = this.#wish.faults.map(faultSpec);
    const faults = specs.map((spec) => readRelayFault(spec, this.#protocol, transport));
    for (const [at, fault] of faults.entries()) this.#faults.add(specs[at]!, fault);
    const recorder = new Recorder({
      ...{ transport, secrets: options.terminates !== undefined, application: 'Peerscope', now: wallClock },
      stoodStill: () => ({ milliseconds: this.#socket?.relay.stoodStill ?? 0, why: 'a debugger was stopped' }),
      write: (bytes) => this.#journal.write(bytes),
    });
    this.#recorder = recorder;
    this.#decoding = { choices: options.choices, limits: options.limits ?? nodeLimits };
    keys.read([options.keys]);
    const socket = await SocketRelay.start({
      ...options,
      ...{ protocol: this.#protocol, transport, mode, faults, seed: this.#seed, listen, forward: this.#forward },
      happened: (event) => {
        // The side that listens: what comes as its sender wrote it, what goes back as the relay passed it on.
        if (event.kind === 'key' || ('link' in event && event.link?.dialled === false)) this.#journal.record(event, recorder);
        this.#witness(event);
        if (event.kind === 'held') this.#arrived();
        this.#journal.happened(event);
      },
    });
    this.#socket = socket;
    try {
      this.#journal.open();
    } catch (error) {
      await socket.stop();
      throw error;
    }
    this.#running = true;
    this.#timer = setInterval(() => {
      if (keys.read([options.keys])) socket.relay.keysCame();
      this.#journal.pass();
      const { lost } = socket;
      if (lost === undefined) return;
      this.#journal.tell(`${lost} The relay is stopped.`, true);
      void this.stop();
    }, FLUSH_MS);
    this.#changed();
  }

  get recording(): string {
    return this.#journal.recording;
  }

  get controls(): Relaying {
    if (this.#socket === undefined || !this.#running) throw new Error('The relay is stopped.');
    return this.#socket.relay;
  }

  /** How its recording is decoded. Throws an Error with a sentence before it runs. */
  get decoding(): Decoding {
    if (this.#decoding === undefined) throw new Error('The relay does not run yet.');
    return this.#decoding;
  }

  get stoodStill(): number {
    return this.#socket?.relay.stoodStill ?? 0;
  }

  get keyLogs(): readonly string[] {
    return this.#wish.keyLogs ?? [];
  }

  get isRelay(): boolean {
    return true;
  }

  get transport(): 'udp' | 'tcp' {
    return this.#wish.transport;
  }

  encoded({ id }: Held, values: FieldValues): Uint8Array | undefined {
    return this.controls.encoded(id, values);
  }

  framesOf(held: number): FrameSpan | undefined {
    return this.#heldFrames.of(held);
  }

  /** What goes back is recorded once it has been passed on. */
  #arrived(): void {
    const held = this.#socket?.relay.held ?? [];
    this.#heldFrames.changed(
      held.filter(({ direction }) => direction === 'out'),
      this.#journal.newest,
    );
  }

  get speaker(): Speaker {
    throw new Error('A relay passes on what others say: it sends no message of its own.');
  }

  told(sentence: string): void {
    this.#journal.say(sentence, false);
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#mode = this.#socket?.relay.mode ?? this.#mode;
    clearInterval(this.#timer);
    await this.#socket?.stop();
    this.#journal.end(() => this.#recorder?.flush());
    this.#changed();
  }

  flush(): void {
    if (this.#running) this.#journal.flush();
  }

  standStill(session: string | undefined): void {
    if (session === this.#stillFor) return;
    this.#stillFor = session;
    this.#socket?.relay.standStill(session !== undefined);
    const told = session === undefined ? 'The clock goes on.' : `The clock is paused: the debugger stopped in "${session}".`;
    if (this.#running) this.#journal.tell(told, false);
    else this.#changed();
  }

  fault(text: string): void {
    const spec = faultSpec(text);
    const fault = readRelayFault(spec, this.#protocol, this.#wish.transport);
    this.controls.addFault(fault);
    this.#faults.add(spec, fault);
    this.#journal.tell(`Fault added: ${relayFaultWords(fault)} (seed ${this.#seed})`, false);
  }

  removeFault(id: number): void {
    const words = this.#faults.remove(id, this.controls);
    if (words !== undefined) this.#journal.tell(`Fault removed: ${words}`, false);
  }

  /** It dials for each that connects. */
  dialAgain(): boolean {
    return this.#running;
  }

  get wishAgain(): NodeWish {
    const address = this.#socket === undefined ? this.#wish.address : addressText(this.#socket.local);
    return { ...this.#wish, address, mode: this.#mode, faults: this.#faults.specs };
  }

  act(held: number, action: HeldAction, edited: Edited | undefined): void {
    if (this.#wish.terminates === true && edited !== undefined && 'bytes' in edited)
      throw new Error('The other session says the message anew: it takes fields, not raw bytes.');
    actOnHeld(this.controls, held, action, edited);
  }

  get protocol(): string {
    return this.#protocol.id;
  }

  state(): NodeState {
    const { transport } = this.#wish;
    const relay = this.#socket?.relay;
    const { received = 0, sent = 0, dropped = 0 } = relay?.counts ?? {};
    const from = this.#socket === undefined ? this.#wish.address : addressText(this.#socket.local);
    const held = relay?.held ?? [];
    const own = this.#wish.terminates === true ? ', with sessions of its own' : '';
    return {
      ...{ id: this.id, kind: 'relay', protocol: this.#protocol.id, transport, running: this.#running, seed: this.#seed },
      ...{
        action: 'relay',
        began: this.#journal.began,
        where: `relays from ${from} to ${addressText(this.#forward)}${own}`,
        recording: this.recording,
      },
      faults: this.#faults.states(relay),
      ...{ mode: this.#running ? (relay?.mode ?? this.#mode) : this.#mode, paused: relay?.paused ?? false, received, sent },
      ...(this.#stillFor === undefined || !this.#running ? {} : { stillFor: this.#stillFor }),
      rate: this.#rate.of(received + sent, this.#running),
      dropped: dropped + (this.#socket?.unsent ?? 0) + this.#rate.lost,
      links: (relay?.links ?? []).map((link) => this.#link(link)),
      held: held.slice(0, MOST_SHOWN).map((each) => this.#held(each)),
      heldCount: held.length,
      told: this.#journal.told,
    };
  }

  #link({ id, remote }: Link): LinkState {
    const forward = this.#socket?.relay.forwardOf(id);
    const doc = forward === undefined ? 'is being connected' : `to the forward address from port ${forward.local.port}`;
    const ready = forward !== undefined;
    return {
      id,
      remote: addressText(remote),
      dialled: false,
      state: ready ? 'relayed' : 'waits',
      doc,
      ready,
      offers: [],
      others: [],
    };
  }

  #held({ id, link, direction, message, values, bytes }: Held): HeldState {
    const why = this.#socket?.relay.whyNot(id);
    const [from, to] = this.#wayOf(link, direction).map(addressText) as [string, string];
    const remote = addressText(link.remote);
    const shown = { id, remote, from, to, direction, message: message ?? `${bytes?.length ?? 0} bytes` };
    const summary = heldSummary({ message, values, bytes });
    return { ...shown, summary, ...(why === undefined ? {} : { note: why }) };
  }

  /** Between which addresses a held message goes on. */
  #wayOf({ id, local, remote }: Link, direction: 'in' | 'out'): readonly [Address, Address] {
    if (direction === 'in') return [local, remote];
    const forward = this.#socket?.relay.forwardOf(id);
    return forward === undefined ? [local, this.#forward] : [forward.local, forward.remote];
  }

  #lost(): number {
    const isUdp = this.#wish.transport === 'udp' && this.#socket !== undefined;
    return isUdp ? (kernelDrops(this.#socket!.local.port) ?? 0) : 0;
  }
}
