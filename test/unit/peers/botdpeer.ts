/** A second peer of botd, from its specification alone: nothing here comes from the dissector that it tests. */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type AesMode, decrypt, encrypt } from './aes.ts';
import { clearFrame, encryptedFrame, FrameReader } from './botdframes.ts';
import { Heard } from './heard.ts';
import { type ProtoField, readProto, writeProto } from './protobuf.ts';
import {
  type Half,
  isSamePoint,
  isSignedBy,
  newSecret,
  type PointForm,
  publicPoint,
  type SignatureForm,
  sharedPoint,
  sharedX,
  signatureForm,
  signBytes,
} from './secp256k1.ts';

/** The specification names "aes-256" and ECDH alone: mode, key and encodings are choices. */
export interface BotdChoices {
  readonly points: PointForm;
  readonly signatures: SignatureForm;
  readonly half: Half;
  readonly key: 'sha256-point' | 'x' | 'sha256-x';
  readonly cipher: AesMode;
}

export const firstChoices: BotdChoices = {
  ...{ points: 'compressed', signatures: 'compact', half: 'low' },
  ...{ key: 'sha256-point', cipher: 'aes-256-gcm' },
};

export interface BotdOptions extends Partial<BotdChoices> {
  readonly secret: Buffer;
  /** Signs in place of the long-term key: a forgery. */
  readonly signedWith?: Buffer;
  /** Another node's key, which this one claims to be its own. */
  readonly plays?: Buffer;
  /** Writes pieces of so many bytes, each a segment of its own as far as the system lets it. */
  readonly pieces?: number;
  /** Says something in the same breath as its Ack. */
  readonly afterAck?: Buffer;
  /** Stands in the Ack in place of the Init's id. */
  readonly initId?: string;
}

export type BotdHeard =
  | { readonly kind: 'init'; readonly sender: Buffer; readonly form: SignatureForm }
  | { readonly kind: 'ack'; readonly initId: string; readonly form: SignatureForm }
  | { readonly kind: 'ping'; readonly id: string }
  | { readonly kind: 'pong'; readonly id: string; readonly pingId: string }
  | { readonly kind: 'protobuf'; readonly fields: readonly ProtoField[] }
  /** Why this peer hung up. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The connection is over. */
  | { readonly kind: 'closed' };

export class BotdPeer {
  readonly heard = new Heard<BotdHeard>();
  /** The session's AES key, for a look from outside. */
  key: Buffer | undefined;
  readonly ephemeral = newSecret();
  readonly #socket: Socket;
  readonly #options: BotdOptions & BotdChoices;
  /** The long-term key of the other side, as this peer believes or has heard it. */
  #remote: Buffer | undefined;
  readonly #opens: boolean;
  readonly #reader = new FrameReader();
  readonly #initId = randomUUID();
  readonly #pings = new Set<string>();

  constructor(socket: Socket, options: BotdOptions, remote?: Buffer) {
    this.#socket = socket;
    this.#options = { ...firstChoices, ...options };
    this.#remote = remote;
    this.#opens = remote !== undefined;
    socket.on('data', (bytes) => this.#received(bytes as Buffer));
    socket.on('close', () => this.heard.add({ kind: 'closed' }));
    socket.on('error', () => {});
    if (this.#opens) this.#sendInit();
  }

  /** Without the key of the other side it waits for an Init from there. */
  static async dial(port: number, remote: Buffer | undefined, options: BotdOptions): Promise<BotdPeer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new BotdPeer(socket, options, remote);
  }

  ping(id: string = randomUUID()): string {
    this.#pings.add(id);
    this.send(writeProto({ 1: id }));
    return id;
  }

  send(payload: Buffer): void {
    this.#write(encryptedFrame(encrypt(this.#options.cipher, this.key!, payload)));
  }

  close(): void {
    this.#socket.destroy();
  }

  #write(bytes: Buffer): void {
    const { pieces = bytes.length } = this.#options;
    this.#socket.setNoDelay(true);
    for (let at = 0; at < bytes.length; at += pieces) this.#socket.write(bytes.subarray(at, at + pieces));
  }

  #sendInit(): void {
    const { points, secret } = this.#options;
    const keys = [publicPoint(secret, points), this.#remote!, publicPoint(this.ephemeral, points)] as const;
    const [sender, recipient, ephemeral] = keys;
    const init = { 1: this.#initId, 2: sender, 3: recipient, 4: ephemeral, 5: this.#sign(keys) };
    this.#write(clearFrame(writeProto(init)));
  }

  #sign(keys: readonly Buffer[]): Buffer {
    const { secret, signedWith, signatures, half } = this.#options;
    return signBytes(Buffer.concat(keys), signedWith ?? secret, signatures, half);
  }

