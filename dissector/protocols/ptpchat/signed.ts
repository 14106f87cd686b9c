import type { Check, Limits } from '../../bytes/index.ts';
import { type HashName, type PublicKey, readSignedData, verificationCost, verifyRsaMessage } from '../../crypto/index.ts';

export type SignedForm = 'CMS SignedData' | 'text, signature' | 'signature, text' | 'text alone';

/** A MESSAGE's text with its signature taken off: the open choice of its signed form, settled by the signature that verifies. */
export interface SignedText {
  readonly text: Uint8Array;
  readonly form: SignedForm;
  readonly check: Check;
  /** What verified it, where that stands outside of the message. */
  readonly by?: { readonly signer: PublicKey; readonly hash: HashName };
  /** The key of the certificate inside, by which `check` says whether it verifies: whose it is, it does not say. */
  readonly inside?: PublicKey;
  /** Nothing verifies, and a signature of another length, or in another place, leaves a text too: this one may be cut in the wrong place. */
  readonly isGuessed?: true;
}

interface Split {
  readonly text: Uint8Array;
  readonly signature: Uint8Array;
  readonly form: SignedForm;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Bytes of the RSA moduli in use, for a signer whose certificate is not in the capture. */
const usualSizes = [256, 128, 384, 512] as const;
/** Text shorter than this is random bytes too often. */
const shortest = 4;
/** Bytes that are hashed in a millisecond. */
export const hashedPerMillisecond = 0x2_0000;
const tooCostly: Check = { state: 'unchecked', why: 'not checked: the limit of what its checks may cost is passed' };
const unknownSigner: Check = { state: 'unchecked', why: "the sender's certificate is not in the capture" };

/** The keys of the sender's certificates, and the limits of what is computed with them. */
export interface Sender {
  readonly signers: readonly PublicKey[];
  /** Keys that may be the sender's. That one of them does not verify says nothing, nor does its length. */
  readonly candidates?: readonly PublicKey[];
  readonly limits: Limits;
  /** Asked before a signature is checked, with the milliseconds that this takes; false, and it is not. */
  readonly mayCheck?: (milliseconds: number) => boolean;
}

/**
 * Reads the signed form; undefined when the bytes are none that a person could read. Where the bytes are known to be in the clear, `known` is the form that its channel was seen to take: text of any length counts
 * then, and that form goes before the others.
 */
export function readSigned(bytes: Uint8Array, sender: Sender, known?: SignedForm): SignedText | undefined {
  const { signers, candidates = [], limits } = sender;
  const cms = readSignedData(bytes, limits);
  if (cms !== undefined) {
    const inside = cms.signer?.key;
    return { text: cms.content, form: 'CMS SignedData', check: cms.check, ...(typeof inside === 'object' ? { inside } : {}) };
  }
  const splits = splitsOf(bytes, signers, candidates);
  const unchecked = new Map<Split, Check>();
  const verified = verify(splits, sender, unchecked);
  if (verified !== undefined) return verified;
  const least = known === undefined ? shortest : 0;
  const isText = textIn(bytes);
  if (bytes.length >= least && isText(bytes))
    return { text: bytes, form: 'text alone', check: { state: 'unchecked', why: 'unsigned, or in an unknown form' } };
  const readable = splits.filter(({ text }) => text.length >= least && isText(text));
  const best = readable.find(({ form }) => form === known) ?? readable[0];
  if (best === undefined) return undefined;
  const isGuessed = readable.length > 1 ? ({ isGuessed: true } as const) : {};
  return { text: best.text, form: best.form, check: failed(signers, unchecked.get(best)), ...isGuessed };
}

/** No signer's key verifies it; one that is not computed with may be the signer's all the same. */
function failed(signers: readonly PublicKey[], unchecked: Check | undefined): Check {
  if (signers.length === 0) return unknownSigner;
  return unchecked ?? { state: 'invalid', why: "the signature does not verify with the sender's certificate" };
}

function splitsOf(bytes: Uint8Array, signers: readonly PublicKey[], candidates: readonly PublicKey[]): Split[] {
  const own = sizesOf(signers);
  const sizes = own.length === 0 ? [...sizesOf(candidates), ...usualSizes] : own;
  return [...new Set(sizes)]
    .filter((size) => bytes.length >= size)
    .flatMap((size) => {
      const at = bytes.length - size;
      return [
        { text: bytes.subarray(0, at), signature: bytes.subarray(at), form: 'text, signature' as const },
        { text: bytes.subarray(size), signature: bytes.subarray(0, size), form: 'signature, text' as const },
      ];
    });
}

/** Bytes of the signatures that RSA keys make. */
function sizesOf(keys: readonly PublicKey[]): number[] {
  return keys.flatMap((key) => (key.kind === 'RSA' ? [Math.ceil(key.bits / 8)] : []));
}

function verify(
  splits: readonly Split[],
  { signers, candidates = [], limits, mayCheck }: Sender,
  unchecked: Map<Split, Check>,
): SignedText | undefined {
  for (const signer of [...signers, ...candidates]) {
    for (const split of splits) {
      const { text, signature, form } = split;
      // A signature is as long as its modulus: others cost nothing.
      if (signer.kind === 'RSA' && signature.length !== Math.ceil(signer.bits / 8)) continue;
      for (const hash of ['SHA-256', 'SHA-1'] as const) {
        const cost = signer.kind === 'RSA' ? verificationCost(signer) + text.length / hashedPerMillisecond : 0;
        const isTried = cost === 0 || mayCheck === undefined || mayCheck(cost);
        const check = isTried ? verifyRsaMessage(signer, hash, text, signature, limits) : tooCostly;
        if (check.state === 'valid') return { text, form, check, by: { signer, hash } };
        if (check.state === 'unchecked' && !unchecked.has(split)) unchecked.set(split, check);
      }
    }
  }
  return undefined;
}

/** The tab, the line feed and the carriage return aside: C0 and DEL; and C1, which UTF-8 writes as C2 80 to C2 9F. */
function isControl(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]!;
  if (byte < 0x20) return byte !== 9 && byte !== 10 && byte !== 13;
  return byte === 0x7f || (byte === 0xc2 && bytes[at + 1]! >= 0x80 && bytes[at + 1]! <= 0x9f);
}

/**
 * Whether a part of the bytes, a beginning or an end of them, is text that someone wrote. Control characters are looked for once for all parts. A wrong key makes bytes of all values, so that they are found
 * at once; to have them fail as UTF-8 would take longer.
 */
function textIn(bytes: Uint8Array): (part: Uint8Array) => boolean {
  let first = 0;
  while (first < bytes.length && !isControl(bytes, first)) first++;
  let last = bytes.length - 1;
  while (last > first && !isControl(bytes, last)) last--;
  return (part) => {
    const start = part.byteOffset - bytes.byteOffset;
    if (first < bytes.length && start + part.length > first && start <= last) return false;
    try {
      utf8.decode(part);
      return true;
    } catch {
      return false;
    }
  };
}
