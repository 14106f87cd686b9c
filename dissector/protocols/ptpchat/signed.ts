import type { Check, Limits } from '../../bytes/index.ts';
import { type HashName, type PublicKey, readSignedData, verifyRsaMessage } from '../../crypto/index.ts';

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
const unknownSigner: Check = { state: 'unchecked', why: "the sender's certificate is not in the capture" };

/** The keys of the sender's certificates, and the limits of what is computed with them. */
export interface Sender {
  readonly signers: readonly PublicKey[];
  readonly limits: Limits;
}

/**
 * Reads the signed form; undefined when the bytes are none that a person could read. Where the bytes are known to be in the clear, `known` is the form that its channel was seen to take: text of any length counts
 * then, and that form goes before the others.
 */
export function readSigned(bytes: Uint8Array, { signers, limits }: Sender, known?: SignedForm): SignedText | undefined {
  const cms = readSignedData(bytes, limits);
  if (cms !== undefined) {
    const inside = cms.signer?.key;
    return { text: cms.content, form: 'CMS SignedData', check: cms.check, ...(typeof inside === 'object' ? { inside } : {}) };
  }
  const splits = splitsOf(bytes, signers);
  const verified = verify(splits, signers, limits);
  if (verified !== undefined) return verified;
  const least = known === undefined ? shortest : 0;
  if (isText(bytes, least))
    return { text: bytes, form: 'text alone', check: { state: 'unchecked', why: 'unsigned, or in an unknown form' } };
  const readable = splits.filter(({ text }) => isText(text, least));
  const best = readable.find(({ form }) => form === known) ?? readable[0];
  if (best === undefined) return undefined;
  return { text: best.text, form: best.form, check: failed(best, signers, limits) };
}

/** No signer's key verifies it; one that is not computed with may be the signer's all the same. */
function failed({ text, signature }: Split, signers: readonly PublicKey[], limits: Limits): Check {
  if (signers.length === 0) return unknownSigner;
  const checks = signers.map((signer) => verifyRsaMessage(signer, 'SHA-256', text, signature, limits));
  const unchecked = checks.find(({ state }) => state === 'unchecked');
  return unchecked ?? { state: 'invalid', why: "the signature does not verify with the sender's certificate" };
}

function splitsOf(bytes: Uint8Array, signers: readonly PublicKey[]): Split[] {
  const own = signers.flatMap((signer) => (signer.kind === 'RSA' ? [Math.ceil(signer.bits / 8)] : []));
  const sizes = own.length === 0 ? usualSizes : [...new Set(own)];
  return sizes
    .filter((size) => bytes.length >= size)
    .flatMap((size) => {
      const at = bytes.length - size;
      return [
        { text: bytes.subarray(0, at), signature: bytes.subarray(at), form: 'text, signature' as const },
        { text: bytes.subarray(size), signature: bytes.subarray(0, size), form: 'signature, text' as const },
      ];
    });
}

function verify(splits: readonly Split[], signers: readonly PublicKey[], limits: Limits): SignedText | undefined {
  for (const signer of signers) {
    for (const { text, signature, form } of splits) {
      for (const hash of ['SHA-256', 'SHA-1'] as const) {
        const check = verifyRsaMessage(signer, hash, text, signature, limits);
        if (check.state === 'valid') return { text, form, check, by: { signer, hash } };
      }
    }
  }
  return undefined;
}

/** Text that someone wrote. */
function isText(bytes: Uint8Array, least: number): boolean {
  try {
    return bytes.length >= least && /^[^\p{Cc}]*$/u.test(utf8.decode(bytes).replace(/[\t\r\n]/g, ''));
  } catch {
    return false;
  }
}
