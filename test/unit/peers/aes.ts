/** AES-256 in the modes that the two specifications leave open, each with its nonce or iv in front. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export type AesMode = 'aes-256-gcm' | 'aes-256-ctr' | 'aes-256-cbc';

const GCM_NONCE = 12;
const GCM_TAG = 16;
const BLOCK = 16;

export function encrypt(mode: AesMode, key: Buffer, plain: Buffer): Buffer {
  if (mode === 'aes-256-gcm') {
    const nonce = randomBytes(GCM_NONCE);
    const cipher = createCipheriv(mode, key, nonce);
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
  const iv = randomBytes(BLOCK);
  const cipher = createCipheriv(mode, key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
}

/** Throws where a tag or the padding does not open. */
export function decrypt(mode: AesMode, key: Buffer, bytes: Buffer): Buffer {
  if (mode === 'aes-256-gcm') {
    const end = bytes.length - GCM_TAG;
    const decipher = createDecipheriv(mode, key, bytes.subarray(0, GCM_NONCE));
    decipher.setAuthTag(bytes.subarray(end));
    return Buffer.concat([decipher.update(bytes.subarray(GCM_NONCE, end)), decipher.final()]);
  }
  const decipher = createDecipheriv(mode, key, bytes.subarray(0, BLOCK));
  return Buffer.concat([decipher.update(bytes.subarray(BLOCK)), decipher.final()]);
}
