import type { Limits } from '../../../bytes/index.ts';
import { advance, allowed, type Link, type LinkStatus, StreamBuffer } from '../../../protocol/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { globalLength } from '../conformance/ids.ts';
import { contentDigest } from '../digest.ts';
import type { Framing } from '../framing.ts';
import { type NeighbourState, neighbourMachine } from '../machine.ts';
import { ObjectStream } from '../objectstream.ts';
import { PeerAcks } from './acks.ts';
import { type Id, idIn, type Said } from './read.ts';

/** Messages of one link that are known again when a copy comes. */
const MOST_REMEMBERED = 256;

/** What a node knows of one neighbour. */
export class PeerLink {
  readonly link: Link;
  readonly acks = new PeerAcks();
  /** HELLO came from the other side, and went there. */
  isReady = false;
  hasGreeted = false;
  /** A request is on its way whose ACK proves the address. */
  isAskedForProof = false;
  /** As its HELLO says, or the first message that names its sender. */
  node: Id | undefined;
  /** Closed channels that this node has joined there, as long as that is on its way. */
  readonly joining = new Set<string>();
  /** KEYs from there that were opened, or tried to be. */
  keysOpened = 0;
  /** The channel whose key it has asked for, as long as its certificate is not known. */
  keyRequest: string | undefined;
  #state: NeighbourState = neighbourMachine.start;
  #isOpener: boolean | undefined;
  readonly #buffer = new StreamBuffer();
  readonly #limits: Limits;
  readonly #objects: ObjectStream;
  readonly #seen = new BoundedMap<string, string>(MOST_REMEMBERED);

  /** `framing` where the choice is pinned; else the first bytes of the stream settle it. */
  constructor(link: Link, limits: Limits, framing: Framing | undefined) {
    this.link = link;
    this.#limits = limits;
    this.#objects = new ObjectStream(limits, framing);
  }

  get status(): LinkStatus {
    const doc = neighbourMachine.states[this.#state];
    return { state: this.#state, doc, ready: this.isReady, isProven: this.acks.isHeard };
  }

  get offers(): readonly string[] {
    return [...new Set(allowed(neighbourMachine, this.#state, this.#isOpener === false ? 'answerer' : 'opener'))];
  }

  /** A HELLO of this node or of the other one. */
  greeted(isOwn: boolean): void {
    this.#isOpener ??= isOwn;
    const by = isOwn === this.#isOpener ? 'opener' : 'answerer';
    this.#state = advance(neighbourMachine, this.#state, 'HELLO', by) ?? this.#state;
    if (isOwn) this.hasGreeted = true;
    else this.isReady = true;
  }

  /** The next objects of a stream, and sentences for what is none. */
  take(bytes: Uint8Array): { readonly objects: Uint8Array[]; readonly problems: string[] } {
    const [objects, problems]: [Uint8Array[], string[]] = [[], []];
    this.#buffer.append(bytes, 0, 0);
    for (;;) {
      const found = this.#objects.next(this.#buffer.bytes);
      if (found === undefined) break;
      const taken = this.#buffer.bytes.slice(0, found.length);
      this.#buffer.take(found.length);
      if (found.kind === 'object') objects.push(taken.subarray(found.head));
      else if (found.kind === 'skipped' && found.length > 0)
        problems.push(`${found.length} bytes of the stream are no messages.`);
    }
    return { objects, problems };
  }

  /** Bytes that wait for the end of an object. */
  get pending(): number {
    return this.#buffer.length;
  }

  /** More waits for the end of an object than an object may have. */
  get isFlooded(): boolean {
    return this.#buffer.length > this.#limits.frameLength;
  }

  /** Whether a message is new here, comes again, or has the msg_id of another one. */
  compare(said: Said): 'new' | 'again' | 'collision' {
    const msgId = idIn(said, 'msg_id');
    const { verb, data } = said;
    if (msgId === undefined || data === undefined || verb.name === 'ACK') return 'new';
    // A CERTIFICATE has the msg_id of the request that it answers.
    const own = msgId.key.length >= globalLength ? msgId.key : `${idIn(said, 'node_id')?.key} ${msgId.key}`;
    const key = verb.name === 'CERTIFICATE' ? `certificate ${own}` : own;
    const varying = verb.elements.filter(({ addressed, sealed }) => addressed || sealed).map(({ name }) => name);
    const digest = `${verb.name} ${contentDigest(data, new Set(varying))}`;
    const known = this.#seen.get(key);
    if (known === undefined) this.#seen.set(key, digest);
    return known === undefined ? 'new' : known === digest ? 'again' : 'collision';
  }
}
