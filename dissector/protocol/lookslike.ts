/** What bytes look like from outside, where a protocol has nothing better to be recognised by. */

/** Fewer bytes tell nothing. */
const telling = 8;
const looked = 1024;

/**
 * Whether bytes may be ciphertext: about as many different values as chance gives, within four standard deviations. Text, numbers
 * with their zeros and most formats have far fewer. Undefined for fewer than 8 bytes.
 */
export function looksRandom(bytes: Uint8Array): boolean | undefined {
  const length = Math.min(bytes.length, looked);
  if (length < telling) return undefined;
  const distinct = new Set(bytes.subarray(0, length)).size;
  const expected = 256 * (1 - (1 - 1 / 256) ** length);
  // Of few bytes the deviation grows with their number (each may repeat any other); it is never over 5.
  const deviation = Math.min(5, length / Math.sqrt(512));
  return distinct >= expected - 1 - 4 * deviation;
}

/** TLS: content type, version 3.x, a length that a record may have. */
export function beginsAsTls(bytes: Uint8Array): boolean {
  const [type, major, minor] = bytes;
  if (type === undefined || type < 20 || type > 24) return false;
  return (major === undefined || major === 3) && (minor === undefined || minor <= 4);
}
