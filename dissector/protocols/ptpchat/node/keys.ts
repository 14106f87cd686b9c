/** Keys of closed channels: made, handed to members, and used. */
import { fromBase64, toBase64 } from '../../../bytes/index.ts';
import type { FieldValues } from '../../../codec/index.ts';
import { type AesMode, aesModes, type PublicKey, rsaEncrypt, wrappingSize } from '../../../crypto/index.ts';
import { wrongKeyOf } from '../../../protocol/index.ts';
import { cipher, wrapping } from '../choices.ts';
import { idKey } from '../digest.ts';
import { channelLabel } from '../keys.ts';
import { channelKeyLength, paddedKey, unpaddedKeys } from '../keyschedule.ts';
import type { PeerCertificates } from './certificates.ts';
import type { Channel, PeerChannels } from './channels.ts';
import type { Identity } from './identity.ts';
import type { PeerLink } from './link.ts';
import { type NodeParts, uuid } from './parts.ts';
import { type Id, idIn, type Said, textIn } from './read.ts';

interface ChannelKey {
  readonly secret: Uint8Array;
  readonly mode: AesMode;
}

type Named = Pick<Channel, 'id' | 'name'>;

/** Private operations that one link can ask for with KEYs. */
const MOST_OPENED = 64;

export class PeerKeys {
  readonly #parts: NodeParts;
  readonly #identity: Identity;
  readonly #certificates: PeerCertificates;
  readonly #channels: PeerChannels;
  /** By channel: never more than there are channels. */
  readonly #keys = new Map<string, ChannelKey>();

  constructor(parts: NodeParts, identity: Identity, certificates: PeerCertificates, channels: PeerChannels) {
    this.#parts = parts;
    this.#identity = identity;
    this.#certificates = certificates;
    this.#channels = channels;
  }

