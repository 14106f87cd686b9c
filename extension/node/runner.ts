/** What a node and a relay of the editor have in common: a journal with a recording, faults, clocks that stand still, and their state on a page. */
import { randomInt } from 'node:crypto';
import type { FieldValues } from '../../dissector/codec/index.ts';
import type { Address, Protocol } from '../../dissector/protocol/index.ts';
import { type Held, type NodeCounts, type NodeEvent, Recorder } from '../../dissector/testnode/index.ts';
import type { HeldAction, HeldState, NodeMode, NodeState, NodeWish } from '../wire/node.ts';
import type { Decoding, Driven, Edited, Speaker, Watching } from './driven.ts';
import { FaultList, type Faulty } from './faultlist.ts';
import { type FrameSpan, HeldFrames } from './heldframes.ts';
import { Journal } from './journal.ts';
import { heldSummary } from './messagetext.ts';
import { Rate } from './rate.ts';
import { faultSpec } from './readfault.ts';
import { addressText } from './sockets/address.ts';
import { wallClock } from './sockets/clock.ts';
import { kernelDrops } from './sockets/kerneldrops.ts';

const FLUSH_MS = 50;
const MOST_SHOWN = 20;

/** A test node or a relay without its sockets. */
type Engine<F> = Driven['controls'] &
  Faulty<F> & {
    readonly counts: NodeCounts;
    readonly paused: boolean;
    readonly stoodStill: number;
    standStill(isStill: boolean): void;
  };

/** An engine with its sockets. */
interface Sockets {
  readonly local: Address;
  readonly lost: string | undefined;
  readonly unsent: number;
  stop(): Promise<void>;
}

export interface RunnerParts<F> {
  readonly id: number;
  readonly kind: NodeState['kind'];
  readonly wish: NodeWish;
  readonly protocol: Protocol;
  readonly recording: string;
  /** A fault as a packet script says it. */
  words(fault: F): string;
  /** Throws an Error with a sentence. */
  read(spec: string, protocol: Protocol, transport: 'udp' | 'tcp'): F;
}

export abstract class Runner<F, E extends Engine<F>> implements Driven {
  readonly id: number;
  protected readonly wish: NodeWish;
  protected readonly spoken: Protocol;
  protected readonly journal: Journal;
  protected readonly seed = randomInt(2 ** 32);
  protected readonly changed: () => void;
  protected isRunning = false;
  readonly #parts: RunnerParts<F>;
  readonly #witness: Watching['witness'];
  readonly #faults: FaultList<F>;
  readonly #heldFrames = new HeldFrames();
  readonly #rate = new Rate(() => this.#lost());
  #recorder: Recorder | undefined;
  #decoding: Decoding | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** While it does not run: the one that it had. */
  #mode: NodeMode;
  /** The debug session for which it stands still. */
  #stillFor: string | undefined;

  constructor(parts: RunnerParts<F>, { changed, witness }: Watching) {
    const { id, kind, wish, protocol, recording } = parts;
    this.#parts = parts;
    this.id = id;
    this.wish = wish;
    this.spoken = protocol;
    this.changed = changed;
    this.#witness = witness;
    this.#mode = wish.mode;
    this.#faults = new FaultList((fault) => parts.words(fault));
    this.journal = new Journal(recording, kind, changed);
  }

  /** Undefined before it was started. */
  protected abstract get engine(): E | undefined;
  protected abstract get sockets(): Sockets | undefined;
  abstract readonly speaker: Speaker;
  abstract readonly keyLogs: readonly string[];
  abstract encoded(held: Held, values: FieldValues): Uint8Array | undefined;
  abstract dialAgain(): boolean;
  abstract act(held: number, action: HeldAction, edited: Edited | undefined): void;
  abstract state(): NodeState;
  /** Between which addresses a held message goes on. */
  protected abstract wayOf(held: Held): readonly [Address, Address];
  /** Which messages that wait are in the recording already. */
  protected abstract isRecorded(held: Held): boolean;

  get recording(): string {
    return this.journal.recording;
  }

  get protocol(): string {
    return this.spoken.id;
  }

  get transport(): 'udp' | 'tcp' {
    return this.wish.transport;
  }

  get isRelay(): boolean {
    return this.#parts.kind === 'relay';
  }

  /** How its recording is decoded. Throws an Error with a sentence before it runs. */
  get decoding(): Decoding {
    if (this.#decoding === undefined) throw new Error(`The ${this.#parts.kind} does not run yet.`);
    return this.#decoding;
  }

  /** Throws an Error with a sentence once it is stopped. */
  get controls(): E {
    const { engine } = this;
    if (engine === undefined || !this.isRunning) throw new Error(`The ${this.#parts.kind} is stopped.`);
    return engine;
  }

  get stoodStill(): number {
    return this.engine?.stoodStill ?? 0;
  }

  framesOf(held: number): FrameSpan | undefined {
    return this.#heldFrames.of(held);
  }

  /** The faults of its wish, which are listed from now on. `secrets`: keys go into its recording. */
  protected prepare(decoding: Decoding, secrets: boolean): readonly F[] {
    this.#decoding = decoding;
    const specs = this.wish.faults.map(faultSpec);
    const faults = specs.map((spec) => this.#read(spec));
    for (const [at, fault] of faults.entries()) this.#faults.add(specs[at]!, fault);
    this.#recorder = new Recorder({
      ...{ transport: this.transport, secrets, application: 'Peerscope', now: wallClock },
      stoodStill: () => ({ milliseconds: this.stoodStill, why: 'a debugger was stopped' }),
      write: (bytes) => this.journal.write(bytes),
    });
    return faults;
  }

