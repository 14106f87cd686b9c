/** A channel's key on its way to one node, encrypted with the key of that node's certificate. */
import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto';

export type KeyWrap = 'oaep-sha1' | 'oaep-sha256' | 'pkcs1';

const KEY_BYTES = 32;

export function wrapKey(wrap: KeyWrap, key: Buffer, recipient: KeyObject): Buffer {
  return publicEncrypt({ key: recipient, ...padding(wrap) }, key);
}

/** Throws where the key was not wrapped for this private key in this way. */
export function unwrapKey(wrap: KeyWrap, wrapped: Buffer, key: KeyObject): Buffer {
  const opened = wrap === 'pkcs1' ? unpadded(wrapped, key) : privateDecrypt({ key, ...padding(wrap) }, wrapped);
  if (opened.length !== KEY_BYTES) throw new Error(`A channel key has ${KEY_BYTES} bytes.`);
  return opened;
}

/** Node does not unpad PKCS #1 v1.5 itself in all its versions; RFC 8017, section 7.2.2: 00 02, other than zero, 00, message. */
function unpadded(wrapped: Buffer, key: KeyObject): Buffer {
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped);
  const end = padded.indexOf(0, 2);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10) throw new Error('The padding is wrong.');
  return padded.subarray(end + 1);
}

function padding(wrap: KeyWrap): { readonly padding: number; readonly oaepHash?: string } {
  if (wrap === 'pkcs1') return { padding: constants.RSA_PKCS1_PADDING };
  return { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: wrap.slice('oaep-'.length) };
}
