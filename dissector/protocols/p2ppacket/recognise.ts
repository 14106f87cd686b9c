import { compileStruct } from '../../codec/index.ts';
import { type Glance, probable } from '../../session/index.ts';
import { cookieLength, dataLayout, entryNames, headLength, helloLength, longest, version } from './messages.ts';

const data = compileStruct(dataLayout(new Map(entryNames.map((name, i) => [i, name]))));
const DATA = 3;
const sealedLength = 28;

/** How well one datagram fits, by version, type and the exact lengths; the document names no port. */
function closeness(bytes: Uint8Array): number {
  if (bytes.length < headLength || bytes.length > longest || bytes[0] !== version) return 0;
  // The numbers of types are an open choice, the lengths are not.
  if (bytes.length === helloLength) return 70;
  if (bytes.length === cookieLength) return 60;
  if (bytes[1] !== DATA) return 0;
  const { end, problem } = data(bytes, 0, headLength);
  if (problem === undefined && end === bytes.length) return bytes.length > headLength + 1 ? 55 : 30;
  return bytes.length >= headLength + sealedLength ? 25 : 0;
}

/** Both directions fit: certain. One alone, or data that may be sealed: probable. */
export function recognise({ transport, datagrams }: Glance): number {
  if (transport !== 'udp' || datagrams.length === 0) return 0;
  const fits = datagrams.map(({ direction, bytes }) => ({ direction, close: closeness(bytes) }));
  const good = fits.filter((one) => one.close >= 55);
  const bad = fits.filter((one) => one.close === 0).length;
  if (good.some((one) => one.direction === 0) && good.some((one) => one.direction === 1) && good.length > bad) return 85;
  const best = Math.max(...fits.map((one) => one.close));
  if (good.length > bad) return best;
  // Sealed data from the middle of a session: a version and a type in each of several datagrams.
  return bad === 0 && fits.length >= 4 ? probable : 0;
}
