/** MESSAGEs of a node: what it writes itself, and what it passes on from one member of a channel to others. */
import { fromBase64, toBase64 } from '../../../bytes/index.ts';
import type { FieldValues } from '../../../codec/index.ts';
import { makeSignedData, type PublicKey } from '../../../crypto/index.ts';
import { BoundedMap } from '../boundedmap.ts';
import { idKey } from '../digest.ts';
import { isSameKey } from '../session.ts';
import { readSigned, type SignedText } from '../signed.ts';
import type { PeerCertificates } from './certificates.ts';
import type { Channel, PeerChannels } from './channels.ts';
import type { Identity } from './identity.ts';
import type { PeerKeys } from './keys.ts';
import type { PeerLink } from './link.ts';
import { listed, type NodeParts, uuid } from './parts.ts';
import { idIn, nodesIn, type Said, textIn } from './read.ts';

/** Messages that are known to have been spread: none of them goes round twice. */
const MOST_SPREAD = 1024;
const utf8 = new TextDecoder();

/** What MESSAGEs are made with, and read with. */
export interface MessageParts {
  readonly identity: Identity;
  readonly channels: PeerChannels;
  readonly certificates: PeerCertificates;
  readonly keys: PeerKeys;
}

export class PeerMessages {
  readonly #parts: NodeParts;
  readonly #own: MessageParts;
  readonly #spread = new BoundedMap<string, true>(MOST_SPREAD);

  constructor(parts: NodeParts, own: MessageParts) {
    this.#parts = parts;
    this.#own = own;
  }

  /** `text` may be given in place of `message`: what the recipients are to read. */
  fill({ text, ...given }: FieldValues): FieldValues {
    const { context, node } = this.#parts;
    const isWhole = ['channel', 'channel_id', 'recipient'].every((name) => given[name] !== undefined);
    return {
      msg_id: uuid(context.random),
      node_id: node.value,
      ...(isWhole ? {} : this.#to(given)),
      timestamp: Number(context.now() / 1_000_000_000n),
      ...(given.message === undefined ? { message: toBase64(this.#signed(text)) } : {}),
      ...given,
    };
  }

  /** The recipients that this node reaches by other links get it, too. */
  sent(peer: PeerLink, said: Said): void {
    if (idIn(said, 'node_id')?.key === this.#parts.node.key) this.#pass(peer, said);
  }

  received(peer: PeerLink, said: Said): void {
    const { context, serves } = this.#parts;
    const { id } = peer.link;
    const channel = this.#own.channels.find(idIn(said, 'channel_id')?.key);
    if (channel?.isOwn === true && !channel.members.has(idIn(said, 'node_id')!.key))
      return void context.tell(id, 'A MESSAGE comes from a node that is not in its channel.', true);
    const read = channel?.isJoined === true ? this.#read(channel, said) : undefined;
    if (typeof read === 'string') context.tell(id, read, true);
    else if (read !== undefined) context.deliver(id, 'MESSAGE', { channel: channel!.name, text: utf8.decode(read) });
    if (serves()) this.#pass(peer, said);
  }

  #to(given: FieldValues): FieldValues {
    const channel = this.#channel(given);
    const own = this.#parts.node.key;
    const recipient = [...channel.members.values()].filter(({ key }) => key !== own).map(listed);
    return { channel: channel.name, channel_id: channel.id.value, recipient };
  }

  #channel({ channel: name, channel_id: id }: FieldValues): Channel {
    const { channels } = this.#own;
    const known =
      id === undefined ? channels.joined(typeof name === 'string' ? name : undefined) : channels.find(idKey(String(id)));
    if (known === undefined) throw new Error('This node is in no such channel: JOIN one, or make one with CHANNEL.');
    return known;
  }

  /** CMS SignedData with the certificate inside: the form that real clients send. */
  #signed(text: unknown): Uint8Array {
    const { certificate, key } = this.#own.identity;
    return makeSignedData(new TextEncoder().encode(typeof text === 'string' ? text : 'hello'), certificate, key);
  }

  /** The text; or what a reader of the message complains about: it cannot be opened, or is not signed by its sender. */
  #read(channel: Channel, said: Said): Uint8Array | string {
    const bytes = fromBase64(textIn(said, 'message')!)!;
    const signer = this.#own.certificates.of(idIn(said, 'node_id')!.key);
    const sender = { signers: signer === undefined ? [] : [signer], limits: this.#parts.context.limits };
    const inClear = readSigned(bytes, sender);
    const opened = inClear === undefined ? this.#own.keys.open(channel, bytes) : undefined;
    const signed = inClear ?? (opened && readSigned(opened, sender));
    if (signed === undefined) return 'A MESSAGE does not open: its text is no signed text under the key of its channel.';
    return signatureProblem(signed, signer) ?? signed.text;
  }

  /** Once, to those of its recipients that are neighbours. What another node wrote goes on as it stands. */
  #pass(peer: PeerLink, said: Said): void {
    const node = idIn(said, 'node_id');
    const key = `${node?.key} ${idIn(said, 'msg_id')?.key}`;
    if (this.#spread.get(key) !== undefined) return;
    this.#spread.set(key, true);
    const recipients = new Set(nodesIn(said, 'recipient').map((id) => id.key));
    for (const other of this.#parts.neighbours())
      if (other !== peer && other.node !== undefined && other.node.key !== node?.key && recipients.has(other.node.key))
        this.#parts.context.send(other.link.id, 'MESSAGE', said.values);
  }
}

function signatureProblem({ check, form, inside }: SignedText, signer: PublicKey | undefined): string | undefined {
  if (form === 'text alone') return 'A MESSAGE is not signed.';
  if (check.state === 'invalid') return `The signature of a MESSAGE is wrong: ${check.why}.`;
  const isOther = inside !== undefined && signer !== undefined && !isSameKey(inside, signer);
  return isOther ? 'A MESSAGE is signed with another key than that of its sender’s certificate.' : undefined;
}