  /** Records, shows and tells what has happened. `isOwn`: it belongs into its recording. */
  protected happened(event: NodeEvent, isOwn: boolean): void {
    if (isOwn && this.#recorder !== undefined) this.journal.record(event, this.#recorder);
    this.#witness(event);
    if (event.kind === 'held') {
      const held = this.engine?.held.filter((each) => this.isRecorded(each));
      this.#heldFrames.changed(held ?? [], this.journal.newest);
    }
    this.journal.happened(event);
  }

  /** Its sockets are open. One that could not be started leaves no file behind. `passed`: time goes on. */
  protected async run(sockets: Sockets, passed: () => void = () => {}): Promise<void> {
    try {
      this.journal.open();
    } catch (error) {
      await sockets.stop();
      throw error;
    }
    this.isRunning = true;
    this.#timer = setInterval(() => {
      passed();
      this.journal.pass();
      const { lost } = sockets;
      if (lost === undefined) return;
      this.journal.tell(`${lost} The ${this.#parts.kind} is stopped.`, true);
      void this.stop();
    }, FLUSH_MS);
    this.changed();
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.#mode = this.engine?.mode ?? this.#mode;
    clearInterval(this.#timer);
    await this.sockets?.stop();
    this.journal.end(() => this.#recorder?.flush());
    this.changed();
  }

  flush(): void {
    if (!this.isRunning) return;
    this.#recorder?.flush();
    this.journal.flush();
  }

  standStill(session: string | undefined): void {
    if (session === this.#stillFor) return;
    this.#stillFor = session;
    this.engine?.standStill(session !== undefined);
    const told = session === undefined ? 'The clock goes on.' : `The clock is paused: the debugger stopped in "${session}".`;
    if (this.isRunning) this.journal.tell(told, false);
    else this.changed();
  }

  fault(text: string): void {
    const spec = faultSpec(text);
    const fault = this.#read(spec);
    this.controls.addFault(fault);
    this.#faults.add(spec, fault);
    this.journal.tell(`Fault added: ${this.#parts.words(fault)} (seed ${this.seed})`, false);
  }

  removeFault(id: number): void {
    const words = this.#faults.remove(id, this.controls);
    if (words !== undefined) this.journal.tell(`Fault removed: ${words}`, false);
  }

  /** With the identity and the port that it had. */
  get wishAgain(): NodeWish {
    return { ...this.wish, address: this.addressAgain, mode: this.#mode, faults: this.#faults.specs };
  }

  /** Where it listens, or what it dials, in its next run. */
  protected abstract get addressAgain(): string;

  /** All of its state but where it is, its links, and what is particular to its kind. */
  protected get common(): Omit<NodeState, 'action' | 'where' | 'links' | 'refused'> {
    const { engine, isRunning: running } = this;
    const { received = 0, sent = 0, dropped = 0 } = engine?.counts ?? {};
    const held = engine?.held ?? [];
    return {
      ...{ id: this.id, kind: this.#parts.kind, protocol: this.protocol, transport: this.transport, running, received, sent },
      ...{ recording: this.recording, began: this.journal.began, told: this.journal.told, seed: this.seed },
      hasPrevious: this.journal.hasPrevious,
      mode: running ? (engine?.mode ?? this.#mode) : this.#mode,
      paused: engine?.paused ?? false,
      ...(this.#stillFor === undefined || !running ? {} : { stillFor: this.#stillFor }),
      faults: this.#faults.states(engine),
      rate: this.#rate.of(received + sent, running),
      dropped: dropped + (this.sockets?.unsent ?? 0) + this.#rate.lost,
      held: held.slice(0, MOST_SHOWN).map((each) => this.heldState(each)),
      heldCount: held.length,
    };
  }

  protected heldState(held: Held): HeldState {
    const { id, link, direction, message, values, bytes } = held;
    const [from, to] = this.wayOf(held);
    return {
      ...{ id, direction, remote: addressText(link.remote), from: addressText(from), to: addressText(to) },
      message: message ?? `${bytes?.length ?? 0} bytes`,
      summary: heldSummary({ message, values, bytes }),
    };
  }

  #read(spec: string): F {
    return this.#parts.read(spec, this.spoken, this.transport);
  }

  #lost(): number {
    const { sockets } = this;
    return this.transport === 'udp' && sockets !== undefined ? (kernelDrops(sockets.local.port) ?? 0) : 0;
  }
}
