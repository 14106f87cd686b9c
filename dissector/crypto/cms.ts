import { concatBytes } from '@noble/hashes/utils.js';
import { type Attribute, ContentInfo, EncapsulatedContent, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { type Check, defaultLimits, equalBytes, toHex } from '../bytes/index.ts';
import { type CertificateInfo, readCertificate } from './certificate.ts';
import { verifyPss } from './pss.ts';
import { hashOf, type MessageHash, type ModulusLimit, type PublicKey, verifyMessage } from './signature.ts';

export interface Signed {
  /** The signed content. */
  readonly content: Uint8Array;
  readonly signer: CertificateInfo | undefined;
  /** The signer's certificate, DER. */
  readonly certificate?: Uint8Array;
  readonly check: Check;
  /** What the first signer's signature covers, and the hash that it names, where that is known. */
  readonly covered?: { readonly message: Uint8Array; readonly hash: MessageHash; readonly signature: Uint8Array };
}

const hashes: Readonly<Record<string, MessageHash>> = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
  '1.3.14.3.2.26': 'SHA-1',
};
const pssOid = '1.2.840.113549.1.1.10';
const messageDigestOid = '1.2.840.113549.1.9.4';
const signedDataOid = '1.2.840.113549.1.7.2';

/**
 * Reads DER CMS SignedData (RFC 5652) with its content inside and verifies its first signer with the certificate that
 * comes with it; undefined when the bytes are something else. Whether that certificate is the sender's is for others to say.
 */
export function readSignedData(der: Uint8Array, limits: ModulusLimit = defaultLimits): Signed | undefined {
  if (der[0] !== 0x30) return undefined;
  try {
    const info = AsnConvert.parse(der, ContentInfo);
    if (info.contentType !== signedDataOid) return undefined;
    const data = AsnConvert.parse(info.content, SignedData);
    const octets = data.encapContentInfo.eContent?.single ?? data.encapContentInfo.eContent?.any;
    if (octets === undefined) return undefined;
    const content = new Uint8Array(octets instanceof OctetString ? octets.buffer : octets);
    return { content, ...verify(data, content, limits) };
  } catch {
    return undefined;
  }
}

function verify(data: SignedData, content: Uint8Array, limits: ModulusLimit): Omit<Signed, 'content'> {
  const info = data.signerInfos[0];
  if (info === undefined) return { signer: undefined, check: { state: 'invalid', why: 'there is no signer' } };
  const der = certificateOf(data, info);
  const certificate = der && readCertificate(der);
  if (der === undefined || typeof certificate !== 'object')
    return { signer: undefined, check: { state: 'unchecked', why: "the signer's certificate is not inside" } };
  const hash = hashes[info.digestAlgorithm.algorithm];
  const check = checkSigner(info, certificate, content, limits);
  if (hash === undefined) return { signer: certificate, certificate: der, check };
  const attributes = info.signedAttrs ?? [];
  const message = attributes.length === 0 ? content : setOf(attributes);
  return {
    signer: certificate,
    certificate: der,
    check,
    covered: { message, hash, signature: new Uint8Array(info.signature.buffer) },
  };
}

function certificateOf(data: SignedData, info: SignerInfo): Uint8Array | undefined {
  const all = [...(data.certificates ?? [])].flatMap((choice) => (choice.certificate === undefined ? [] : [choice.certificate]));
  const wanted = info.sid.issuerAndSerialNumber?.serialNumber;
  const found = wanted === undefined ? all[0] : all.find((one) => sameBuffer(one.tbsCertificate.serialNumber, wanted));
  return found && new Uint8Array(AsnConvert.serialize(found));
}

/** The same SignedData around other content: what it says of signers stays, so that their signatures fit no more. Undefined for other bytes. */
export function withOtherContent(der: Uint8Array, content: Uint8Array): Uint8Array | undefined {
  if (readSignedData(der) === undefined) return undefined;
  const info = AsnConvert.parse(der, ContentInfo);
  const data = AsnConvert.parse(info.content, SignedData);
  data.encapContentInfo.eContent = new EncapsulatedContent({ single: new OctetString(content) });
  return new Uint8Array(
    AsnConvert.serialize(new ContentInfo({ contentType: info.contentType, content: AsnConvert.serialize(data) })),
  );
}

function sameBuffer(a: ArrayBuffer, b: ArrayBuffer): boolean {
  return equalBytes(new Uint8Array(a), new Uint8Array(b));
}

function checkSigner(info: SignerInfo, certificate: CertificateInfo, content: Uint8Array, limits: ModulusLimit): Check {
  const hash = hashes[info.digestAlgorithm.algorithm];
  if (hash === undefined) return { state: 'unchecked', why: `the digest ${info.digestAlgorithm.algorithm} is not known` };
  if (typeof certificate.key === 'string') return { state: 'unchecked', why: certificate.key };
  const signature = new Uint8Array(info.signature.buffer);
  if (info.signedAttrs === undefined || info.signedAttrs.length === 0) {
    return verifySigner(info, certificate.key, hash, content, signature, limits);
  }
  const digest = toHex(hashOf(hash, content));
  const claimed = info.signedAttrs.find((attribute) => attribute.attrType === messageDigestOid)?.attrValues[0];
  if (claimed === undefined || !toHex(new Uint8Array(claimed)).endsWith(digest)) {
    return { state: 'invalid', why: 'the message digest among the signed attributes is not that of the content' };
  }
  return verifySigner(info, certificate.key, hash, setOf(info.signedAttrs), signature, limits);
}

function verifySigner(
  { signatureAlgorithm }: SignerInfo,
  key: PublicKey,
  hash: MessageHash,
  message: Uint8Array,
  signature: Uint8Array,
  limits: ModulusLimit,
): Check {
  if (signatureAlgorithm.algorithm !== pssOid) return verifyMessage(key, hash, message, signature, limits);
  // Signers that name SHA-256 mask with it too.
  return hash === 'SHA-256'
    ? verifyPss(key, 'SHA-256', message, signature, limits)
    : { state: 'unchecked', why: `RSASSA-PSS with ${hash} is not checked` };
}

/** RFC 5652 section 5.4: what is signed is the DER encoding with the tag of a SET OF, not the [0] that travels. */
function setOf(attributes: readonly Attribute[]): Uint8Array {
  const parts = attributes.map((attribute) => new Uint8Array(AsnConvert.serialize(attribute)));
  const body = concatBytes(...parts);
  const { length } = body;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return concatBytes(Uint8Array.of(0x31, ...size), body);
}