  /** A closed channel that this node makes gets its key from it. */
  made({ id }: Channel): void {
    this.#keep(id, {
      secret: this.#parts.context.random(channelKeyLength),
      mode: this.#parts.context.choices.of(cipher)[0]!.mode,
    });
  }

  /** "In advance of a GETCERTIFICATE when this node has joined an encrypted channel", and the question for its key. */
  joined({ joining, link }: PeerLink): void {
    const { context } = this.#parts;
    const channels = [...joining].map((key) => this.#channels.find(key)!);
    joining.clear();
    if (channels.length > 0) context.send(link.id, 'CERTIFICATE');
    for (const { id } of channels)
      if (!this.#keys.has(id.key)) context.send(link.id, 'GETKEY', { msg_data: { channel_id: id.value } });
  }

  fillRequest(given: FieldValues): FieldValues {
    const channel = this.#channel(given, (key) => key === undefined, 'This node is in no closed channel whose key it lacks.');
    return this.#head(channel, given);
  }

  fillKey(peer: PeerLink, given: FieldValues): FieldValues {
    const channel = this.#channel(given, (key) => key !== undefined, 'This node has the key of no such closed channel.');
    const recipient = given.recipient_id ?? peer.node?.value;
    const known = this.#keys.get(channel.id.key);
    if (recipient === undefined) throw new Error('A KEY needs the recipient_id: the other side has not told its own.');
    if (known === undefined && given.key === undefined) throw new Error('This node has not the key of this channel.');
    const wrapped = given.key ?? toBase64(this.#wrapped(known!, this.#certificates.of(idKey(String(recipient)))));
    return { ...this.#head(channel, {}), recipient_id: recipient, cipher: known?.mode.name ?? '', key: wrapped, ...given };
  }

  /** Members alone get the key, and only those whose certificate is known: the others are asked for it. */
  asked(peer: PeerLink, said: Said): void {
    const { context } = this.#parts;
    const { id } = peer.link;
    const node = idIn(said, 'node_id')!;
    const channel = this.#channels.find(idIn(said, 'channel_id')?.key);
    if (channel === undefined || !this.#keys.has(channel.id.key))
      return void context.tell(id, 'A GETKEY asks for a key that this node does not have.');
    if (!channel.members.has(node.key))
      return void context.tell(id, 'A GETKEY is refused: its sender is not in the channel.', true);
    const isKnown = this.#certificates.of(node.key) !== undefined;
    if (isKnown) this.#send(peer, channel, node);
    else {
      peer.keyRequest = channel.id.key;
      context.send(id, 'GETCERTIFICATE');
    }
  }

  /** A certificate came: what its node has asked for can be answered. */
  certified(peer: PeerLink, said: Said): void {
    const node = idIn(said, 'node_id')!;
    const channel = this.#channels.find(peer.keyRequest);
    if (channel === undefined || !channel.members.has(node.key) || this.#certificates.of(node.key) === undefined) return;
    peer.keyRequest = undefined;
    this.#send(peer, channel, node);
  }

  received(peer: PeerLink, said: Said): void {
    const { context, node } = this.#parts;
    const { id } = peer.link;
    const channel = this.#channels.find(idIn(said, 'channel_id')?.key);
    if (idIn(said, 'recipient_id')!.key !== node.key) return void context.tell(id, 'A KEY is for another node.', true);
    if (channel?.isClosed !== true || !channel.isJoined)
      return void context.tell(id, 'A KEY is for no closed channel that this node is in.', true);
    if (this.#keys.has(channel.id.key)) return void context.tell(id, 'A KEY is left out: the key of its channel is known.');
    if (++peer.keysOpened > MOST_OPENED)
      return void context.tell(id, `A KEY is left out: ${MOST_OPENED} came over this link already.`, true);
    const secret = this.#unwrapped(fromBase64(textIn(said, 'key')!)!);
    if (secret === undefined) return void context.tell(id, 'A KEY does not open with the private key of this node.', true);
    const named = aesModes.find(({ name }) => name === textIn(said, 'cipher')?.toUpperCase());
    this.#keep(channel.id, { secret, mode: named ?? context.choices.of(cipher)[0]!.mode });
  }

  /**
   * What goes out in place of elements of a MESSAGE or KEY of this node: the text under the key of its channel, where that has
   * one; of a KEY what no recipient can open, where that is asked for.
   */
  sealed(said: Said, wrongKey: boolean): FieldValues {
    const known = this.#keys.get(idIn(said, 'channel_id')?.key ?? '');
    if (known === undefined || idIn(said, 'node_id')?.key !== this.#parts.node.key) return {};
    if (said.verb.name === 'KEY') return wrongKey ? { key: toBase64(this.#wrapped(known, this.#identity.publicKey)) } : {};
    const text = fromBase64(textIn(said, 'message')!)!;
    const { secret, mode } = known;
    const used = wrongKey ? wrongKeyOf(secret) : secret;
    return { message: toBase64(mode.seal(used, this.#parts.context.random(mode.ivLength), text)!) };
  }

  /** What the key of the channel opens. */
  open(channel: Channel, bytes: Uint8Array): Uint8Array | undefined {
    const known = this.#keys.get(channel.id.key);
    return known?.mode.open(known.secret, bytes);
  }

  #head({ id, name }: Named, given: FieldValues): FieldValues {
    const { context, node } = this.#parts;
    return { msg_id: uuid(context.random), node_id: node.value, channel: name, channel_id: id.value, ...given };
  }

  #channel(given: FieldValues, fits: (key: ChannelKey | undefined) => boolean, none: string): Named {
    if (given.channel_id !== undefined) {
      const id = { key: idKey(String(given.channel_id)), value: given.channel_id };
      return this.#channels.find(id.key) ?? { id, name: '' };
    }
    const channel = this.#channels.closed.find((one) => fits(this.#keys.get(one.id.key)));
    if (channel === undefined) throw new Error(none);
    return channel;
  }

  #send({ link }: PeerLink, channel: Channel, recipient: Id): void {
    this.#parts.context.send(link.id, 'KEY', { msg_data: { channel_id: channel.id.value, recipient_id: recipient.value } });
  }

  #wrapped({ secret }: ChannelKey, key: PublicKey | undefined): Uint8Array {
    const { choices, random } = this.#parts.context;
    if (key === undefined) throw new Error('The certificate of the recipient is not known: GETCERTIFICATE asks for it.');
    const size = wrappingSize(key);
    const padded = size === undefined ? undefined : choices.of(wrapping)[0]!.wrap(secret, size, random);
    const wrapped = padded && rsaEncrypt(key, padded);
    if (wrapped === undefined) throw new Error('The key of the recipient’s certificate cannot encrypt a channel key.');
    return wrapped;
  }

  #unwrapped(bytes: Uint8Array): Uint8Array | undefined {
    const padded = paddedKey(this.#identity.key, bytes);
    const unpadded = padded === undefined ? [] : unpaddedKeys(padded, this.#parts.context.choices.of(wrapping));
    return unpadded.find(({ key }) => key !== undefined)?.key?.slice();
  }

  #keep(id: Id, key: ChannelKey): void {
    this.#keys.set(id.key, key);
    const text = String(id.value);
    // A key log is lines of words: an id that is none, which anybody may choose, has no line.
    if (/^[^\s\p{Cc}]+$/u.test(text)) this.#parts.context.key(`${channelLabel} ${text} ${toBase64(key.secret)}`);
  }
}
