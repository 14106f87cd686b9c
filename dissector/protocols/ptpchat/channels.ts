import { type Check, equalBytes, fromBase64 } from '../../bytes/index.ts';
import { type AesMode, type PublicKey, type RsaPrivateKey, readCertificate, rsaDecrypt } from '../../crypto/index.ts';
import type { Bench } from '../../session/index.ts';
import { cipher, wrapping } from './choices.ts';
import type { ConnectStep } from './connect.ts';
import type { Exchange } from './exchanges.ts';
import { channelLabel, rsaLabel } from './keys.ts';
import { type Link, tell } from './links.ts';
import { member, type Parsed, textOf } from './parse.ts';
import { type ChannelKey as OpeningKey, readChannel, type Unread } from './readings.ts';
import { rules } from './rules.ts';
import type { SignedText } from './signed.ts';

/** What the whole capture tells of a message: of a KEY or a MESSAGE what it holds, of any what it is tied to. */
export interface Facts {
  /** It travelled encrypted: a KEY always, a MESSAGE when it is not readable as it stands. */
  readonly encrypted: boolean;
  /** KEY: the channel key, and how it was wrapped. */
  readonly key?: Uint8Array;
  /** MESSAGE: what the channel key opened, the text in it. */
  readonly plaintext?: Uint8Array;
  readonly signed?: SignedText;
  readonly how?: string;
  /** KEY: the fingerprint of the RSA key that unwrapped it. */
  readonly by?: string;
  /** MESSAGE: what it was opened with. */
  readonly opening?: { readonly secret: Uint8Array; readonly mode: AesMode };
  /** What is acknowledged, and ACK: the exchange that it belongs to. */
  readonly exchange?: Exchange;
  /** CONNECT: which step of which path it is. */
  readonly connect?: ConnectStep;
  /** MESSAGE: the KEYs of its channel that opened, each by the fingerprint of its RSA key. */
  readonly unwrapped?: readonly { readonly by: string; readonly frame: number; readonly how: string }[];
  readonly signature?: Check;
  readonly links?: readonly Link[];
  /** Why it was not looked into. */
  readonly note?: string;
}

interface Held {
  readonly id: number;
  readonly channel: string;
  readonly node: string;
  readonly cipher: string | undefined;
  readonly bytes: Uint8Array;
}

interface ChannelKey extends OpeningKey {
  readonly how: string;
  /** The RSA key that unwrapped it, and the frame of the KEY. */
  readonly by?: string;
  readonly frame?: number;
  /** Set when the unwrapping did not prove itself: it counts once a message opens. */
  readonly wrapped?: Held;
}

interface Unsettled extends Unread {
  readonly held: Held;
}

/** Bytes of a modulus whose private operation counts as one; one twice as long takes eight times as long. */
const unitBytes = 512;
const notOpened: Check = { state: 'unchecked', why: 'the text is encrypted, and no key of its channel is known' };

/**
 * Certificates, channel keys and the messages that need them. A certificate or a KEY may come after the messages that it is
 * for, so everything is settled when the capture has ended.
 */
