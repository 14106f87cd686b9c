import { type Check, equalBytes, fromBase64, operationsOf, trialBytesOf, valuesOf } from '../../bytes/index.ts';
import type { PublicKey } from '../../crypto/index.ts';
import type { ObserverContext } from '../../protocol/index.ts';
import { BoundedMap } from './boundedmap.ts';
import { Certificates } from './certificates.ts';
import { cipher, wrapping as wrappingChoice } from './choices.ts';
import { tell } from './conformance/links.ts';
import type { Facts } from './facts.ts';
import { channelKind, channelLabel, rsaKind } from './keys.ts';
import { unpaddedKeys } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import type { Shown, WrappedKey } from './neighbours.ts';
import { member, type Parsed, textOf } from './parse.ts';
import { rules } from './rules.ts';
import { hashedPerMillisecond, type SignedText } from './signed.ts';
import { type ChannelKey as OpeningKey, readChannel, type Trials, type Unread } from './trialdecryption.ts';
import { paddedKeyOf } from './unwrapping.ts';

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

/** Bytes of a wrapped key, which is as long as an RSA modulus: one that is longer pushes no others out. */
const LONGEST_KEY = 1024;
/** Milliseconds of signature checks that a message has for itself, and those of one operation. */
const freeMs = 2;
const operationMs = 10;
const notOpened: Check = { state: 'unchecked', why: 'the text is encrypted, and no key of its channel is known' };
const notByThese: Check = { state: 'unchecked', why: 'the text is encrypted, and no known key of its channel decrypts it' };

/**
 * Certificates, channel keys and the messages that need them. A certificate or a KEY may come after the messages that it is
 * for, so everything is settled when the capture has ended.
 */
export class ChannelKeys implements Shown {
  readonly #context: ObserverContext<Facts>;
  /** Keys of each node's certificates: a node may renew its own. */
  readonly #signers = new Map<string, PublicKey[]>();
  /** Nodes with more certificates than are kept. */
  readonly #crowded = new Set<string>();
  readonly certificates: Certificates;
  readonly #keys: Held[] = [];
  /** Of what has come so far, by the message that brought it: a relay does not wait for the end. */
  readonly #wrapped: BoundedMap<number, WrappedKey>;
  readonly #messages: Held[] = [];
  #held = 0;
  readonly #trials: Trials;

  constructor(context: ObserverContext<Facts>) {
    this.#context = context;
    const { channelTrials, wrappedKeys, certificateText } = valuesOf(ownLimits, context.limits);
    this.certificates = new Certificates(certificateText);
    this.#wrapped = new BoundedMap(wrappedKeys, ({ bytes }) => bytes.length);
    this.#trials = { left: { user: channelTrials, capture: channelTrials }, budget: context.budget };
  }

  signersOf(node: string): readonly PublicKey[] {
    return this.#signers.get(node) ?? [];
  }

