import { equalBytes, toHex } from '../../../bytes/index.ts';
import { makeSealed, openSealed, x25519 } from '../../../crypto/index.ts';
import { type Link, wrongKeyOf } from '../../../protocol/index.ts';
import { exchange } from '../keyschedule.ts';
import type { SessionState } from '../machine.ts';
import { headLength } from '../messages.ts';
import { PeerChannels } from './channels.ts';

const NONCE = 12;

/** What a node knows of one other node. */
export class PeerLink {
  readonly link: Link;
  /** It sent the first hello, or asked for the introduction. */
  isOpener: boolean;
  state: SessionState = 'none';
  /** X25519 of this session; a node that is introduced has named it in its request. */
  readonly #secret: Uint8Array;
  readonly x: Uint8Array;
  theirX: Uint8Array | undefined;
  theirEd: Uint8Array | undefined;
  /** Another node has introduced it, and nothing has shown yet that it is there. */
  isPending = false;
  /** It has repeated a cookie of this node, or sealed data to the keys of the session. */
  isHeard = false;
  channels = new PeerChannels();
  /** Cookies of pings that are not answered yet, and of those that are over, hex: the oldest first. */
  readonly pings = new Set<string>();
  readonly pingsOver = new Set<string>();
  /** The cookie that a hello retry gave, and how often the last hello was sent. */
  cookie: Uint8Array = new Uint8Array(32);
  tries = 0;

  constructor(link: Link, isOpener: boolean, secret: Uint8Array) {
    this.link = link;
    this.isOpener = isOpener;
    this.#secret = secret;
    this.x = x25519.publicOf(secret);
  }

  /** A packet whose payload is sealed by the convention of this project; undefined before both keys are known. */
  seal(packet: Uint8Array, nonce: Uint8Array, wrongKey: boolean): Uint8Array | undefined {
    const key = this.#key();
    if (key === undefined || nonce.length !== NONCE) return undefined;
    const used = wrongKey ? wrongKeyOf(key) : key;
    const head = packet.subarray(0, headLength);
    const sealed = makeSealed(used, nonce, head, packet.subarray(headLength));
    return sealed === undefined ? undefined : Uint8Array.from([...head, ...sealed]);
  }

  /** The packet with its payload opened; undefined when it does not open. */
  open(packet: Uint8Array): Uint8Array | undefined {
    const key = this.#key();
    const head = packet.subarray(0, headLength);
    const payload = key === undefined ? undefined : openSealed(key, head, packet.subarray(headLength));
    return payload === undefined ? undefined : Uint8Array.from([...head, ...payload]);
  }

  knows(ed: Uint8Array): boolean {
    return this.theirEd !== undefined && toHex(this.theirEd) === toHex(ed);
  }

  /** Keys of a hello are not those that are known so far. */
  isOther(x: Uint8Array, ed: Uint8Array): boolean {
    return (this.theirX !== undefined && !equalBytes(this.theirX, x)) || (this.theirEd !== undefined && !this.knows(ed));
  }

  #key(): Uint8Array | undefined {
    if (this.theirX === undefined) return undefined;
    const [initiator, responder] = this.isOpener ? [this.x, this.theirX] : [this.theirX, this.x];
    return exchange(this.isOpener ? 'initiator' : 'responder', this.#secret, { initiator, responder })?.key;
  }
}
