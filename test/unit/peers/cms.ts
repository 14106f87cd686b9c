/** CMS SignedData (RFC 5652) with the text and the signer's certificate inside, one signer, RSA PKCS #1 v1.5. */
import { createHash, sign, verify, X509Certificate } from 'node:crypto';
import { issuerAndSerial, type RsaIdentity } from './certificate.ts';
import { context, type DerValue, inside, oid, readDer, sequence, setOf, smallInteger, tags, writeDer } from './der.ts';

const signedDataType = oid('1.2.840.113549.1.7.2');
const dataType = oid('1.2.840.113549.1.7.1');
const contentTypeAttribute = oid('1.2.840.113549.1.9.3');
const digestAttribute = oid('1.2.840.113549.1.9.4');
const rsaEncryption = sequence(oid('1.2.840.113549.1.1.1'), writeDer(tags.null));
const digests = { sha1: oid('1.3.14.3.2.26'), sha256: oid('2.16.840.1.101.3.4.2.1') };
type Digest = keyof typeof digests;

const VERSION_1 = 1;

/** Section 5.4: the signature is over the attributes if there are any, else over the content itself. */
export function signCms(content: Buffer, signer: RsaIdentity, attributes = true, digest: Digest = 'sha256'): Buffer {
  const algorithm = sequence(digests[digest]);
  const contentDigest = writeDer(tags.octetString, hash(digest, content));
  const signedAttributes = setOf(
    sequence(contentTypeAttribute, setOf(dataType)),
    sequence(digestAttribute, setOf(contentDigest)),
  );
  const signature = sign(digest, attributes ? signedAttributes : content, signer.privateKey);
  const signerInfo = sequence(
    smallInteger(VERSION_1),
    issuerAndSerial(signer.certificate),
    algorithm,
    ...(attributes ? [retagged(signedAttributes, context(0))] : []),
    rsaEncryption,
    writeDer(tags.octetString, signature),
  );
  const signedData = sequence(
    smallInteger(VERSION_1),
    setOf(algorithm),
    sequence(dataType, writeDer(context(0), writeDer(tags.octetString, content))),
    writeDer(context(0), signer.certificate.raw),
    setOf(signerInfo),
  );
  return sequence(signedDataType, writeDer(context(0), signedData));
}

export interface OpenedCms {
  readonly content: Buffer;
  readonly signer: X509Certificate;
  readonly valid: boolean;
}

/** Throws where the bytes are no CMS SignedData of that kind. */
export function openCms(bytes: Buffer): OpenedCms {
  const outer = readDer(bytes);
  const [type, explicit] = inside(outer.length === 1 ? outer[0] : undefined, tags.sequence);
  if (!type?.whole.equals(signedDataType)) throw new Error('The content is no SignedData.');
  const parts = inside(inside(explicit, context(0))[0], tags.sequence);
  const [, , encapsulated] = parts;
  const [, explicitContent] = inside(encapsulated, tags.sequence);
  const [octets] = inside(explicitContent, context(0));
  if (octets?.tag !== tags.octetString) throw new Error('The content is missing.');
  const certificates = inside(
    parts.slice(3).find(({ tag }) => tag === context(0)),
    context(0),
  ).map(({ whole }) => new X509Certificate(whole));
  const [signerInfo] = inside(parts.at(-1), tags.set);
  const fields = inside(signerInfo, tags.sequence);
  const signer = certificates.find((each) => fields.some(({ whole }) => whole.equals(issuerAndSerial(each))));
  if (signer === undefined) throw new Error('The certificate of the signer is missing.');
  return { content: octets.content, signer, valid: isValid(fields, octets.content, signer) };
}

function isValid(fields: readonly DerValue[], content: Buffer, signer: X509Certificate): boolean {
  const algorithm = inside(fields[2], tags.sequence)[0]!;
  const digest = (Object.keys(digests) as Digest[]).find((each) => digests[each].equals(algorithm.whole));
  const attributes = fields.find(({ tag }) => tag === context(0));
  const signature = fields.find(({ tag }) => tag === tags.octetString)?.content;
  if (digest === undefined || signature === undefined) return false;
  if (attributes === undefined) return verify(digest, content, signer.publicKey, signature);
  const told = readDer(attributes.content).map((attribute) => inside(attribute, tags.sequence));
  const [, values] = told.find(([type]) => type!.whole.equals(digestAttribute)) ?? [];
  if (!inside(values, tags.set)[0]?.content.equals(hash(digest, content))) return false;
  // What is signed is the SET OF itself; the tag [0] stands in its place only inside the SignerInfo.
  return verify(digest, retagged(attributes.whole, tags.set), signer.publicKey, signature);
}

function retagged(whole: Buffer, tag: number): Buffer {
  return Buffer.concat([Buffer.of(tag), whole.subarray(1)]);
}

function hash(digest: Digest, bytes: Buffer): Buffer {
  return createHash(digest).update(bytes).digest();
}
