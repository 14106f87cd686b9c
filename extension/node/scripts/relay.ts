/** A relay that a script puts between two programs: what has passed it so far, decoded, and what is to be edited on its way. */
import { randomBytes } from 'node:crypto';
import { readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import { type FieldValues, isFieldValues } from '../../../dissector/codec/index.ts';
import { type Address, KeyRing, type Protocol } from '../../../dissector/protocol/index.ts';
import { type Held, type NodeEvent, type NodeLimits, NodeRefusal, Recorder } from '../../../dissector/testnode/index.ts';
import { FollowedKeys } from '../followedkeys.ts';
import { wallClock } from '../sockets/clock.ts';
import { SocketRelay } from '../sockets/socketrelay.ts';
import { type ScriptNodeOptions, ScriptRecorder } from './node.ts';
import type { ReceivedMessage } from './receivedmessages.ts';
import { ReceivedMessages } from './receivedmessages.ts';
import type { Block } from './recording.ts';

/** How often a key log is looked at, and how long a message that is to be edited waits for its key. */
const FOLLOW_MS = 100;
const KEY_WAIT_MS = 2_000;

export interface ScriptRelayOptions extends Pick<ScriptNodeOptions, 'protocol' | 'protocols' | 'pins' | 'seed'> {
  readonly limits: NodeLimits;
  readonly listen: Address;
  readonly forward: Address;
  /** It has a session of its own with each side. */
  readonly terminated: boolean;
  /** The path of a key log that other programs may still write. */
  readonly keyLog: string | undefined;
  /** Keys of the section's nodes so far. */
  readonly keys: readonly string[];
  /** Called with each block of its recording. */
  readonly recorded: (block: Block) => void;
}

/** What is to be changed of the next message of a name. */
export interface Edit {
  /** Where it stands in the script. */
  readonly at: number;
  readonly message: string;
  readonly way: 'forward' | 'back' | undefined;
  /** The values that go on, of those that came. Throws an Error with the reason. */
  values(came: FieldValues): FieldValues;
}

export class ScriptRelay {
  readonly socket: SocketRelay;
  readonly protocol: Protocol;
  readonly transport: 'udp' | 'tcp';
  /** Where it passes on to. */
  readonly forward: Address;
  seen = 0;
  marked: number | undefined;
  closesSeen = 0;
  /** Why an edit could not be made, in a sentence without its full stop, and where the edit stands. */
  failure: { readonly at: number; readonly text: string } | undefined;
  readonly #recorded: ScriptRecorder;
  readonly #hearing: ReceivedMessages;
  readonly #ring: KeyRing;
  readonly #events: NodeEvent[];
  #edits: readonly Edit[] = [];
  #following: NodeJS.Timeout | undefined;
  /** Messages that wait for a key, and since when. */
  readonly #waiting = new Map<number, number>();

  static async start(options: ScriptRelayOptions): Promise<ScriptRelay> {
    const { protocol, protocols, pins, limits, listen, forward, keys, seed, terminated } = options;
    const { choices } = readDecodeOptions({ choices: pins }, protocols);
    const transport = protocol.peer?.transports[0] ?? protocol.ports?.[0]?.transport ?? 'udp';
    const hearing = new ReceivedMessages(protocol, protocols, choices, limits);
    const ring = new KeyRing(
      protocols.flatMap((each) => each.keys),
      limits,
    );
    const events: NodeEvent[] = [];
    let made: ScriptRelay | undefined;
    const recorded = new ScriptRecorder(
      transport,
      () => made?.socket.relay.stoodStill ?? 0,
      options.recorded,
      () => {},
    );
    // What is expected of a relay is what came to it, and what goes back: the side that listens.
    const listening = new Recorder({
      ...{ transport, secrets: false, application: 'Peerscope', now: wallClock },
      write: (bytes) => hearing.recorded(bytes.slice()),
    });
    const kind = protocol.peer;
    if (terminated && kind === undefined) throw new NodeRefusal(`There is no test node of ${protocol.id}.`);
    const identity = terminated ? await kind!.createIdentity((length) => new Uint8Array(randomBytes(length))) : undefined;
    const socket = await SocketRelay.start({
      ...{ protocol, protocols, transport, choices, limits, listen, forward, seed, keys: ring },
      ...(identity === undefined ? {} : { terminates: { identity } }),
      happened: (event) => {
        recorded.record(event);
        if (event.kind === 'key') hearing.key(event.line);
        if ('link' in event && event.link?.dialled === false) listening.record(event);
        if (event.kind === 'closed' || event.kind === 'told') events.push(event);
        if (event.kind === 'held') made?.look();
      },
    });
    made = new ScriptRelay(protocol, transport, forward, socket, { recorded, hearing, ring, events });
    for (const line of keys) made.key(line);
    if (options.keyLog !== undefined)
      made.#follow(
        new FollowedKeys([options.keyLog], limits, (text) => events.push({ kind: 'told', link: undefined, text, grave: true })),
      );
    return made;
  }

  private constructor(
    protocol: Protocol,
    transport: 'udp' | 'tcp',
    forward: Address,
    socket: SocketRelay,
    parts: {
      readonly recorded: ScriptRecorder;
      readonly hearing: ReceivedMessages;
      readonly ring: KeyRing;
      readonly events: NodeEvent[];
    },
  ) {
    this.protocol = protocol;
    this.transport = transport;
    this.forward = forward;
    this.socket = socket;
    this.#recorded = parts.recorded;
    this.#hearing = parts.hearing;
    this.#ring = parts.ring;
    this.#events = parts.events;
  }

  get frames(): number {
    return this.#recorded.frames;
  }

  /** Both links of a pair end together: the one that came counts. */
  get closes(): number {
    return this.#events.filter((event) => event.kind === 'closed' && !event.link.dialled).length;
  }

  get told(): readonly string[] {
    return this.#events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
  }

  get grave(): readonly string[] {
    return this.#events.flatMap((event) => (event.kind === 'told' && event.grave ? [event.text] : []));
  }

  mark(): void {
    this.marked = this.frames;
  }

  /** A key of a node of the section: what it seals is opened, and sealed again where it is edited. */
  key(line: string): void {
    this.#ring.add('the section', line);
    this.#hearing.key(line);
    this.socket.relay.keysCame();
  }

  /** Programs write their keys in the middle of a handshake. */
  #follow(log: FollowedKeys): void {
    const read = (): void => {
      if (log.read([this.#ring, this.#hearing.ring])) this.socket.relay.keysCame();
      this.look();
    };
    read();
    this.#following = setInterval(read, FOLLOW_MS);
  }

  /** All that has passed so far, of both ways, in order. */
  heard(): readonly ReceivedMessage[] {
    return this.#hearing.heardAt(undefined, this.seen);
  }

  edit(edit: Edit): void {
    this.#edits = [...this.#edits, edit];
    this.socket.relay.mode = 'intercept';
  }

  /** Edits that no message has come for, in their order. */
  get edits(): readonly Edit[] {
    return this.#edits;
  }

  /** The first of them. */
  get pending(): Edit | undefined {
    return this.#edits[0];
  }

  async end(): Promise<void> {
    clearInterval(this.#following);
    await this.socket.stop();
    this.#recorded.flush();
  }

  /** Lets go what is held, edited where an edit waits for it. What may get its key yet waits, and all behind it. */
  look(): void {
    const { relay } = this.socket;
    const stopped = new Set<Held['direction']>();
    for (const held of relay.held) {
      const edit = this.#edits.find((each) => this.#isMeant(each, held));
      if (edit !== undefined && this.#mayOpen(held)) stopped.add(held.direction);
      if (stopped.has(held.direction)) continue;
      if (edit !== undefined) this.#edits = this.#edits.filter((each) => each !== edit);
      if (edit === undefined || !this.#edited(edit, held)) relay.release(held.id);
    }
    if (this.#edits.length === 0 && relay.mode !== 'automatic') relay.mode = 'automatic';
  }

  /** It is sealed, and a program may write its key in a moment. */
  #mayOpen({ id, values }: Held): boolean {
    if (values !== undefined || this.#following === undefined) return false;
    const since = this.#waiting.get(id) ?? performance.now();
    this.#waiting.set(id, since);
    return performance.now() - since < KEY_WAIT_MS;
  }

  #isMeant({ message, way }: Edit, held: Held): boolean {
    const isNamed = held.message === message || this.#layerOf(message, held) !== undefined;
    return isNamed && (way === undefined || (way === 'forward') === (held.direction === 'out'));
  }

  /** The layer whose only message is meant, where keys have opened that inside of what is held. */
  #layerOf(message: string, { values }: Held): string | undefined {
    return this.protocol.layers?.find(
      ({ id, messages }) => isFieldValues(values?.[id]) && messages.length === 1 && messages[0]!.name === message,
    )?.id;
  }

  #edited(edit: Edit, held: Held): boolean {
    const { relay } = this.socket;
    const { id, values } = held;
    try {
      if (values === undefined) throw new Error(relay.whyNot(id) ?? 'its values are not known');
      const layer = held.message === edit.message ? undefined : this.#layerOf(edit.message, held);
      const edited =
        layer === undefined ? edit.values(values) : { ...values, [layer]: edit.values(values[layer] as FieldValues) };
      relay.release(id, { values: edited });
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.failure ??= { at: edit.at, text: `${edit.message} is not edited: ${why.replace(/\.$/, '')}` };
      return false;
    }
  }
}
