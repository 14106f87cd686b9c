import { type Check, fromBase64 } from '../../bytes/index.ts';
import { readSignedData, type Signed } from '../../crypto/index.ts';
import { member, type Parsed, textOf } from './parse.ts';

/** What the first pass learns of a MESSAGE or KEY. */
export interface Facts {
  /** It travelled encrypted: a KEY always, a MESSAGE when it is not readable as it stands. */
  readonly encrypted: boolean;
  readonly signature?: Check;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** RSA signatures stand at one end of the text: sizes of the moduli in use, in bytes. */
const signatureSizes = [128, 256, 384, 512] as const;

export function readSigned(parsed: Parsed): Facts | undefined {
  if (parsed.verb?.name === 'KEY') return { encrypted: true };
  if (parsed.verb?.name !== 'MESSAGE') return undefined;
  const bytes = fromBase64(textOf(member(parsed.data, 'message')?.value) ?? '');
  if (bytes === undefined || bytes.length === 0) return undefined;
  const signed: Signed | undefined = readSignedData(bytes);
  if (signed !== undefined) return { encrypted: false, signature: signed.check };
  return { encrypted: !isReadable(bytes), signature: { state: 'unchecked', why: 'the form of the signature is not known' } };
}

/** Text as it stands, alone or with a signature before or after it. */
function isReadable(bytes: Uint8Array): boolean {
  if (isText(bytes)) return true;
  return signatureSizes.some((size) => bytes.length > size && (isText(bytes.subarray(0, -size)) || isText(bytes.subarray(size))));
}

function isText(bytes: Uint8Array): boolean {
  try {
    // A few random bytes are text too often; what is signed is a message that someone wrote.
    return bytes.length >= 4 && /^[^\p{Cc}]*$/u.test(utf8.decode(bytes).replace(/[\t\r\n]/g, ''));
  } catch {
    return false;
  }
}
