/** A second peer of ptpchat, from its specification alone: nothing here comes from the dissector that it tests. */
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { type AesMode, decrypt, encrypt } from './aes.ts';
import type { RsaIdentity } from './certificate.ts';
import { Heard } from './heard.ts';
import { type JsonLink, type JsonPort, openPort, type Transport } from './jsonlinks.ts';
import { type KeyWrap, unwrapKey, wrapKey } from './keywrap.ts';
import { openText, type SignedForm, type SignedText, signText } from './signedtext.ts';

/** The specification names no mode, no padding and no signed form: these are choices. */
export interface PtpchatChoices {
  readonly wrap: KeyWrap;
  readonly cipher: AesMode;
  readonly form: SignedForm;
  readonly certificate: 'der' | 'pem';
}

export const firstChoices: PtpchatChoices = {
  ...{ wrap: 'oaep-sha1', cipher: 'aes-256-cbc' },
  ...{ form: 'cms', certificate: 'der' },
};

export interface PtpchatOptions extends Partial<PtpchatChoices> {
  readonly nodeId: string;
  readonly identity: RsaIdentity;
  readonly transport: Transport;
  /** Signs and opens in place of the key that the certificate names: a forgery. */
  readonly signsWith?: RsaIdentity;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  closed: boolean;
  readonly members: Set<string>;
  key?: Buffer;
  cipher: AesMode;
}

type Data = Readonly<Record<string, unknown>>;

interface FromWire {
  readonly kind: 'wire';
  readonly verb: string;
  readonly data: Data;
  readonly link: JsonLink;
}

export type PtpchatHeard =
  | FromWire
  /** A text that could be read, with what its signature is worth. */
  | ({ readonly kind: 'text'; readonly from: string; readonly channelId: string; readonly msgId: string } & SignedText)
  | { readonly kind: 'certificate'; readonly nodeId: string; readonly certificate: X509Certificate }
  | { readonly kind: 'key'; readonly channelId: string; readonly key: Buffer }
  /** A KEY or a MESSAGE that this peer could not open. */
  | { readonly kind: 'unopened'; readonly verb: 'KEY' | 'MESSAGE'; readonly msgId: string };

const HELLO_MS = 1000;

export class PtpchatPeer {
  readonly heard = new Heard<PtpchatHeard>();
  readonly channels = new Map<string, Channel>();
  readonly certificates = new Map<string, X509Certificate>();
  readonly #options: PtpchatOptions & PtpchatChoices;
  readonly #hellos = new Map<JsonLink, NodeJS.Timeout>();
  #port!: JsonPort;

  private constructor(options: PtpchatOptions) {
    this.#options = { ...firstChoices, ...options };
  }

  /** Listens on a free port, and can dial besides. */
  static async open(options: PtpchatOptions): Promise<PtpchatPeer> {
    const peer = new PtpchatPeer(options);
    peer.#port = await openPort(options.transport, (json, link) => peer.#arrived(json, link));
    return peer;
  }

  get port(): number {
    return this.#port.port;
  }

  get nodeId(): string {
    return this.#options.nodeId;
  }

  async dial(port: number): Promise<void> {
    this.#greet(await this.#port.dial(port));
  }

