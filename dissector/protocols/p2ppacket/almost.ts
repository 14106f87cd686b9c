import { type ConversationSample, looksRandom } from '../../protocol/index.ts';
import { cookieLength, headLength, helloLength, version } from './messages.ts';

/** Both sides send what has the lengths and the randomness of a handshake, under another version. */
export function almost({ transport, datagrams }: ConversationSample): string | undefined {
  const other = datagrams[0]?.bytes[0];
  if (transport !== 'udp' || other === undefined || other === version) return undefined;
  const fits = datagrams.filter(
    ({ bytes }) =>
      (bytes.length === helloLength || bytes.length === cookieLength) && looksRandom(bytes.subarray(headLength)) === true,
  );
  const isTwoWay = ([0, 1] as const).every((direction) => fits.some((one) => one.direction === direction));
  const isWhole = fits.some(({ bytes }) => bytes.length === helloLength && bytes[1] === 0);
  const isOne = datagrams.every(({ bytes }) => bytes[0] === other);
  return isTwoWay && isWhole && isOne ? `its version is ${other} instead of ${version}` : undefined;
}
