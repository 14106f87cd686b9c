/** A second peer of ptpchat, from its specification alone: nothing here comes from the dissector that it tests. */
import { randomBytes, randomInt, randomUUID, X509Certificate } from 'node:crypto';
import { type AesMode, decrypt, encrypt } from './aes.ts';
import type { RsaIdentity } from './certificate.ts';
import { ConnectPaths } from './connectpaths.ts';
import { Heard } from './heard.ts';
import { type IdForm, parseWithIds, writeWithIds } from './jsonids.ts';
import { type JsonLink, type JsonPort, openPort, type Transport } from './jsonlinks.ts';
import { type KeyWrap, unwrapKey, wrapKey } from './keywrap.ts';
import { openText, type SignedForm, type SignedText, signText } from './signedtext.ts';

/** The specification names no mode, no padding and no signed form: these are choices. */
export interface PtpchatChoices {
  readonly wrap: KeyWrap;
  readonly cipher: AesMode;
  readonly form: SignedForm;
  readonly certificate: 'der' | 'pem';
  readonly ids: IdForm;
}

export const firstChoices: PtpchatChoices = {
  ...{ wrap: 'oaep-sha1', cipher: 'aes-256-cbc' },
  ...{ form: 'cms', certificate: 'der', ids: 'strings' },
};

export interface PtpchatOptions extends Partial<PtpchatChoices> {
  readonly nodeId: string;
  readonly identity: RsaIdentity;
  readonly transport: Transport;
  /** Signs and opens KEYs in place of the key that the certificate names: a forgery. */
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
  readonly json: string;
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

/** Verbs that ask for an ACK. */
const acknowledgedVerbs = ['GETCERTIFICATE', 'CERTIFICATE', 'GETKEY', 'KEY', 'MESSAGE'];
const HELLO_MS = 1000;

export class PtpchatPeer {
  readonly heard = new Heard<PtpchatHeard>();
  readonly channels = new Map<string, Channel>();
  readonly certificates = new Map<string, X509Certificate>();
  readonly #options: PtpchatOptions & PtpchatChoices;
  readonly #hellos = new Map<JsonLink, NodeJS.Timeout>();
  /** Which node is at the other end, as it says. */
  readonly #nodes = new Map<JsonLink, string>();
  /** What waits for the certificate of a node: texts of it, and keys for it. */
  readonly #waiting: { readonly nodeId: string; readonly go: () => void }[] = [];
  readonly #ports: JsonPort[] = [];
  readonly #paths = new ConnectPaths({
    newPort: () => this.#openPort(),
    greet: async (port, remotePort) => this.#greet(await port.dial(remotePort)),
    send: (link, data) => this.#send(link, 'CONNECT', data),
    neighbours: () => [...this.#hellos.keys()],
  });

  private constructor(options: PtpchatOptions) {
    this.#options = { ...firstChoices, ...options };
  }

  /** Listens on a free port, and can dial besides. */
  static async open(options: PtpchatOptions): Promise<PtpchatPeer> {
    const peer = new PtpchatPeer(options);
    await peer.#openPort();
    return peer;
  }

  get port(): number {
    return this.#ports[0]!.port;
  }

  get nodeId(): string {
    return this.#options.nodeId;
  }

  async dial(port: number): Promise<void> {
    this.#greet(await this.#ports[0]!.dial(port));
  }

