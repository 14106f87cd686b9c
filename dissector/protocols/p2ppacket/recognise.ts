import { equalBytes } from '../../bytes/index.ts';
import { compileStruct } from '../../codec/index.ts';
import { type ConversationSample, looksRandom, probable } from '../../protocol/index.ts';
import { cookieLength, dataLayout, entryNames, headLength, helloLength, longest, version } from './messages.ts';

const data = compileStruct(dataLayout(new Map(entryNames.map((name, i) => [i, name]))));
const DATA = 3;
const sealedLength = 28;

const HELLO = 0;
/** Bytes of a hello before its cookie: two keys and a signature. */
const helloKeys = 128;
const cookieSize = 32;

/** How well one datagram fits, by version, type and the exact lengths; the document names no port. */
function closeness(bytes: Uint8Array, cookies: readonly Uint8Array[]): number {
  if (bytes.length < headLength || bytes.length > longest || bytes[0] !== version) return 0;
  const payload = bytes.subarray(headLength);
  // The numbers of types are an open choice, the lengths are not.
  if (bytes.length === helloLength) {
    const cookie = payload.subarray(-cookieSize);
    const isAsked = bytes[1] === HELLO || cookie.every((byte) => byte === 0) || cookies.some((one) => equalBytes(one, cookie));
    return isAsked && looksRandom(payload.subarray(0, helloKeys)) === true ? 70 : 0;
  }
  if (bytes.length === cookieLength) return looksRandom(payload) === true ? 60 : 0;
  if (bytes[1] !== DATA) return 0;
  const { end, problem } = data(bytes, 0, headLength);
  if (problem === undefined && end === bytes.length) return bytes.length > headLength + 1 ? 55 : 30;
  return bytes.length >= headLength + sealedLength ? 25 : 0;
}

/** One length has one type, but for retry and ping, and each type is one of the few that there are. */
function isConsistent(datagrams: ConversationSample['datagrams']): boolean {
  const types = (length: number): Set<number> =>
    new Set(datagrams.filter(({ bytes }) => bytes.length === length && bytes[0] === version).map(({ bytes }) => bytes[1]!));
  const [hellos, cookies] = [types(helloLength), types(cookieLength)];
  return hellos.size <= 1 && cookies.size <= 2 && [...hellos].every((type) => !cookies.has(type));
}

/** Both directions fit: certain. One alone, or data that may be sealed: probable. */
export function recognise({ transport, datagrams }: ConversationSample): number {
  if (transport !== 'udp' || datagrams.length === 0 || !isConsistent(datagrams)) return 0;
  const cookies = datagrams.flatMap(({ bytes }) => (bytes.length === cookieLength ? [bytes.subarray(headLength)] : []));
  const fits = datagrams.map(({ direction, bytes }) => ({ direction, bytes, close: closeness(bytes, cookies) }));
  const good = fits.filter((one) => one.close >= 55);
  const bad = fits.filter((one) => one.close === 0).length;
  if (good.some((one) => one.direction === 0) && good.some((one) => one.direction === 1) && good.length > bad) return 85;
  const best = Math.max(...fits.map((one) => one.close));
  if (good.length > bad) return best;
  // Sealed data from the middle of a session: a version and a type in each of several datagrams, and nothing behind them.
  return bad === 0 && fits.length >= 4 && isSealed(fits.map(({ bytes }) => bytes)) ? probable : 0;
}

/** Bytes behind the nonce, which may count, that look like ciphertext in all of them together. */
function isSealed(packets: readonly Uint8Array[]): boolean {
  const together = packets.slice(0, 64).flatMap((bytes) => [...bytes.subarray(headLength + 12, headLength + sealedLength)]);
  return looksRandom(Uint8Array.from(together)) === true && packets.some((bytes) => !equalBytes(bytes, packets[0]!));
}
