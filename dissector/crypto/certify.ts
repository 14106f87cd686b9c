/** X.509 certificates and CMS signatures as their senders make them. */
import {
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifiers,
  EncapsulatedContent,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Name,
  RelativeDistinguishedName,
  TBSCertificate,
  Validity,
} from '@peculiar/asn1-x509';
import { bufferOf, derInteger } from './der.ts';
import { integer } from './integer.ts';
import { keyAlgorithms, rsaKeyInfo } from './keyinfo.ts';
import type { RsaPrivateKey } from './rsa.ts';
import { rsaSign } from './rsawrap.ts';

const oid = {
  commonName: '2.5.4.3',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  sha256: '2.16.840.1.101.3.4.2.1',
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
} as const;

export interface CertificateTerms {
  /** The common name of subject and issuer. */
  readonly name: string;
  /** 1 to 20 bytes, unsigned. */
  readonly serial: Uint8Array;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** A DER X.509 v3 certificate (RFC 5280) that a key signs for itself, with sha256WithRSAEncryption. It asks for nobody's trust. */
export function selfSigned(key: RsaPrivateKey, { name, serial, notBefore, notAfter }: CertificateTerms): Uint8Array {
  const commonName = new AttributeTypeAndValue({ type: oid.commonName, value: new AttributeValue({ utf8String: name }) });
  const subject = new Name([new RelativeDistinguishedName([commonName])]);
  const tbsCertificate = new TBSCertificate({
    version: 2,
    serialNumber: derInteger(integer(serial)),
    signature: algorithm(oid.sha256WithRsa),
    issuer: subject,
    validity: new Validity({ notBefore: new Date(notBefore), notAfter: new Date(notAfter) }),
    subject,
    subjectPublicKeyInfo: rsaKeyInfo(key),
  });
  const signatureValue = bufferOf(rsaSign(key, 'SHA-256', new Uint8Array(AsnConvert.serialize(tbsCertificate))));
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm: algorithm(oid.sha256WithRsa), signatureValue });
  return new Uint8Array(AsnConvert.serialize(certificate));
}

/**
 * DER CMS SignedData (RFC 5652 section 5) with the content and the signer's certificate inside, signed with RSA and SHA-256 over
 * the content itself: content of the type id-data needs no signed attributes. Throws an Error when `certificate` is none.
 */
export function makeSignedData(content: Uint8Array, certificate: Uint8Array, key: RsaPrivateKey): Uint8Array {
  const signer = AsnConvert.parse(certificate, Certificate);
  const { issuer, serialNumber } = signer.tbsCertificate;
  const info = new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm: algorithm(oid.sha256),
    signatureAlgorithm: algorithm(keyAlgorithms.rsa),
    signature: new OctetString(rsaSign(key, 'SHA-256', content)),
  });
  const data = new SignedData({
    version: 1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([algorithm(oid.sha256)]),
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: oid.data,
      eContent: new EncapsulatedContent({ single: new OctetString(content) }),
    }),
    certificates: new CertificateSet([new CertificateChoices({ certificate: signer })]),
    signerInfos: new SignerInfos([info]),
  });
  return new Uint8Array(
    AsnConvert.serialize(new ContentInfo({ contentType: oid.signedData, content: AsnConvert.serialize(data) })),
  );
}

/** With parameters of NULL, as RFC 4055 section 2.1 and RFC 3370 section 2 want it for these. */
function algorithm(id: string): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: id, parameters: null });
}
