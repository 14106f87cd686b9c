/** The long-term key of a node as text: what was made here, or a private key as OpenSSL writes it. */
import { fromBase64, fromHex, type Limits, toBase64 } from '../../../bytes/index.ts';
import {
  makeCurveKey,
  makeRsaKey,
  orUndefined,
  pemBlock,
  type Random,
  readSigningKey,
  type SigningKey,
  signatureDigest,
} from '../../../crypto/index.ts';
import { createSeedIdentity, readSeedIdentity } from '../../../protocol/index.ts';
import { timestampPurpose } from '../claim.ts';

const kinds = {
  ed25519: createSeedIdentity,
  'p-256': (random: Random) => pkcs8Text(makeCurveKey('P-256', random)),
  'p-384': (random: Random) => pkcs8Text(makeCurveKey('P-384', random)),
  rsa: async () => pkcs8Text(await makeRsaKey(2048)),
} as const;

/** What an identity can be made of; the first is what it is where nobody says. */
export const identityKinds: readonly string[] = Object.keys(kinds);

/** Throws an Error for a kind that is none. */
export async function createIdentity(random: Random, kind = 'ed25519'): Promise<string> {
  if (!Object.hasOwn(kinds, kind)) throw new Error(`p2pke has no identity of the kind "${kind}": ${identityKinds.join(', ')}.`);
  return await kinds[kind as keyof typeof kinds](random);
}

function pkcs8Text(der: Uint8Array): string {
  return JSON.stringify({ pkcs8: toBase64(der) });
}

/** A sentence, which shows nothing of it, when the text is no identity. */
export function readIdentity(text: string, limits: Limits): SigningKey | string {
  if (text.includes('"ed25519_seed"')) return readSeedIdentity('p2pke', text);
  const der = derIn(text);
  if (der === undefined) return form;
  const key = typeof der === 'string' ? der : readSigningKey(der, limits);
  if (typeof key === 'string') return `${form} This is none: ${key}.`;
  // An RSA modulus may be too short for what a claim signs.
  const signature = orUndefined(() => key.sign(signatureDigest(timestampPurpose, new Uint8Array(0))));
  return signature === undefined ? 'An RSA key of an identity of p2pke has 600 bits or more.' : key;
}

const form =
  'An identity of p2pke is {"ed25519_seed": "64 hex digits"}, {"pkcs8": "hex or base64"} or a private key in PEM, both in PKCS #8.';

/** DER PKCS #8; why there is none, as the end of a sentence, or undefined where nothing looks like a key. */
function derIn(text: string): Uint8Array | string | undefined {
  const label = /-----BEGIN (\w+ )?PRIVATE KEY-----/.exec(text);
  if (label === null) return derOfJson(text);
  if (label[1] === 'ENCRYPTED ') return 'the private key is encrypted: openssl pkey writes it without a passphrase';
  if (label[1] !== undefined) return 'the private key is in an older format: openssl pkey writes it in PKCS #8';
  return pemBlock(text, 'PRIVATE KEY') ?? 'the PEM is not whole';
}

function derOfJson(text: string): Uint8Array | undefined {
  const value = orUndefined(() => (JSON.parse(text) as { pkcs8?: unknown }).pkcs8);
  if (typeof value !== 'string') return undefined;
  const digits = value.replace(/\s/g, '');
  // Base64 of DER begins with an M, which is no hex digit.
  return fromHex(digits) ?? fromBase64(digits);
}