  close(): void {
    for (const timer of this.#hellos.values()) clearInterval(timer);
    for (const port of this.#ports) port.close();
  }

  verb(verb: string, fits: (data: Data) => boolean = () => true): Promise<FromWire> {
    return this.heard.first('wire', (item) => item.verb === verb && fits(item.data));
  }

  acknowledged(msgId: string): Promise<FromWire> {
    return this.verb('ACK', (data) => data.msg_id === msgId);
  }

  /** To all neighbours. */
  say(verb: string, data: Data): void {
    for (const link of this.#hellos.keys()) this.#send(link, verb, data);
  }

  /** As it stands, to all neighbours. */
  sayJson(json: string): void {
    for (const link of this.#hellos.keys()) link.send(json);
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

  /** Into a closed channel a node brings its certificate along, "in advance of a GETCERTIFICATE". */
  join(id: string, showsCertificate = this.#channel(id).closed): void {
    this.#channel(id).members.add(this.nodeId);
    this.say('JOIN', this.#about(id));
    if (showsCertificate) for (const [link, node] of this.#nodes) this.#showCertificate(link, this.#newId(), node);
  }

  leave(id: string): void {
    this.#channel(id).members.delete(this.nodeId);
    this.say('LEAVE', this.#about(id));
  }

  askForCertificate(): string {
    const msg_id = this.#newId();
    this.say('GETCERTIFICATE', { msg_id, node_id: this.nodeId });
    return msg_id;
  }

  askForKey(channelId: string): string {
    const data = this.#about(channelId);
    this.say('GETKEY', data);
    return data.msg_id;
  }

  /** Encrypted with the key of the recipient's certificate, which must have come before, or of another one's. */
  giveKey(channelId: string, recipient: string, encryptedFor = this.certificates.get(recipient)!): string {
    const { key, cipher } = this.#channel(channelId);
    const wrapped = wrapKey(this.#options.wrap, key!, encryptedFor.publicKey);
    const about = { ...this.#about(channelId), recipient_id: recipient };
    const data = { ...about, cipher: cipher.toUpperCase(), key: wrapped.toString('base64') };
    for (const [link, node] of this.#nodes) if (node === recipient) this.#send(link, 'KEY', data);
    return about.msg_id;
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

  /** The nodes that it can reach, to each of them. */
  route(): void {
    const nodes = [...this.#nodes].map(([{ remotePort }, node_id]) => ({ node_id, address: `127.0.0.1:${remotePort}` }));
    this.say('ROUTING', { nodes });
  }

  /** Asks its first neighbour for a path to a node at that address. */
  connect(ip: string): Promise<void> {
    return this.#paths.ask([...this.#hellos.keys()][0]!, ip);
  }

  #about(channelId: string): { msg_id: string; node_id: string; channel: string; channel_id: string } {
    const { id, name } = this.#channel(channelId);
    return { msg_id: this.#newId(), node_id: this.nodeId, channel: name, channel_id: id };
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

  #send(link: JsonLink, verb: string, data: Data): void {
    link.send(writeWithIds({ msg_type: verb, msg_data: data }, this.#options.ids));
  }

  /** Twenty digits are more than a double has. */
  #newId(): string {
    return this.#options.ids === 'strings' ? randomUUID() : `9${randomInt(1e9, 1e10)}${randomInt(1e8, 1e9)}`;
  }

  async #openPort(): Promise<JsonPort> {
    const port = await openPort(this.#options.transport, (json, link) => this.#arrived(json, link));
    this.#ports.push(port);
    return port;
  }

  #arrived(json: string, link: JsonLink): void {
    const { msg_type: verb, msg_data } = parseWithIds(json) as { msg_type: string; msg_data?: Data };
    const data = msg_data ?? {};
    if (acknowledgedVerbs.includes(verb)) this.#send(link, 'ACK', { msg_id: data.msg_id });
    // A MESSAGE may come by way of another node; all else is said by the neighbour itself.
    if (verb !== 'MESSAGE' && data.node_id !== undefined) this.#nodes.set(link, String(data.node_id));
    const channel = this.channels.get(String(data.channel_id));
    if (verb === 'HELLO') this.#greet(link);
    else if (verb === 'CHANNEL') this.#onChannel(data);
    else if (verb === 'JOIN') channel?.members.add(String(data.node_id));
    else if (verb === 'LEAVE') channel?.members.delete(String(data.node_id));
    else if (verb === 'GETCERTIFICATE') this.#showCertificate(link, data.msg_id, data.node_id);
    else if (verb === 'CERTIFICATE') this.#onCertificate(data);
    else if (verb === 'GETKEY') this.#onGetKey(data, channel, link);
    else if (verb === 'KEY') this.#onKey(data);
    else if (verb === 'MESSAGE') this.#onMessage(data, link);
    else if (verb === 'CONNECT') void this.#paths.received(data as { dst: string; src: string }, link);
    this.heard.add({ kind: 'wire', verb, data, json, link });
  }

  /** Does what needs a node's certificate, at once or when the question for it is answered. */
  #certified(nodeId: string, link: JsonLink, go: () => void): void {
    if (this.certificates.has(nodeId)) return void go();
    this.#waiting.push({ nodeId, go });
    this.#send(link, 'GETCERTIFICATE', { msg_id: this.#newId(), node_id: this.nodeId });
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

  #showCertificate(link: JsonLink, msg_id: unknown, recipient_id: unknown): void {
    const { certificate } = this.#options.identity;
    const encoded = this.#options.certificate === 'der' ? certificate.raw : Buffer.from(certificate.toString());
    this.#send(link, 'CERTIFICATE', { msg_id, node_id: this.nodeId, recipient_id, certificate: encoded.toString('base64') });
  }

  #onCertificate(data: Data): void {
    const nodeId = String(data.node_id);
    const certificate = new X509Certificate(Buffer.from(String(data.certificate), 'base64'));
    this.certificates.set(nodeId, certificate);
    this.heard.add({ kind: 'certificate', nodeId, certificate });
    const ready = this.#waiting.filter((each) => each.nodeId === nodeId);
    for (const each of ready) {
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      each.go();
    }
  }

  /** "At the discretion of the sender": members get it, and nobody else. */
  #onGetKey(data: Data, channel: Channel | undefined, link: JsonLink): void {
    const nodeId = String(data.node_id);
    if (channel?.key === undefined || !channel.members.has(nodeId)) return;
    this.#certified(nodeId, link, () => void this.giveKey(channel.id, nodeId));
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

  /** Those of its recipients that are neighbours get it as it stands; it is read here if it is for this node. */
  #onMessage(data: Data, from: JsonLink): void {
    const recipients = (data.recipient as readonly { readonly node_id: unknown }[]).map(({ node_id }) => String(node_id));
    for (const [link, nodeId] of this.#nodes)
      if (link !== from && nodeId !== data.node_id && recipients.includes(nodeId)) this.#send(link, 'MESSAGE', data);
    if (recipients.includes(this.nodeId)) this.#certified(String(data.node_id), from, () => this.#read(data));
  }

  #read(data: Data): void {
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
