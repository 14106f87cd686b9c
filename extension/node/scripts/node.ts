/** A node that a script drives: what it has heard so far, decoded. */
import { randomBytes } from 'node:crypto';
import { readDecodeOptions } from '../../../dissector/analysis/decodeoptions.ts';
import type { Analysis } from '../../../dissector/analysis/index.ts';
import type { Address, Protocol } from '../../../dissector/protocol/index.ts';
import { type NodeEvent, type NodeLimits, NodeRefusal, Recorder } from '../../../dissector/testnode/index.ts';
import { addressText } from '../sockets/address.ts';
import { wallClock } from '../sockets/clock.ts';
import { SocketNode } from '../sockets/socketnode.ts';
import { type ReceivedMessage, ReceivedMessages } from './receivedmessages.ts';
import { type Block, MOST_KEPT } from './recording.ts';

export interface ScriptNodeOptions {
  readonly protocol: Protocol;
  readonly protocols: readonly Protocol[];
  /** Candidates by open choice; the first without one. */
  readonly pins: Readonly<Record<string, unknown>>;
  readonly limits: NodeLimits;
  readonly listen: Address | undefined;
  readonly dialled: Address | undefined;
  readonly manual: boolean;
  readonly role: string | undefined;
  /** Where its faults happen. */
  readonly seed: number;
  /** Each line of its key log. */
  readonly key: (line: string) => void;
  /** Called with each block of its recording. */
  readonly recorded: (block: Block) => void;
}

/** A recording in memory, block by block, so that those of several nodes can be joined. */
export class ScriptRecorder {
  readonly blocks: Block[] = [];
  readonly #recorder: Recorder;
  #size = 0;
  #link: string | undefined;

  /** `stoodStill` gives milliseconds; `recorded` hears of each block, `kept` of those that are kept here. */
  constructor(
    transport: 'udp' | 'tcp',
    stoodStill: () => number,
    recorded: (block: Block) => void,
    kept: (bytes: Uint8Array) => void,
  ) {
    this.#recorder = new Recorder({
      ...{ transport, secrets: true, application: 'Peerscope', now: wallClock },
      stoodStill: () => ({ milliseconds: stoodStill(), why: 'somebody stood at a breakpoint' }),
      write: (bytes) => {
        const block = { bytes: bytes.slice(), link: this.#link };
        recorded(block);
        if (this.#size > MOST_KEPT) return;
        this.#size += bytes.length;
        this.blocks.push(block);
        kept(block.bytes);
      },
    });
  }

  record(event: NodeEvent): void {
    this.#link = linkOf(event);
    this.#recorder.record(event);
    this.#link = undefined;
  }

  flush(): void {
    this.#recorder.flush();
  }

  /** Frames that it has recorded. */
  get frames(): number {
    return this.blocks.reduce((count, { link }) => count + (link === undefined ? 0 : 1), 0);
  }
}

/** What becomes of what happens at it. */
interface Recorded {
  readonly recorder: ScriptRecorder;
  readonly events: NodeEvent[];
  readonly hearing: ReceivedMessages;
}

export class ScriptNode {
  readonly socket: SocketNode;
  readonly protocol: Protocol;
  /** How many of the messages that it has heard were expected or passed over. */
  seen = 0;
  /** How many frames it had recorded when a message was sent last; undefined before the first. */
  marked: number | undefined;
  readonly #hearing: ReceivedMessages;
  /** How many ends of links were expected. */
  closesSeen = 0;
  readonly #options: ScriptNodeOptions;
  readonly transport: 'udp' | 'tcp';
  readonly #events: NodeEvent[];
  readonly #recorder: ScriptRecorder;

  static async start(options: ScriptNodeOptions): Promise<ScriptNode> {
    const { protocol, protocols, pins, limits, listen, dialled, manual, role, seed, key } = options;
    const { choices } = readDecodeOptions({ choices: pins }, protocols);
    const kind = protocol.peer;
    if (kind === undefined) throw new NodeRefusal(`There is no test node of ${protocol.id}.`);
    const transport = kind.transports[0]!;
    const hearing = new ReceivedMessages(protocol, protocols, choices, limits);
    const events: NodeEvent[] = [];
    let started: SocketNode | undefined;
    const recorder = new ScriptRecorder(
      transport,
      () => started?.node.stoodStill ?? 0,
      options.recorded,
      (bytes) => hearing.recorded(bytes),
    );
    started = await SocketNode.start(
      {
        ...{ protocol, transport, choices, limits, listen, seed },
        identity: await kind.createIdentity((length) => new Uint8Array(randomBytes(length))),
        // Held and never let go: what a script does not send is not sent.
        mode: manual ? 'step' : 'automatic',
        ...(role === undefined ? {} : { role }),
        happened: (event) => {
          recorder.record(event);
          if (event.kind === 'key') {
            hearing.key(event.line);
            key(event.line);
          }
          if (event.kind === 'closed' || event.kind === 'told') events.push(event);
        },
      },
      dialled,
    );
    return new ScriptNode(options, transport, started, { recorder, events, hearing });
  }

  private constructor(
    options: ScriptNodeOptions,
    transport: 'udp' | 'tcp',
    socket: SocketNode,
    { recorder, events, hearing }: Recorded,
  ) {
    this.#options = options;
    this.protocol = options.protocol;
    this.transport = transport;
    this.socket = socket;
    this.#recorder = recorder;
    this.#events = events;
    this.#hearing = hearing;
  }

  /** Says goodbye, unless it says nothing of itself; its recording is whole then. */
  async end(): Promise<void> {
    await this.socket.stop({ quiet: this.manual });
    this.#recorder.flush();
  }

  get manual(): boolean {
    return this.#options.manual;
  }

  /** The newest link; undefined while there is none. */
  get link(): number | undefined {
    return this.socket.node.links.at(-1)?.id;
  }

  /** Links that have ended. */
  get closes(): number {
    return this.#events.filter(({ kind }) => kind === 'closed').length;
  }

  /** A message is about to be sent: what comes from now on may be its answer. */
  mark(): void {
    this.marked = this.frames;
  }

  /** Frames that it has recorded. */
  get frames(): number {
    return this.#recorder.frames;
  }

  /** What it sent and received, in the order in which that happened. */
  get blocks(): readonly Block[] {
    return this.#recorder.blocks;
  }

  /** Sentences that the node told. */
  get told(): readonly string[] {
    return this.#events.flatMap((event) => (event.kind === 'told' ? [event.text] : []));
  }

  /** Those that tell of what went wrong. */
  get grave(): readonly string[] {
    return this.#events.flatMap((event) => (event.kind === 'told' && event.grave ? [event.text] : []));
  }

  /** All that it has heard so far, in order. */
  heard(): readonly ReceivedMessage[] {
    return this.#hearing.heardAt(addressText(this.#local()), this.seen);
  }

  /** All that it has sent and heard so far, decoded anew; undefined before the first. */
  analysis(): Analysis | undefined {
    return this.#hearing.analysis();
  }

  #local(): Address {
    return this.socket.node.links.at(-1)?.local ?? this.socket.local;
  }
}

/** Keys belong to the capture as a whole. */
function linkOf(event: NodeEvent): string | undefined {
  if (event.kind === 'key' || !('link' in event) || event.link === undefined) return undefined;
  return [event.link.local, event.link.remote].map(addressText).sort().join(' ');
}
