/** One relay of the editor: its sockets, the keys that it follows, and what a page shows of it beside what it has in common with a node. */
import { randomBytes } from 'node:crypto';
import { pinsIn, readDecodeOptions } from '../../dissector/analysis/decodeoptions.ts';
import type { FieldValues } from '../../dissector/codec/index.ts';
import { type Address, KeyRing, type Link, type Protocol } from '../../dissector/protocol/index.ts';
import {
  type ForwardState,
  type RelayFault,
  type Relaying,
  type RelayOptions,
  recognitionText,
  relayFaultWords,
} from '../../dissector/relay/index.ts';
import { type Held, NodeRefusal, nodeLimits } from '../../dissector/testnode/index.ts';
import type { HeldAction, HeldState, LinkState, NodeState, NodeWish } from '../wire/node.ts';
import { actOnHeld, type Edited, type Speaker, type Watching, type Witness } from './driven.ts';
import { FollowedKeys } from './followedkeys.ts';
import { nodeLimitsIn } from './limits.ts';
import { readRelayFault } from './readfault.ts';
import { Runner, type RunnerParts } from './runner.ts';
import type { Knowledge } from './running.ts';
import { addressText } from './sockets/address.ts';
import { SocketRelay } from './sockets/socketrelay.ts';
import { allowedAddress } from './sockets/wished.ts';

const forwardTexts: Readonly<Record<Exclude<ForwardState, 'open'>, string>> = {
  awaited: 'the connection to the forward address is not there yet',
  gone: 'the connection to the forward address is closed',
};

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
  const parts = { id, wish: { ...wish, identity }, protocol, recording };
  const relay = new RunningRelay(parts, forward, { changed, witness });
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

export class RunningRelay extends Runner<RelayFault, Relaying> {
  readonly #forward: Address;
  #socket: SocketRelay | undefined;

  constructor(parts: Omit<RunnerParts<RelayFault>, 'kind' | 'words' | 'read'>, forward: Address, watching: Watching) {
    super({ ...parts, kind: 'relay', words: relayFaultWords, read: readRelayFault }, watching);
    this.#forward = forward;
  }

  async open(
    listen: Address,
    options: Pick<RelayOptions, 'protocols' | 'choices' | 'limits' | 'keys' | 'terminates'>,
    keys: FollowedKeys,
  ): Promise<void> {
    const { transport, mode } = this.wish;
    const { choices, limits = nodeLimits } = options;
    const faults = this.prepare({ choices, limits }, options.terminates !== undefined);
    keys.read([options.keys]);
    const socket = await SocketRelay.start({
      ...options,
      ...{ protocol: this.spoken, transport, mode, faults, seed: this.seed, listen, forward: this.#forward },
      happened: (event) => {
        // The side that listens: what comes as its sender wrote it, what goes back as the relay passed it on.
        this.happened(event, event.kind === 'key' || ('link' in event && event.link?.dialled === false));
      },
    });
    this.#socket = socket;
    await this.run(socket, () => {
      if (keys.read([options.keys])) socket.relay.keysCame();
    });
  }

  protected get engine(): Relaying | undefined {
    return this.#socket?.relay;
  }

  protected get sockets(): SocketRelay | undefined {
    return this.#socket;
  }

  get speaker(): Speaker {
    throw new Error('A relay passes on what others say: it sends no message of its own.');
  }

  get keyLogs(): readonly string[] {
    return this.wish.keyLogs ?? [];
  }

  encoded({ id }: Held, values: FieldValues): Uint8Array | undefined {
    return this.controls.encoded(id, values);
  }

  told(sentence: string): void {
    this.journal.say(sentence, false);
  }

  /** It dials for each that connects. */
  dialAgain(): boolean {
    return this.isRunning;
  }

  protected get addressAgain(): string {
    return this.#socket === undefined ? this.wish.address : addressText(this.#socket.local);
  }

  act(held: number, action: HeldAction, edited: Edited | undefined): void {
    if (this.wish.terminates === true && edited !== undefined && 'bytes' in edited)
      throw new Error('The other session says the message anew: it takes fields, not raw bytes.');
    actOnHeld(this.controls, held, action, edited);
  }

  state(): NodeState {
    const own = this.wish.terminates === true ? ', with sessions of its own' : '';
    return {
      ...this.common,
      action: 'relay',
      where: `relays from ${this.addressAgain} to ${addressText(this.#forward)}${own}`,
      links: (this.engine?.links ?? []).map((link) => this.#link(link)),
    };
  }

  #link({ id, remote }: Link): LinkState {
    const forward = this.engine?.forwardState(id) ?? 'gone';
    const port = this.engine?.forwardOf(id)?.local.port;
    const doc = forward === 'open' ? `to the forward address from port ${port}` : forwardTexts[forward];
    const ready = forward === 'open';
    const state = { awaited: 'waits', open: 'relayed', gone: 'closing' }[forward];
    return { id, remote: addressText(remote), dialled: false, state, doc, ready, offers: [], others: [] };
  }

  protected override heldState(held: Held): HeldState {
    const note = this.engine?.whyNot(held.id);
    return { ...super.heldState(held), ...(note === undefined ? {} : { note }) };
  }

  /** What goes back is recorded once it has been passed on. */
  protected isRecorded({ direction }: Held): boolean {
    return direction === 'out';
  }

  protected wayOf({ link: { id, local, remote }, direction }: Held): readonly [Address, Address] {
    if (direction === 'in') return [local, remote];
    const forward = this.engine?.forwardOf(id);
    return forward === undefined ? [local, this.#forward] : [forward.local, forward.remote];
  }
}