  wrappedKeysOf(channel: string): readonly WrappedKey[] {
    return [...this.#wrapped.values()].filter((each) => each.channel === channel);
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
    const channel = read('channel_id');
    const named = read('cipher') || undefined;
    if (element === 'key' && bytes.length <= LONGEST_KEY) this.#wrapped.set(id, { channel, cipher: named, bytes });
    const { pendingStream } = this.#context.limits;
    if (this.#held + bytes.length > pendingStream) {
      const note = `The limit pendingStream of ${pendingStream} bytes that wait for keys is passed: it is not looked into.`;
      if (element === 'key' && bytes.length <= LONGEST_KEY) this.#tell(id, { encrypted: true });
      tell(this.#context.messages, id, { note });
      return;
    }
    if (element === 'certificate') {
      const certificate = this.certificates.read(read(element));
      if (typeof certificate !== 'string' && typeof certificate.key !== 'string') this.#signs(read('node_id'), certificate.key);
      return;
    }
    this.#held += bytes.length;
    const held = { id, channel, node: read('node_id'), cipher: named, bytes };
    (element === 'key' ? this.#keys : this.#messages).push(held);
  }

  #signs(node: string, key: PublicKey): void {
    const known = this.#signers.get(node);
    if (known === undefined) this.#signers.set(node, [key]);
    else if (known.some((one) => isSameKey(one, key))) return;
    else if (known.length < valuesOf(ownLimits, this.#context.limits).certificates) known.push(key);
    else this.#crowded.add(node);
  }

  /** A step unwraps one key, or reads a part of one channel. */
  *settle(): Generator<void> {
    const channelKeys = new Map<string, ChannelKey[]>();
    const add = (channel: string, key: ChannelKey): void =>
      void channelKeys.set(channel, [...(channelKeys.get(channel) ?? []), key]);
    for (const held of this.#keys) {
      this.#tell(held.id, { encrypted: true });
      for (const key of yield* this.#unwrap(held)) {
        add(held.channel, key);
        if (key.isSure) this.#tell(held.id, keyFacts(key));
      }
      yield;
    }
    const byChannel = new Map<string, Unsettled[]>();
    for (const held of this.#messages) {
      const signers = this.#signers.get(held.node) ?? [];
      const message = { held, bytes: held.bytes, signers, limits: this.#context.limits, mayCheck: this.#mayCheck(held.bytes) };
      const messages = byChannel.get(held.channel);
      if (messages === undefined) byChannel.set(held.channel, [message]);
      else messages.push(message);
    }
    for (const [channel, messages] of byChannel) {
      const given = this.#context.keys
        .find(channelKind, channel)
        .map(({ secret, origin }) => ({ secret, origin, cipher: undefined, isSure: true, how: channelLabel }));
      yield* this.#settleChannel(messages, [...(channelKeys.get(channel) ?? []), ...given]);
      yield;
    }
    this.#keys.length = 0;
    this.#messages.length = 0;
  }

  /** Checks of one message in the clear: a few are free, more cost what operations do. */
  #mayCheck({ length }: Uint8Array): (milliseconds: number) => boolean {
    let free = freeMs + (2 * length) / hashedPerMillisecond;
    return (milliseconds) => {
      free -= milliseconds;
      return free >= 0 || this.#context.budget.spend('captureOperations', milliseconds / operationMs);
    };
  }

  /** The channel keys that the private keys of the ring make of a KEY. */
  *#unwrap(held: Held): Generator<void, ChannelKey[]> {
    const out: ChannelKey[] = [];
    const { keys, choices, messages, budget } = this.#context;
    for (const rsa of keys.all(rsaKind)) {
      if (rsa.secret.size !== held.bytes.length) continue;
      const { fingerprint, origin } = rsa;
      this.#context.pays(held.id);
      const made = paddedKeyOf(rsa, held.bytes, budget);
      if (made === undefined) {
        const name = operationsOf(origin);
        tell(messages, held.id, {
          note: `The limit ${name} of ${budget.limits[name]} is passed: not every RSA key was tried on it.`,
        });
        if (origin === 'capture') return out;
        continue;
      }
      yield;
      const padded = made.value;
      if (padded === undefined) continue;
      for (const { wrapping, key } of unpaddedKeys(padded, choices.of(wrappingChoice))) {
        if (key === undefined) continue;
        const { title, proves } = wrapping;
        const from = { how: title, by: fingerprint, frame: messages.frame(held.id) };
        out.push({ secret: key, origin, cipher: held.cipher, isSure: proves, ...from, ...(proves ? {} : { wrapped: held }) });
      }
    }
    return out;
  }

  *#settleChannel(messages: readonly Unsettled[], keys: readonly ChannelKey[]): Generator<void> {
    const modes = this.#context.choices.of(cipher).map(({ mode }) => mode);
    const unwrapped = keys.flatMap(({ by, frame, how }) => (by === undefined || frame === undefined ? [] : [{ by, frame, how }]));
    const isProven = keys.some(({ by, isSure }) => by !== undefined && isSure);
    const known = { ...(unwrapped.length === 0 ? {} : { unwrapped }), ...(isProven ? { hasChannelKey: true as const } : {}) };
    const readings = yield* readChannel(messages, keys, modes, this.#trials);
    for (const message of messages) {
      const reading = readings.get(message);
      if (reading === undefined) {
        this.#tell(message.held.id, { encrypted: true, ...known, signature: this.#notOpened(keys) });
        continue;
      }
      const { signed, opened } = reading;
      const signature = this.#checkOf(message.held, signed);
      if (opened === undefined) this.#tell(message.held.id, { encrypted: false, signed, signature });
      else {
        const { key, plaintext, how, mode } = opened;
        const opening = { secret: key.secret, mode };
        this.#tell(message.held.id, { encrypted: true, plaintext, signed, signature, how, opening, ...known });
        for (const other of keys)
          if (other.wrapped !== undefined && equalBytes(other.secret, key.secret)) this.#tell(other.wrapped.id, keyFacts(other));
      }
    }
  }

  #notOpened(keys: readonly ChannelKey[]): Check {
    if (keys.length === 0) return notOpened;
    const { limits, budget } = this.#context;
    const { channelTrials } = valuesOf(ownLimits, limits);
    const origins = [...new Set(keys.map(({ origin }) => origin))];
    const isCounted = origins.some((origin) => this.#trials.left[origin] < 0);
    const name = origins.map(trialBytesOf).find((each) => budget.isPassed(each));
    const passed = isCounted ? `the limit channelTrials of ${channelTrials} is passed` : name && budget.why(name);
    return passed === undefined ? notByThese : { state: 'unchecked', why: `the text is encrypted, and ${passed}` };
  }

  /**
   * "To be verified using the sender's public key": a certificate that a message brings along vouches for nobody once the sender has
   * shown its own. One that was not kept may be the one that verifies.
   */
  #checkOf({ node }: Held, { form, check, inside }: SignedText): Check {
    const own = this.#signers.get(node);
    const isOther = check.state === 'valid' && inside !== undefined && own?.some((key) => isSameKey(key, inside)) === false;
    if (!isOther && (check.state !== 'invalid' || form === 'CMS SignedData')) return check;
    if (this.#crowded.has(node)) {
      const { certificates } = valuesOf(ownLimits, this.#context.limits);
      return { state: 'unchecked', why: `no certificate verifies it that the limit certificates of ${certificates} kept` };
    }
    return isOther ? { state: 'invalid', why: "it is signed with another key than that of the sender's certificate" } : check;
  }

  #tell(id: number, facts: Facts): void {
    const { messages } = this.#context;
    tell(messages, id, facts);
    messages.setEncrypted(id, facts.encrypted);
    const isClosed = facts.encrypted && facts.key === undefined && facts.plaintext === undefined;
    // A part that stays encrypted does not mend a message that is broken elsewhere.
    if (isClosed && messages.state(id) === 'decoded') messages.setPartEncrypted(id, 'clear');
    else if (!isClosed && messages.state(id) === 'encrypted') messages.setState(id, 'decoded');
    if (facts.signature?.state === 'invalid') messages.addFinding(id, rules.signature, facts.signature.why);
  }
}

/** What is known of a KEY once its channel key is. */
function keyFacts({ secret, how, by }: ChannelKey): Facts {
  return { encrypted: true, key: secret, how, ...(by === undefined ? {} : { by }) };
}

/** Whether two public keys are one. */
export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  if (a.kind === 'RSA') return b.kind === 'RSA' && a.modulus === b.modulus && a.exponent === b.exponent;
  if (a.kind === 'Ed25519') return b.kind === 'Ed25519' && equalBytes(a.bytes, b.bytes);
  return b.kind === 'ECDSA' && a.curve === b.curve && equalBytes(a.point, b.point);
}
