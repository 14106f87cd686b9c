import { type Budget, type KeyOrigin, toHex, trialBytesOf } from '../../bytes/index.ts';
import { type AesMode, aesModes } from '../../crypto/index.ts';
import { readSigned, type Sender, type SignedForm, type SignedText } from './signed.ts';

/** A MESSAGE whose text is looked for. */
export interface Unread extends Sender {
  readonly bytes: Uint8Array;
}

/** A key that might open a channel's messages. */
export interface ChannelKey {
  readonly secret: Uint8Array;
  /** As its KEY names it. */
  readonly cipher: string | undefined;
  /** It is the channel's key beyond doubt: given by the user, or unwrapped by a padding that fits by no chance. */
  readonly isSure: boolean;
  /** Who brought it, or the key that unwrapped it. */
  readonly origin: KeyOrigin;
}

/** How a message came to be read: without a key, or with one and a cipher. */
export interface Reading<K extends ChannelKey> {
  readonly signed: SignedText;
  readonly opened?: { readonly key: K; readonly plaintext: Uint8Array; readonly mode: AesMode; readonly how: string };
}

/** One way in which a channel's messages may be written: in the clear, or under a key and a cipher. */
interface Way<K extends ChannelKey> {
  readonly key?: K;
  readonly mode?: AesMode;
  /** What it makes of a message counts, however short: a message has proven it, or nothing about it is open. */
  isProven: boolean;
  /** The signed form that was seen. */
  form: SignedForm | undefined;
}

/** Text that a cipher without a proof gave must be this long to prove its key; CBC's padding proves something too. */
const telling: Readonly<Record<AesMode['name'], number>> = { 'AES-256-CBC': 4, 'AES-256-CTR': 16, 'AES-256-GCM': 0 };
const yieldMs = 10;
/** What a millisecond of signature checks counts as. */
const bytesPerMillisecond = 0x4_0000;
/** Bytes of the shortest ciphertext: an iv. */
const shortestSealed = 16;

/** How many more keys of each origin may be tried on messages, and on how many bytes. */
export interface Trials {
  readonly left: Record<KeyOrigin, number>;
  readonly budget: Budget;
}

/**
 * Reads the messages of one channel. Which key, cipher and signed form it is written in is settled for the channel as a whole:
 * what one message proves counts for the others, which may be too short to prove anything.
 */
export function* readChannel<M extends Unread, K extends ChannelKey>(
  messages: readonly M[],
  keys: readonly K[],
  modes: readonly AesMode[],
  trials: Trials,
): Generator<void, Map<M, Reading<K>>> {
  const found = new Map<M, Reading<K>>();
  const clear: Way<K> = { isProven: false, form: undefined };
  const ways = new Ways(keys, modes, trials);
  for (const message of messages) {
    const reading = inClear(message, clear) ?? (yield* ways.read(message));
    if (reading !== undefined) found.set(message, reading);
  }
  for (const message of messages) {
    if (found.has(message)) continue;
    const reading = ways.readAsOthers(message) ?? asOthers(message.bytes, message, clear);
    if (reading !== undefined) found.set(message, reading);
    yield;
  }
  return found;
}

function inClear<K extends ChannelKey>(message: Unread, way: Way<K>): Reading<K> | undefined {
  const signed = readSigned(message.bytes, message, message.bytes.length < shortestSealed ? 'text alone' : undefined);
  if (signed === undefined) return undefined;
  way.isProven = true;
  way.form ??= signed.form;
  return { signed };
}

/** The keys and ciphers of a channel, the one that read a message last before the others. */
class Ways<K extends ChannelKey> {
  readonly #trials: Trials;
  #ways: Way<K>[] = [];
  #since = 0;
  /** What the checks of the signatures in the last plaintext cost. */
  #checked = 0;

  constructor(keys: readonly K[], modes: readonly AesMode[], trials: Trials) {
    this.#trials = trials;
    const seen = new Set<string>();
    // The same key comes in a KEY to each member.
    const rank = ({ origin, isSure }: K): number => (origin === 'user' ? 2 : 0) + Number(isSure);
    for (const key of [...keys].sort((a, b) => rank(b) - rank(a))) {
      const name = key.cipher?.toUpperCase();
      const isNamed = aesModes.some((mode) => mode.name === name);
      for (const mode of modes) {
        const same = `${mode.name} ${toHex(key.secret)}`;
        if ((isNamed && mode.name !== name) || seen.has(same)) continue;
        seen.add(same);
        this.#ways.push({ key, mode, isProven: isNamed && key.isSure, form: undefined });
      }
    }
  }

