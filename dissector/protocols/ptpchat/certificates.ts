import { fromBase64 } from '../../bytes/index.ts';
import { type CertificateInfo, readCertificate } from '../../crypto/index.ts';
import { BoundedMap } from './boundedmap.ts';

/** Characters of base64 whose certificates are kept. */
const KEPT = 1 << 20;

export interface ReadCertificate {
  readonly base64: string;
  /** A sentence where it is no certificate. */
  readonly certificate: CertificateInfo | string;
}

/** Certificates by their base64 text. A node sends its own to each peer, again and again: it is read once. */
export class Certificates {
  readonly #read = new BoundedMap<string, ReadCertificate>(KEPT, ({ base64 }) => base64.length);

  read(base64: string): ReadCertificate {
    const known = this.#read.get(base64);
    if (known !== undefined) return known;
    const read = { base64, certificate: readCertificate(fromBase64(base64) ?? new Uint8Array()) };
    this.#read.set(base64, read);
    return read;
  }
}
