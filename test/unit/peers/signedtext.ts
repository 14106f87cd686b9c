/** The signed text of a chat message, in the forms that the specification leaves open. */
import { sign, verify, type X509Certificate } from 'node:crypto';
import type { RsaIdentity } from './certificate.ts';
import { type OpenedCms, openCms, signCms } from './cms.ts';

export type SignedForm =
  | 'cms'
  /** CMS whose signature is over the content itself. */
  | 'cms-without-attributes'
  | 'text-signature-sha256'
  | 'text-signature-sha1'
  | 'signature-text-sha256'
  | 'signature-text-sha1';

export interface SignedText {
  readonly text: string;
  /** Signed by whom the certificate names. */
  readonly valid: boolean;
  readonly form: 'cms' | 'text-signature' | 'signature-text' | 'unknown';
}

export function signText(text: string, form: SignedForm, signer: RsaIdentity): Buffer {
  const bytes = Buffer.from(text);
  if (form === 'cms' || form === 'cms-without-attributes') return signCms(bytes, signer, form === 'cms');
  const signature = sign(form.endsWith('sha1') ? 'sha1' : 'sha256', bytes, signer.privateKey);
  return Buffer.concat(form.startsWith('text') ? [bytes, signature] : [signature, bytes]);
}

/** The certificate is what the sender's CERTIFICATE has said; one that a message brings along vouches for nobody. */
export function openText(bytes: Buffer, certificate: X509Certificate): SignedText {
  const cms = cmsIn(bytes);
  if (cms !== undefined) {
    const isSender = cms.signer.raw.equals(certificate.raw);
    return { text: cms.content.toString(), valid: cms.valid && isSender, form: 'cms' };
  }
  const size = certificate.publicKey.asymmetricKeyDetails!.modulusLength! / 8;
  const end = Math.max(bytes.length - size, 0);
  const readings = [
    { form: 'text-signature', text: bytes.subarray(0, end), signature: bytes.subarray(end) },
    { form: 'signature-text', text: bytes.subarray(size), signature: bytes.subarray(0, size) },
  ] as const;
  for (const { form, text, signature } of readings)
    for (const digest of ['sha256', 'sha1'])
      if (verify(digest, text, certificate.publicKey, signature)) return { form, text: text.toString(), valid: true };
  return { text: bytes.toString(), valid: false, form: 'unknown' };
}

function cmsIn(bytes: Buffer): OpenedCms | undefined {
  try {
    return openCms(bytes);
  } catch {
    return undefined;
  }
}
