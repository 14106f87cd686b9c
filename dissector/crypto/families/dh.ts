/** Diffie-Hellman in a finite field (PKCS #3). Numbers over the limit `modulusBits`, 16384 unless it is given, are refused. */
export {
  type DhPublicKey,
  dhInRange as inRange,
  dhPublic as publicOf,
  dhShared as shared,
} from '../dh.ts';
export { readDhPublicKey as readPublicKey, writeDhPublicKey as writePublicKey } from '../dhpublickey.ts';