  #received(bytes: Buffer): void {
    this.#reader.add(bytes);
    try {
      if (this.key === undefined) {
        const payload = this.#reader.clear();
        if (payload === undefined) return;
        if (this.#opens) this.#acked(payload);
        else this.#init(payload);
      }
      for (let sealed = this.#reader.encrypted(); sealed !== undefined; sealed = this.#reader.encrypted()) this.#opened(sealed);
    } catch (error) {
      this.heard.add({ kind: 'refused', why: (error as Error).message });
      this.close();
    }
  }

  #init(payload: Buffer): void {
    const { points, secret, initId, plays, afterAck } = this.#options;
    const fields = readProto(payload);
    const [sender, recipient, theirs, signature] = [2, 3, 4, 5].map((field) => bytesIn(fields, field));
    if (!isSignedBy(Buffer.concat([sender!, recipient!, theirs!]), sender!, signature!))
      throw new Error('The signature of the Init is wrong.');
    if (!isSamePoint(recipient!, plays ?? publicPoint(secret, points))) throw new Error('The Init is for another node.');
    this.#remote = sender!;
    this.heard.add({ kind: 'init', sender: sender!, form: signatureForm(signature!) });
    const own = publicPoint(this.ephemeral, points);
    const ack = { 1: randomUUID(), 2: initId ?? bytesIn(fields, 1).toString(), 3: own };
    this.#derive(theirs!);
    this.#socket.cork();
    this.#write(clearFrame(writeProto({ ...ack, 4: this.#sign([recipient!, sender!, own]) })));
    if (afterAck !== undefined) this.send(afterAck);
    this.#socket.uncork();
  }

  #acked(payload: Buffer): void {
    const fields = readProto(payload);
    const [initId, theirs, signature] = [2, 3, 4].map((field) => bytesIn(fields, field));
    const own = publicPoint(this.#options.secret, this.#options.points);
    if (!isSignedBy(Buffer.concat([this.#remote!, own, theirs!]), this.#remote!, signature!))
      throw new Error('The signature of the Ack is wrong.');
    if (initId!.toString() !== this.#initId) throw new Error('The Ack names another Init.');
    this.#derive(theirs!);
    this.heard.add({ kind: 'ack', initId: initId!.toString(), form: signatureForm(signature!) });
  }

  #derive(theirs: Buffer): void {
    const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
    const { key } = this.#options;
    if (key === 'sha256-point') this.key = sha256(sharedPoint(this.ephemeral, theirs));
    else this.key = key === 'x' ? sharedX(this.ephemeral, theirs) : sha256(sharedX(this.ephemeral, theirs));
  }

  #opened(sealed: Buffer): void {
    const fields = readProto(decrypt(this.#options.cipher, this.key!, sealed));
    const texts = fields.every(({ value }, index) => Buffer.isBuffer(value) && fields[index]!.field === index + 1);
    if (texts && fields.length === 1) {
      const id = bytesIn(fields, 1).toString();
      this.heard.add({ kind: 'ping', id });
      this.send(writeProto({ 1: randomUUID(), 2: id }));
    } else if (texts && fields.length === 2 && this.#pings.has(bytesIn(fields, 2).toString())) {
      this.heard.add({ kind: 'pong', id: bytesIn(fields, 1).toString(), pingId: bytesIn(fields, 2).toString() });
    } else this.heard.add({ kind: 'protobuf', fields });
  }
}

/** Listens; each connection is a peer of its own. */
export class BotdListener {
  readonly port: number;
  readonly #peers: BotdPeer[] = [];
  readonly #waiting: ((peer: BotdPeer) => void)[] = [];
  readonly #close: () => void;

  private constructor(server: ReturnType<typeof createServer>, options: BotdOptions) {
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket) => {
      const peer = new BotdPeer(socket, options);
      this.#peers.push(peer);
      this.#waiting.shift()?.(peer);
    });
    this.#close = () => void server.close();
  }

  static async open(options: BotdOptions): Promise<BotdListener> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BotdListener(server, options);
  }

  /** The first one that connects. */
  accepted(): Promise<BotdPeer> {
    if (this.#peers[0] !== undefined) return Promise.resolve(this.#peers[0]);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    for (const peer of this.#peers) peer.close();
    this.#close();
  }
}

function bytesIn(fields: readonly ProtoField[], field: number): Buffer {
  const value = fields.findLast((each) => each.field === field)?.value;
  if (!Buffer.isBuffer(value)) throw new Error(`Field ${field} is missing.`);
  return value;
}