  /** By a tag, a signature that verifies or a form that no chance makes; else by a text that is long enough. */
  *read(message: Unread): Generator<void, Reading<K> | undefined> {
    let likely: { way: Way<K>; plaintext: Uint8Array; signed: SignedText } | undefined;
    for (const way of this.#ways) {
      if (this.#isLong()) yield;
      const plaintext = this.#open(message, way);
      if (plaintext === undefined) continue;
      const signed = readSigned(plaintext, this.#paying(message, way));
      const isTagged = way.mode!.proves;
      if (isTagged) way.isProven = true;
      if (signed === undefined) continue;
      const isSigned = signed.check.state === 'valid' || signed.form === 'CMS SignedData';
      if (isTagged || isSigned)
        return this.#found(message, way, plaintext, signed, isTagged ? 'its tag opens' : 'its signature verifies');
      if (signed.text.length >= telling[way.mode!.name]) likely ??= { way, plaintext, signed };
    }
    return likely && this.#found(message, likely.way, likely.plaintext, likely.signed, 'unproven: it reads as text');
  }

  /** What proves nothing by itself, read as other messages of the channel were. */
  readAsOthers(message: Unread): Reading<K> | undefined {
    for (const way of this.#ways) {
      const plaintext = way.isProven ? this.#open(message, way) : undefined;
      const reading = plaintext && asOthers(plaintext, this.#paying(message, way), way);
      if (reading === undefined) continue;
      this.#opens(way, message);
      return reading;
    }
    return undefined;
  }

  #found(message: Unread, way: Way<K>, plaintext: Uint8Array, signed: SignedText, proof: string): Reading<K> {
    this.#opens(way, message);
    way.isProven = true;
    way.form ??= signed.form;
    if (this.#ways[0] !== way) this.#ways = [way, ...this.#ways.filter((one) => one !== way)];
    return readingOf(way, plaintext, signed, proof);
  }

  #open({ bytes }: Unread, { key, mode }: Way<K>): Uint8Array | undefined {
    const { left, budget } = this.#trials;
    const { origin, secret } = key!;
    if (left[origin]-- <= 0 || !budget.mayTry(origin, bytes.length)) return undefined;
    return mode!.open(secret, bytes);
  }

  /** Signatures in what a key makes of a message are checked on that key's account. */
  #paying({ signers, candidates, limits }: Unread, { key }: Way<K>): Sender {
    const { budget } = this.#trials;
    this.#checked = 0;
    const mayCheck = (milliseconds: number): boolean => {
      const cost = Math.ceil(milliseconds * bytesPerMillisecond);
      if (!budget.spend(trialBytesOf(key!.origin), cost)) return false;
      this.#checked += cost;
      return true;
    };
    return { signers, ...(candidates === undefined ? {} : { candidates }), limits, mayCheck };
  }

  /** To open a message once, and to check its signature, is no burden. */
  #opens({ key }: Way<K>, { bytes }: Unread): void {
    const { budget } = this.#trials;
    budget.opened(key!.origin, bytes.length);
    budget.giveBack(trialBytesOf(key!.origin), this.#checked);
    this.#checked = 0;
  }

  /** Trials have taken so long that others get their turn. */
  #isLong(): boolean {
    const { milliseconds } = this.#trials.budget;
    if (milliseconds - this.#since < yieldMs) return false;
    this.#since = milliseconds;
    return true;
  }
}

function asOthers<K extends ChannelKey>(plaintext: Uint8Array, message: Sender, way: Way<K>): Reading<K> | undefined {
  if (!way.isProven) return undefined;
  const signed = readSigned(plaintext, message, way.form ?? 'text, signature') ?? asItIs(way, plaintext);
  return signed && readingOf(way, plaintext, signed, 'as other messages of the channel');
}

/** What a tag opens is the plaintext, whatever it reads as. */
function asItIs<K extends ChannelKey>({ mode }: Way<K>, text: Uint8Array): SignedText | undefined {
  const check = { state: 'unchecked', why: 'unsigned, or in an unknown form' } as const;
  return mode?.proves === true ? { text, form: 'text alone', check } : undefined;
}

function readingOf<K extends ChannelKey>(
  { key, mode }: Way<K>,
  plaintext: Uint8Array,
  signed: SignedText,
  proof: string,
): Reading<K> {
  return key === undefined || mode === undefined
    ? { signed }
    : { signed, opened: { key, plaintext, mode, how: `${mode.name}, ${proof}` } };
}
