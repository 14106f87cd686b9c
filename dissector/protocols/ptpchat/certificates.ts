import { fromBase64 } from '../../bytes/index.ts';
import { type CertificateInfo, readCertificate } from '../../crypto/index.ts';
import { BoundedMap } from './boundedmap.ts';

interface ReadCertificate {
  readonly base64: string;
  readonly certificate: CertificateInfo | string;
}

/** Certificates by their base64 text. A node sends its own to each peer, again and again: it is read once. */
export class Certificates {
  readonly #read: BoundedMap<string, ReadCertificate>;

  /** `most`: characters of base64 whose certificates are kept. */
  constructor(most: number) {
    this.#read = new BoundedMap(most, ({ base64 }) => base64.length);
  }

  /** A sentence where it is no certificate. */
  read(base64: string): CertificateInfo | string {
    const known = this.#read.get(base64);
    if (known !== undefined) return known.certificate;
    const certificate = readCertificate(fromBase64(base64) ?? new Uint8Array());
    this.#read.set(base64, { base64, certificate });
    return certificate;
  }
}
