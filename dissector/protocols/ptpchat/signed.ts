import type { Check } from '../../bytes/index.ts';
import { type PublicKey, readSignedData, verifyRsaMessage } from '../../crypto/index.ts';

/** A MESSAGE's text with its signature taken off: the open choice of its signed form, settled by the signature that verifies. */
export interface SignedText {
  readonly text: Uint8Array;
  readonly form: 'CMS SignedData' | 'text, signature' | 'signature, text' | 'text alone';
  readonly check: Check;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Bytes of the RSA moduli in use, for a signer whose certificate is not in the capture. */
const usualSizes = [256, 128, 384, 512] as const;
const unknownSigner: Check = { state: 'unchecked', why: "the sender's certificate is not in the capture" };

/** Reads the signed form; undefined when the bytes are none that a person could read. */
export function readSigned(bytes: Uint8Array, signer: PublicKey | undefined): SignedText | undefined {
  const cms = readSignedData(bytes);
  if (cms !== undefined) return { text: cms.content, form: 'CMS SignedData', check: cms.check };
  const sizes = signer?.kind === 'RSA' ? [Math.ceil(signer.bits / 8)] : usualSizes;
  const split = sizes
    .filter((size) => bytes.length >= size)
    .flatMap((size) => [
      {
        text: bytes.subarray(0, bytes.length - size),
        signature: bytes.subarray(bytes.length - size),
        form: 'text, signature' as const,
      },
      { text: bytes.subarray(size), signature: bytes.subarray(0, size), form: 'signature, text' as const },
    ]);
  if (signer !== undefined) {
    for (const { text, signature, form } of split) {
      for (const hash of ['SHA-256', 'SHA-1'] as const) {
        const check = verifyRsaMessage(signer, hash, text, signature);
        if (check.state === 'valid') return { text, form, check };
      }
    }
  }
  if (isText(bytes))
    return { text: bytes, form: 'text alone', check: { state: 'unchecked', why: 'unsigned, or in an unknown form' } };
  const readable = split.find(({ text }) => isText(text));
  if (readable === undefined) return undefined;
  const check: Check =
    signer === undefined
      ? unknownSigner
      : { state: 'invalid', why: "the signature does not verify with the sender's certificate" };
  return { text: readable.text, form: readable.form, check };
}

/** Text that someone wrote; a few random bytes would pass too often. */
function isText(bytes: Uint8Array): boolean {
  try {
    return bytes.length >= 4 && /^[^\p{Cc}]*$/u.test(utf8.decode(bytes).replace(/[\t\r\n]/g, ''));
  } catch {
    return false;
  }
}