  close(): void {
    for (const timer of this.#hellos.values()) clearInterval(timer);
    this.#port.close();
  }

  verb(verb: string, fits: (data: Data) => boolean = () => true): Promise<FromWire> {
    return this.heard.first('wire', (item) => item.verb === verb && fits(item.data));
  }

  acknowledged(msgId: string): Promise<FromWire> {
    return this.verb('ACK', (data) => data.msg_id === msgId);
  }

  /** To all neighbours; returns the msg_id if there is one. */
  say(verb: string, data: Data): void {
    for (const link of this.#hellos.keys()) send(link, verb, data);
  }

  createChannel(id: string, name: string, closed = false): void {
    const channel: Channel = { id, name, closed, members: new Set([this.nodeId]), cipher: this.#options.cipher };
    if (closed) channel.key = randomBytes(32);
    this.channels.set(id, channel);
    this.announce(id);
  }

  announce(id: string): void {
    const { closed, members } = this.#channel(id);
    const listed = [...members].map((node_id) => ({ node_id }));
    this.say('CHANNEL', { ...this.#about(id), members: listed, ...(closed ? { closed } : {}) });
  }

  join(id: string): void {
    this.#channel(id).members.add(this.nodeId);
    this.say('JOIN', this.#about(id));
  }

  leave(id: string): void {
    this.#channel(id).members.delete(this.nodeId);
    this.say('LEAVE', this.#about(id));
  }

  askForCertificate(): string {
    const msg_id = randomUUID();
    this.say('GETCERTIFICATE', { msg_id, node_id: this.nodeId });
    return msg_id;
  }

  askForKey(channelId: string): string {
    const data = this.#about(channelId);
    this.say('GETKEY', data);
    return data.msg_id;
  }

  /** Encrypted with the key of the recipient's certificate, which must have come before. */
  giveKey(channelId: string, recipient: string): string {
    const { key, cipher } = this.#channel(channelId);
    const wrapped = wrapKey(this.#options.wrap, key!, this.certificates.get(recipient)!.publicKey);
    const data = this.#about(channelId);
    this.say('KEY', { ...data, recipient_id: recipient, cipher: cipher.toUpperCase(), key: wrapped.toString('base64') });
    return data.msg_id;
  }

  write(channelId: string, text: string, attachment?: readonly Data[]): string {
    const channel = this.#channel(channelId);
    const signed = signText(text, this.#options.form, this.#options.signsWith ?? this.#options.identity);
    const message = channel.key === undefined ? signed : encrypt(channel.cipher, channel.key, signed);
    const recipient = [...channel.members].filter((each) => each !== this.nodeId).map((node_id) => ({ node_id }));
    const data = this.#about(channelId);
    this.say('MESSAGE', {
      ...{ ...data, recipient, timestamp: new Date().toISOString(), message: message.toString('base64') },
      ...(attachment === undefined ? {} : { attachment }),
    });
    return data.msg_id;
  }

  #about(channelId: string): { msg_id: string; node_id: string; channel: string; channel_id: string } {
    const { id, name } = this.#channel(channelId);
    return { msg_id: randomUUID(), node_id: this.nodeId, channel: name, channel_id: id };
  }

  #channel(id: string): Channel {
    const channel = this.channels.get(id);
    if (channel === undefined) throw new Error(`Nobody has told of channel ${id}.`);
    return channel;
  }

  /** A HELLO now and every second; the specification wants them 0.5 to 2 s apart. */
  #greet(link: JsonLink): void {
    if (this.#hellos.has(link)) return;
    const hello = (): void => link.send(JSON.stringify({ msg_type: 'HELLO' }));
    this.#hellos.set(link, setInterval(hello, HELLO_MS));
    hello();
  }

  #arrived(json: string, link: JsonLink): void {
    const { msg_type: verb, msg_data } = JSON.parse(json) as { msg_type: string; msg_data?: Data };
    const data = msg_data ?? {};
    if (['GETCERTIFICATE', 'CERTIFICATE', 'GETKEY', 'KEY', 'MESSAGE'].includes(verb)) send(link, 'ACK', { msg_id: data.msg_id });
    if (verb === 'HELLO') this.#greet(link);
    else if (verb === 'CHANNEL') this.#onChannel(data);
    else if (verb === 'JOIN') this.channels.get(String(data.channel_id))?.members.add(String(data.node_id));
    else if (verb === 'LEAVE') this.channels.get(String(data.channel_id))?.members.delete(String(data.node_id));
    else if (verb === 'GETCERTIFICATE') this.#onGetCertificate(data, link);
    else if (verb === 'CERTIFICATE') this.#onCertificate(data);
    else if (verb === 'KEY') this.#onKey(data);
    else if (verb === 'MESSAGE') this.#onMessage(data);
    this.heard.add({ kind: 'wire', verb, data, link });
  }

  /** A node whose own idea of its membership differs from the list says so: with JOIN, or with LEAVE. */
  #onChannel(data: Data): void {
    const listed = (data.members as readonly { readonly node_id: unknown }[]).map(({ node_id }) => String(node_id));
    const id = String(data.channel_id);
    const known = this.channels.get(id);
    const isMember = known?.members.has(this.nodeId) ?? false;
    const closed = data.closed === true;
    const channel = known ?? { id, name: String(data.channel), closed, members: new Set(), cipher: this.#options.cipher };
    this.channels.set(id, channel);
    for (const each of listed) if (each !== this.nodeId) channel.members.add(each);
    if (isMember && !listed.includes(this.nodeId)) this.say('JOIN', this.#about(id));
    if (!isMember && listed.includes(this.nodeId)) this.say('LEAVE', this.#about(id));
  }

  #onGetCertificate(data: Data, link: JsonLink): void {
    const { certificate } = this.#options.identity;
    const encoded = this.#options.certificate === 'der' ? certificate.raw : Buffer.from(certificate.toString());
    const ids = { msg_id: data.msg_id, node_id: this.nodeId, recipient_id: data.node_id };
    send(link, 'CERTIFICATE', { ...ids, certificate: encoded.toString('base64') });
  }

  #onCertificate(data: Data): void {
    const nodeId = String(data.node_id);
    const certificate = new X509Certificate(Buffer.from(String(data.certificate), 'base64'));
    this.certificates.set(nodeId, certificate);
    this.heard.add({ kind: 'certificate', nodeId, certificate });
  }

  #onKey(data: Data): void {
    if (data.recipient_id !== this.nodeId) return;
    const [channelId, wrapped] = [String(data.channel_id), Buffer.from(String(data.key), 'base64')];
    try {
      const key = unwrapKey(this.#options.wrap, wrapped, (this.#options.signsWith ?? this.#options.identity).privateKey);
      const channel = this.#channel(channelId);
      channel.key = key;
      channel.cipher = String(data.cipher).toLowerCase() as AesMode;
      this.heard.add({ kind: 'key', channelId, key });
    } catch {
      this.heard.add({ kind: 'unopened', verb: 'KEY', msgId: String(data.msg_id) });
    }
  }

  #onMessage(data: Data): void {
    const [channelId, from, msgId] = [String(data.channel_id), String(data.node_id), String(data.msg_id)];
    const channel = this.channels.get(channelId);
    const bytes = Buffer.from(String(data.message), 'base64');
    try {
      const signed = channel?.key === undefined ? bytes : decrypt(channel.cipher, channel.key, bytes);
      const opened = openText(signed, this.certificates.get(from)!);
      // Without a tag a wrong key gives bytes, but none that the sender has signed.
      if (channel?.key !== undefined && !opened.valid) throw new Error('The key opens nothing.');
      this.heard.add({ kind: 'text', from, channelId, msgId, ...opened });
    } catch {
      this.heard.add({ kind: 'unopened', verb: 'MESSAGE', msgId });
    }
  }
}

function send(link: JsonLink, verb: string, data: Data): void {
  link.send(JSON.stringify({ msg_type: verb, msg_data: data }));
}
