import { toHex } from '../../bytes/index.ts';
import type { FieldValues } from '../../codec/index.ts';
import {
  advance,
  allowed,
  type Corruption,
  type Link,
  type LinkStatus,
  type Machine,
  type NodeContext,
} from '../../protocol/index.ts';
import type { Layer } from '../layer.ts';
import { merged } from './filling.ts';
import type { NodeNoise } from './nodenoise.ts';
import { type Hearing, NodeStage } from './nodestage.ts';
import { type Speaking, speak } from './waiting.ts';

/** Messages of a node that wait for a person, as far as it is remembered where each belongs. */
const MOST_QUEUED = 1000;
/** The timer after which a conversation goes on that waited for its own message. */
export const WRITTEN = 'written';

/** What all links of a node have together. */
export interface Shared {
  readonly context: NodeContext;
  readonly layers: readonly Layer[];
  readonly fill: (message: string) => FieldValues;
  /** Who may say what in which state, where that is declared. */
  readonly machine: Machine | undefined;
  /** Bytes that wait in all stages. */
  held: number;
}

/** One link of a node: where in the conversation each layer is spoken, and what goes out there. */
export class LinkConversation implements Hearing {
  readonly root: NodeStage;
  readonly link: Link;
  readonly #shared: Shared;
  /** Where each layer was spoken last. What a person sends by hand goes there. */
  readonly #places = new Map<Layer, NodeStage>();
  readonly #noises = new Map<Layer, NodeNoise>();
  /** Where the messages belong that the conversation sent and that have not been written. */
  #queued: { readonly values: FieldValues; readonly stage: NodeStage }[] = [];
  #sending: NodeStage | undefined;
  /** Bytes that wait on this link. */
  #held = 0;
  #hasToldUnread = false;
  #isOver = false;
  #state: string;
  isReady = false;

  constructor(shared: Shared, link: Link) {
    this.#shared = shared;
    this.link = link;
    this.#state = shared.machine?.start ?? '';
    this.root = new NodeStage(this, (bytes) => bytes);
  }

  get limits() {
    return this.#shared.context.limits;
  }

  get held(): number {
    return this.#shared.held;
  }

  set held(bytes: number) {
    this.#held += bytes - this.#shared.held;
    this.#shared.held = bytes;
  }

  /** The link is closed: what waited on it waits no more. */
  forget(): void {
    this.#shared.held -= this.#held;
    this.#held = 0;
  }

