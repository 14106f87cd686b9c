/** One recording of all nodes and relays of a window, in the order in which things happen: who talks to whom is one ladder. */
import type { Address, Link } from '../../dissector/protocol/index.ts';
import { type NodeEvent, Recorder } from '../../dissector/testnode/index.ts';
import { reasonOf } from '../capture/reason.ts';
import { GrowingFile } from './recording.ts';
import { addressText } from './sockets/address.ts';
import { wallClock } from './sockets/clock.ts';

type Transport = 'udp' | 'tcp';

/** A link of a node, under a number that no other one of the window has. */
interface Known {
  readonly link: Link;
  readonly transport: Transport;
  /** The same link seen from its other end, which is a node of the window, too, and was there first: what passes is recorded there. */
  readonly twin: string | undefined;
}

export class WindowRecording {
  readonly #file: GrowingFile;
  readonly #recorder: Recorder;
  /** By node and the number that it has for the link. */
  readonly #links = new Map<string, Known>();
  /** Links that are recorded: by their ends, as their node sees them. */
  readonly #recorded = new Map<string, Link>();
  /** By the number of a link here. */
  readonly #transports = new Map<number, Transport>();
  #nextLink = 1;

  /** `stoodStill`: milliseconds for which the nodes have stood still so far. Throws an Error with a sentence. */
  constructor(path: string, stoodStill: () => number) {
    this.#file = new GrowingFile(path);
    this.#recorder = new Recorder({
      ...{ secrets: true, application: 'Peerscope', now: wallClock },
      transport: ({ id }) => this.#transports.get(id) ?? 'udp',
      stoodStill: () => ({ milliseconds: stoodStill(), why: 'a debugger was stopped' }),
      write: (bytes) => this.#file.write(bytes),
    });
    try {
      this.#file.open();
    } catch (error) {
      throw new Error(`The recording ${path} cannot be written. ${reasonOf(error)}`);
    }
  }

  get path(): string {
    return this.#file.path;
  }

  /** Why it ended before its nodes did, in a sentence. */
  get cut(): string | undefined {
    const { failure } = this.#file;
    return failure === undefined ? undefined : `The recording of all nodes ends here. ${reasonOf(failure)}`;
  }

  /** What has happened to a node. */
  record(node: number, transport: Transport, event: NodeEvent): void {
    if (event.kind === 'key') this.#recorder.record(event);
    if (!('link' in event) || event.link === undefined) return;
    const key = `${node} ${event.link.id}`;
    if (event.kind === 'opened') this.#opened(key, event.link, transport);
    const known = this.#links.get(key);
    if (known === undefined || event.kind === 'told') return;
    if (this.#isRecorded(known)) this.#recorder.record({ ...event, link: known.link });
    if (event.kind !== 'closed') return;
    this.#links.delete(key);
    this.#transports.delete(known.link.id);
    if (known.twin === undefined) this.#recorded.delete(endsOf(transport, known.link.local, known.link.remote));
  }

  flush(): void {
    this.#recorder.flush();
    this.#file.flush();
  }

  close(): void {
    this.#recorder.flush();
    this.#file.close();
  }

  #opened(key: string, { local, remote, dialled }: Link, transport: Transport): void {
    const link = { id: this.#nextLink++, local, remote, dialled };
    const other = endsOf(transport, remote, local);
    const twin = this.#recorded.has(other) ? other : undefined;
    this.#links.set(key, { link, transport, twin });
    this.#transports.set(link.id, transport);
    if (twin === undefined) this.#recorded.set(endsOf(transport, local, remote), link);
  }

  /** What is said over UDP to a node that is gone is recorded where it is said. */
  #isRecorded({ twin, transport }: Known): boolean {
    return twin === undefined || (transport === 'udp' && !this.#recorded.has(twin));
  }
}

function endsOf(transport: Transport, from: Address, to: Address): string {
  return `${transport} ${addressText(from)} ${addressText(to)}`;
}