export class Channels {
  readonly #bench: Bench;
  /** Keys of each node's certificates: a node may renew its own. */
  readonly #signers = new Map<string, PublicKey[]>();
  /** Nodes with more certificates than are kept. */
  readonly #crowded = new Set<string>();
  readonly #keys: Held[] = [];
  readonly #messages: Held[] = [];
  #held = 0;
  #operations = 0;
  readonly #trials: { left: number };

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#trials = { left: bench.limits.channelTrials };
  }

  see(id: number, { verb, data }: Parsed): void {
    const element =
      verb?.name === 'CERTIFICATE'
        ? 'certificate'
        : verb?.name === 'KEY'
          ? 'key'
          : verb?.name === 'MESSAGE'
            ? 'message'
            : undefined;
    if (element === undefined) return;
    const read = (name: string): string => textOf(member(data, name)?.value) ?? '';
    const bytes = fromBase64(read(element));
    if (bytes === undefined || bytes.length === 0) return;
    const { pendingStream } = this.#bench.limits;
    if (this.#held + bytes.length > pendingStream) {
      const note = `The limit pendingStream of ${pendingStream} bytes that wait for keys is passed: it is not looked into.`;
      tell(this.#bench.messages, id, { note });
      return;
    }
    if (element === 'certificate') {
      const certificate = readCertificate(bytes);
      if (typeof certificate !== 'string' && typeof certificate.key !== 'string') this.#signs(read('node_id'), certificate.key);
      return;
    }
    this.#held += bytes.length;
    const held = { id, channel: read('channel_id'), node: read('node_id'), cipher: read('cipher') || undefined, bytes };
    (element === 'key' ? this.#keys : this.#messages).push(held);
  }

  #signs(node: string, key: PublicKey): void {
    const known = this.#signers.get(node);
    if (known === undefined) this.#signers.set(node, [key]);
    else if (known.some((one) => isSameKey(one, key))) return;
    else if (known.length < this.#bench.limits.certificates) known.push(key);
    else this.#crowded.add(node);
  }

  /** A step unwraps one key, or reads one channel. */
  *settle(): Generator<void> {
    const channelKeys = new Map<string, ChannelKey[]>();
    const add = (channel: string, key: ChannelKey): void =>
      void channelKeys.set(channel, [...(channelKeys.get(channel) ?? []), key]);
    for (const held of this.#keys) {
      this.#tell(held, { encrypted: true });
      for (const key of this.#unwrap(held)) {
        add(held.channel, key);
        if (key.isSure) this.#tell(held, keyFacts(key));
      }
      yield;
    }
    const byChannel = new Map<string, Unsettled[]>();
    for (const held of this.#messages) {
      const message = { held, bytes: held.bytes, signers: this.#signers.get(held.node) ?? [] };
      const messages = byChannel.get(held.channel);
      if (messages === undefined) byChannel.set(held.channel, [message]);
      else messages.push(message);
    }
    for (const [channel, messages] of byChannel) {
      const given = this.#bench.keys
        .find(channelLabel, channel)
        .map((key) => ({ secret: key.secret as Uint8Array, cipher: undefined, isSure: true, how: channelLabel }));
      this.#settleChannel(messages, [...(channelKeys.get(channel) ?? []), ...given]);
      yield;
    }
    this.#keys.length = 0;
    this.#messages.length = 0;
  }

  /** The channel keys that the private keys of the ring make of a KEY. */
  #unwrap(held: Held): ChannelKey[] {
    const out: ChannelKey[] = [];
    const { keys, choices, limits, messages } = this.#bench;
    for (const { secret, fingerprint } of keys.all(rsaLabel)) {
      const rsa = secret as RsaPrivateKey;
      if (rsa.size !== held.bytes.length) continue;
      this.#operations += Math.max(1, (rsa.size / unitBytes) ** 3);
      if (this.#operations > limits.privateOperations) {
        const note = `The limit privateOperations of ${limits.privateOperations} is passed: not every RSA key was tried on it.`;
        tell(messages, held.id, { note });
        return out;
      }
      const padded = rsaDecrypt(rsa, held.bytes);
      if (padded === undefined) continue;
      for (const { title, unwrap, proves } of choices.of(wrapping)) {
        const key = unwrap(padded);
        if (key?.length !== 32) continue;
        const from = { how: title, by: fingerprint, frame: messages.frame(held.id) };
        out.push({ secret: key, cipher: held.cipher, isSure: proves, ...from, ...(proves ? {} : { wrapped: held }) });
      }
    }
    return out;
  }

  #settleChannel(messages: readonly Unsettled[], keys: readonly ChannelKey[]): void {
    const modes = this.#bench.choices.of(cipher).map(({ mode }) => mode);
    const unwrapped = keys.flatMap(({ by, frame, how }) => (by === undefined || frame === undefined ? [] : [{ by, frame, how }]));
    const known = unwrapped.length === 0 ? {} : { unwrapped };
    const readings = readChannel(messages, keys, modes, this.#trials);
    for (const message of messages) {
      const reading = readings.get(message);
      if (reading === undefined) {
        this.#tell(message.held, { encrypted: true, ...known, signature: this.#notOpened(keys) });
        continue;
      }
      const { signed, opened } = reading;
      const signature = this.#checkOf(message.held, signed);
      if (opened === undefined) this.#tell(message.held, { encrypted: false, signed, signature });
      else {
        const { key, plaintext, how, mode } = opened;
        const opening = { secret: key.secret, mode };
        this.#tell(message.held, { encrypted: true, plaintext, signed, signature, how, opening, ...known });
        for (const other of keys)
          if (other.wrapped !== undefined && equalBytes(other.secret, key.secret)) this.#tell(other.wrapped, keyFacts(other));
      }
    }
  }

  #notOpened(keys: readonly ChannelKey[]): Check {
    if (keys.length === 0 || this.#trials.left > 0) return notOpened;
    const { channelTrials } = this.#bench.limits;
    return { state: 'unchecked', why: `the text is encrypted, and the limit channelTrials of ${channelTrials} is passed` };
  }

  /** A certificate that was not kept may be the one that verifies. */
  #checkOf({ node }: Held, { form, check }: SignedText): Check {
    if (check.state !== 'invalid' || form === 'CMS SignedData' || !this.#crowded.has(node)) return check;
    const { certificates } = this.#bench.limits;
    return { state: 'unchecked', why: `no certificate verifies it that the limit certificates of ${certificates} kept` };
  }

  #tell({ id }: Held, facts: Facts): void {
    const { messages } = this.#bench;
    tell(messages, id, facts);
    if (facts.encrypted) messages.setEncrypted(id);
    if (facts.signature?.state === 'invalid') messages.find(id, rules.signature, facts.signature.why);
  }
}

/** What is known of a KEY once its channel key is. */
function keyFacts({ secret, how, by }: ChannelKey): Facts {
  return { encrypted: true, key: secret, how, ...(by === undefined ? {} : { by }) };
}

/** Whether two RSA public keys are one. */
export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return a.kind === 'RSA' && b.kind === 'RSA' && a.modulus === b.modulus && a.exponent === b.exponent;
}