  get status(): LinkStatus {
    if (this.#isOver) return { state: 'over', doc: 'The conversation has ended.', ready: this.isReady };
    const { machine } = this.#shared;
    if (machine !== undefined) return { state: this.#state, doc: machine.states[this.#state]!, ready: this.isReady };
    return this.isReady
      ? { state: 'open', doc: 'The handshake is done.', ready: true }
      : { state: 'handshake', doc: 'The handshake goes on.', ready: false };
  }

  /** A message has gone out, or has come: one that the machine knows and allows leads to its next state. */
  passed(message: string, isOwn: boolean): void {
    const { machine } = this.#shared;
    if (machine !== undefined)
      this.#state = advance(machine, this.#state, message, isOwn === this.link.dialled ? 'opener' : 'answerer') ?? this.#state;
  }

  /** Names of the messages that have a place in the conversation now, and that its machine allows where it knows them. */
  get messages(): readonly string[] {
    const { machine } = this.#shared;
    if (machine === undefined) return this.#placed;
    const known = new Set(machine.transitions.map(({ message }) => message));
    const now = allowed(machine, this.#state, this.link.dialled ? 'opener' : 'answerer');
    return this.#placed.filter((name) => !known.has(name) || now.includes(name));
  }

  get #placed(): readonly string[] {
    const names: string[] = [];
    for (const layer of this.#shared.layers) {
      const noise = this.#noises.get(layer);
      if (noise !== undefined) {
        if (noise.isTurn) names.push(layer.names[0]!);
        if (noise.isComplete) names.push(...layer.names.slice(1));
      } else if (this.#places.has(layer)) names.push(...layer.names);
    }
    return names;
  }

  /** Runs what the author wrote; `done` is called behind it. */
  run(speaking: Speaking, done: () => void): void {
    speak(speaking, done);
  }

  uses(layer: Layer, stage: NodeStage): void {
    this.#places.set(layer, stage);
  }

  usesNoise(layer: Layer, noise: NodeNoise): void {
    this.#noises.set(layer, noise);
  }

  send(layer: Layer, stage: NodeStage, message: string, values: FieldValues): void {
    this.uses(layer, stage);
    this.#sending = stage;
    try {
      this.#shared.context.send(this.link.id, message, values);
    } finally {
      this.#sending = undefined;
    }
  }

  fill(message: string, given: FieldValues): FieldValues {
    const noise = this.#noises.get(this.#layer(message));
    const own = noise === undefined ? {} : { payload: noise.isComplete ? new Uint8Array(0) : noise.nextPayload };
    const values = merged(merged(this.#shared.fill(message), own), given);
    if (this.#sending !== undefined) {
      this.#queued.push({ values, stage: this.#sending });
      if (this.#queued.length > MOST_QUEUED) this.#queued.shift();
    }
    return values;
  }

  emit(message: string, values: FieldValues, spoiling: Corruption): Uint8Array {
    const layer = this.#layer(message);
    const noise = this.#noises.get(layer);
    if (noise !== undefined) return this.#emitNoise(layer, message, noise, values, spoiling);
    const queued = this.#queued.find((each) => each.values === (spoiling.meant ?? values));
    this.#queued = this.#queued.filter((each) => each !== queued);
    const stage = queued?.stage ?? this.#places.get(layer);
    if (stage === undefined) throw new Error(`The conversation has not come to ${message} yet.`);
    const bytes = stage.write(layer.messages.find(({ name }) => name === message)!.encode(values), spoiling);
    this.passed(message, true);
    return bytes;
  }

  /** A message with bytes of its own goes as it is, and the handshake stays where it is. */
  #emitNoise(layer: Layer, message: string, noise: NodeNoise, values: FieldValues, spoiling: Corruption): Uint8Array {
    const { payload, ...others } = values;
    const { field } = layer as Layer & { readonly field: string };
    const plaintext = payload instanceof Uint8Array ? payload : new Uint8Array(0);
    if (others[field] !== undefined) return this.root.write(layer.encode(others), spoiling);
    if (message !== layer.names[0]) return noise.write(plaintext, spoiling);
    const bytes = noise.writeMessage(plaintext, others);
    // Not at once: the bytes of this message go out first.
    if (noise.isWaitedFor) this.#shared.context.timer(this.link.id, WRITTEN, 0);
    return bytes;
  }

  /** A conversation that waited for its own message goes on. */
  goOn(): void {
    for (const noise of this.#noises.values()) noise.goOn();
  }

  random(length: number): Uint8Array {
    return this.#shared.context.random(length);
  }

  /** A line of the key log, where the key is there and has a label. */
  logKey(label: string | undefined, key: Uint8Array | undefined): void {
    if (label !== undefined && key !== undefined) this.#shared.context.key(`${label} ${toHex(key)}`);
  }

  tell(text: string, grave = false): void {
    this.#shared.context.tell(this.link.id, text, grave);
  }

  deliver(message: string, values: FieldValues): void {
    this.#shared.context.deliver(this.link.id, message, values);
  }

  close(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#shared.context.close(this.link.id, why);
  }

  fail(why: string): void {
    if (this.#isOver) return;
    this.tell(why, true);
    this.close(why);
  }

  broken(text: string): void {
    this.fail(text);
  }

  unread(length: number): void {
    if (this.#hasToldUnread || length === 0) return;
    this.#hasToldUnread = true;
    this.tell(`The other side sends ${length} bytes that nothing reads here any more. Further ones are not told.`);
  }

  #layer(message: string): Layer {
    const layer = this.#shared.layers.find(({ names }) => names.includes(message));
    if (layer === undefined) throw new Error(`There is no message ${message}.`);
    return layer;
  }
}
