import { equalBytes, fromBase64, toBase64, valuesOf } from '../../bytes/index.ts';
import { type FieldValues, isFieldValues } from '../../codec/index.ts';
import { rsaPublicOf } from '../../crypto/index.ts';
import { type Corruption, type Editing, type KeyRing, type MessageView, wrongKeyOf } from '../../protocol/index.ts';
import { cipher, wrapping } from './choices.ts';
import type { Facts } from './facts.ts';
import { forms } from './forms.ts';
import { channelKind, rsaKind, rsaLabel } from './keys.ts';
import { unpaddedKeys } from './keyschedule.ts';
import { ownLimits } from './limits.ts';
import type { Neighbours } from './neighbours.ts';
import { resigned } from './signing.ts';
import { type ChannelKey, readChannel } from './trialdecryption.ts';
import { paddedKeyOf } from './unwrapping.ts';

type View = MessageView<Facts, Neighbours>;

/** What a MESSAGE says, and its `message` for another text. */
interface OpenText {
  readonly text: string;
  /** The signed form of a text; undefined where it cannot be made. */
  signed(text: string): Uint8Array | undefined;
  /** As it travels: under the key of its channel, with the iv of the message that it stands for. */
  seal(signed: Uint8Array, spoiling: Corruption): Uint8Array | undefined;
  readonly isSigned: boolean;
}

const unread = 'No given key opens the text of this MESSAGE: "message" goes on as you wrote it.';
const noText = 'What this MESSAGE holds is no text: "message" goes on as you wrote it.';
const guessed =
  'No known key verifies the signature of this MESSAGE, and it may have more than one length: "message" goes on as you wrote it.';
/** Bytes of a length before an object on a stream. */
const prefixLength = 4;
const encoder = new TextEncoder();

/**
 * A message as its JSON has it; of a MESSAGE that is readable, or that a key of its channel opens, with its `text` in msg_data besides. The
 * text is signed again with the sender's private key, and sealed again under the key of its channel.
 */
export function editing(view: View, keys: KeyRing): Editing | string | undefined {
  const { name, bytes, start, end, limits } = view;
  const form = forms.find((each) => each.name === name);
  if (form === undefined) return undefined;
  const { values, problem, spacing } = form.decode(bytes.subarray(start, end), limits);
  if (problem !== undefined) return `${name} is not whole: ${problem.text}.`;
  const data = values.msg_data;
  const message = name === 'MESSAGE' && isFieldValues(data) && data.text === undefined ? data.message : undefined;
  const sent = typeof message === 'string' ? fromBase64(message) : undefined;
  const isKnown = sent !== undefined && sent.length > 0 && toBase64(sent) === message;
  const read = isKnown ? openText(view, sent, data as FieldValues, keys) : unread;
  const open = typeof read === 'string' ? undefined : read;
  const encode = (given: FieldValues, spoiling: Corruption | undefined): Uint8Array =>
    form.encode(written(given, message, open, spoiling), spacing);
  return {
    values: open === undefined ? values : { ...values, msg_data: { ...(data as FieldValues), text: open.text } },
    encode: (given) => encode(given, undefined),
    seal: (given, spoiling) => framed(view, encode(given, spoiling)),
    remark: () => (isKnown ? remarkOn(read) : undefined),
  };
}

function remarkOn(open: OpenText | string): string | undefined {
  if (typeof open === 'string') return open;
  if (open.isSigned) return undefined;
  return `The signature in MESSAGE is not made again without ${rsaLabel} of its sender: the receiver refuses another text.`;
}

/** The values as they are written: `text` in "message", unless that was written by hand. Sealed where `spoiling` is given. */
function written(
  given: FieldValues,
  message: unknown,
  open: OpenText | undefined,
  spoiling: Corruption | undefined,
): FieldValues {
  const data = given.msg_data;
  if (open === undefined || !isFieldValues(data)) return given;
  const { text, ...others } = data;
  if (others.message !== message || text === undefined) return { ...given, msg_data: others };
  if (typeof text !== 'string') throw new TypeError('text is a text');
  const signed = open.signed(text);
  const bytes = spoiling === undefined ? signed : signed && open.seal(signed, spoiling);
  if (bytes === undefined) throw new TypeError('text cannot be signed and sealed');
  return { ...given, msg_data: { ...others, message: toBase64(bytes) } };
}

/** What a MESSAGE says; a sentence where that is not known. */
function openText(view: View, sent: Uint8Array, data: FieldValues, keys: KeyRing): OpenText | string {
  const { limits, budget, choices, session } = view;
  const own = keys.all(rsaKind).map(({ secret }) => secret);
  const signers = session?.shown.signersOf(String(data.node_id)) ?? [];
  const sealed = { bytes: sent, signers, candidates: own.map(rsaPublicOf), limits };
  const { channelTrials } = valuesOf(ownLimits, limits);
  const trials = { left: { user: channelTrials, capture: channelTrials }, budget };
  const modes = choices.of(cipher).map(({ mode }) => mode);
  const reading = finished(readChannel([sealed], channelKeys(view, String(data.channel_id), keys), modes, trials)).get(sealed);
  if (reading === undefined) return unread;
  if (reading.signed.isGuessed) return guessed;
  const { signed, opened } = reading;
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(signed.text);
  // What is no text is edited as bytes.
  if (!equalBytes(encoder.encode(text), signed.text)) return noText;
  const whole = opened?.plaintext ?? sent;
  const { make, isSigned } = resigned(whole, signed, own);
  return {
    ...{ text, isSigned },
    // Made again, the same signature may be written otherwise.
    signed: (other) => (other === text ? whole : make(encoder.encode(other))),
    seal: (plaintext, { wrongKey = false }) => {
      if (opened === undefined) return plaintext;
      const { mode, key } = opened;
      return mode.seal(wrongKey ? wrongKeyOf(key.secret) : key.secret, mode.parts(sent).iv, plaintext);
    },
  };
}

/** Keys of a channel: those that were given, and what given RSA keys unwrap of the KEYs between the two nodes. */
function channelKeys({ session, budget, choices }: View, channel: string, keys: KeyRing): readonly ChannelKey[] {
  const given = keys
    .find(channelKind, channel)
    .map(({ secret, origin }): ChannelKey => ({ secret, origin, cipher: undefined, isSure: true }));
  if (given.length > 0) return given;
  const wrapped = session?.shown.wrappedKeysOf(channel) ?? [];
  return wrapped.flatMap(({ bytes, cipher: named }) =>
    keys.all(rsaKind).flatMap((rsa) => {
      const padded = rsa.secret.size === bytes.length ? paddedKeyOf(rsa, bytes, budget)?.value : undefined;
      const found = padded === undefined ? [] : unpaddedKeys(padded, choices.of(wrapping));
      return found.flatMap(({ key, wrapping: { proves } }): ChannelKey[] =>
        key === undefined ? [] : [{ secret: key, origin: rsa.origin, cipher: named, isSure: proves }],
      );
    }),
  );
}

/** The object with what stands before it on a stream: its length, or white space. */
function framed({ bytes, start, end }: View, object: Uint8Array): Uint8Array {
  const head = bytes.slice(0, start);
  const prefix = start === prefixLength ? new DataView(head.buffer) : undefined;
  if (prefix?.getUint32(0) === end - start) prefix.setUint32(0, object.length);
  return Uint8Array.from([...head, ...object]);
}

function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value as T;
  }
}
