import { type Check, fromBase64 } from '../../bytes/index.ts';
import { aesModes, type PublicKey, type RsaPrivateKey, readCertificate, rsaDecrypt } from '../../crypto/index.ts';
import type { Bench } from '../../session/index.ts';
import { cipher, wrapping } from './choices.ts';
import { channelLabel, rsaLabel } from './keys.ts';
import { type Link, tell } from './links.ts';
import { member, type Parsed, textOf } from './parse.ts';
import { rules } from './rules.ts';
import { readSigned, type SignedText } from './signed.ts';

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
  /** MESSAGE: the KEYs of its channel that opened, each by the fingerprint of its RSA key. */
  readonly unwrapped?: readonly { readonly by: string; readonly frame: number; readonly how: string }[];
  readonly signature?: Check;
  readonly links?: readonly Link[];
}

interface Held {
  readonly id: number;
  readonly channel: string;
  readonly node: string;
  readonly cipher: string | undefined;
  readonly bytes: Uint8Array;
}

interface ChannelKey {
  readonly secret: Uint8Array;
  readonly cipher: string | undefined;
  readonly how: string;
  /** The RSA key that unwrapped it, and the frame of the KEY. */
  readonly by?: string;
  readonly frame?: number;
  /** Set when the unwrapping did not prove itself: it counts once a message opens. */
  readonly proves?: Held;
}

/** Text that a cipher without a proof gave must be this long to count without a signature that verifies. */
const unprovenText = 16;

/**
 * Certificates, channel keys and the messages that need them. A certificate or a KEY may come after the messages that it is
 * for, so everything is settled when the capture has ended.
 */
export class Channels {
  readonly #bench: Bench;
  readonly #signers = new Map<string, PublicKey>();
  readonly #keys: Held[] = [];
  readonly #messages: Held[] = [];
  #held = 0;
  #operations = 0;

  constructor(bench: Bench) {
    this.#bench = bench;
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
    if (bytes === undefined || bytes.length === 0 || this.#held + bytes.length > this.#bench.limits.pendingStream) return;
    if (element === 'certificate') {
      const certificate = readCertificate(bytes);
      if (typeof certificate !== 'string' && typeof certificate.key !== 'string')
        this.#signers.set(read('node_id'), certificate.key);
      return;
    }
    this.#held += bytes.length;
    const held = { id, channel: read('channel_id'), node: read('node_id'), cipher: read('cipher') || undefined, bytes };
    (element === 'key' ? this.#keys : this.#messages).push(held);
  }

  settle(): void {
    const channelKeys = new Map<string, ChannelKey[]>();
    const add = (channel: string, key: ChannelKey): void =>
      void channelKeys.set(channel, [...(channelKeys.get(channel) ?? []), key]);
    for (const held of this.#keys) {
      this.#tell(held, { encrypted: true });
      for (const key of this.#unwrap(held)) {
        add(held.channel, key);
        if (key.proves === undefined) this.#tell(held, { encrypted: true, key: key.secret, how: key.how });
      }
    }
    for (const held of this.#messages) {
      const given = this.#bench.keys
        .find(channelLabel, held.channel)
        .map((key) => ({ secret: key.secret as Uint8Array, cipher: undefined, how: channelLabel }));
      this.#settleMessage(held, [...(channelKeys.get(held.channel) ?? []), ...given]);
    }
    this.#keys.length = 0;
    this.#messages.length = 0;
  }

  /** The channel keys that the private keys of the ring make of a KEY. */
  #unwrap(held: Held): ChannelKey[] {
    const out: ChannelKey[] = [];
    const { keys, choices, limits, messages } = this.#bench;
    for (const { secret, fingerprint } of keys.all(rsaLabel)) {
      if (++this.#operations > limits.privateOperations) return out;
      const padded = rsaDecrypt(secret as RsaPrivateKey, held.bytes);
      if (padded === undefined) continue;
      for (const { title, unwrap, proves } of choices.of(wrapping)) {
        const key = unwrap(padded);
        if (key?.length !== 32) continue;
        const from = { how: title, by: fingerprint, frame: messages.frame(held.id) };
        out.push({ secret: key, cipher: held.cipher, ...from, ...(proves ? {} : { proves: held }) });
      }
    }
    return out;
  }

  #settleMessage(held: Held, keys: readonly ChannelKey[]): void {
    const signer = this.#signers.get(held.node);
    const clear = readSigned(held.bytes, signer);
    if (clear !== undefined) {
      this.#tell(held, { encrypted: false, signed: clear, signature: clear.check });
      return;
    }
    const unwrapped = keys.flatMap(({ by, frame, how }) => (by === undefined || frame === undefined ? [] : [{ by, frame, how }]));
    const known = unwrapped.length === 0 ? {} : { unwrapped };
    for (const key of keys) {
      for (const { mode } of this.#bench.choices.of(cipher)) {
        const isNamed = aesModes.some(({ name }) => name === key.cipher?.toUpperCase());
        if (isNamed && key.cipher!.toUpperCase() !== mode.name) continue;
        const plaintext = mode.open(key.secret, held.bytes);
        const signed = plaintext === undefined ? undefined : readSigned(plaintext, signer);
        if (signed === undefined || plaintext === undefined) continue;
        const isProven = mode.proves || signed.check.state === 'valid';
        if (!isProven && signed.text.length < unprovenText) continue;
        const proof = mode.proves ? 'its tag opens' : isProven ? 'its signature verifies' : 'unproven: it reads as text';
        this.#tell(held, {
          encrypted: true,
          plaintext,
          signed,
          signature: signed.check,
          how: `${mode.name}, ${proof}`,
          ...known,
        });
        if (key.proves !== undefined && isProven) this.#tell(key.proves, { encrypted: true, key: key.secret, how: key.how });
        return;
      }
    }
    this.#tell(held, {
      encrypted: true,
      ...known,
      signature: { state: 'unchecked', why: 'the text is encrypted, and no key of its channel is known' },
    });
  }

  #tell({ id }: Held, facts: Facts): void {
    const { messages } = this.#bench;
    tell(messages, id, facts);
    if (facts.encrypted) messages.setEncrypted(id);
    if (facts.signature?.state === 'invalid') messages.find(id, rules.signature, facts.signature.why);
  }
}
