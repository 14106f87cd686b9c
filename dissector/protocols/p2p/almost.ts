import type { ConversationSample } from '../../protocol/index.ts';
import { hasDhKey, isHello, isHelloAck, isKey } from './recognise.ts';

/** Enough of a key for its algorithm to be there. */
const told = 48;

/** A HELLO or HELLO_ACK whose sizes and DER agree, with one thing wrong that hides it. */
export function almost({ transport, streams }: ConversationSample): string | undefined {
  if (transport !== 'tcp') return undefined;
  for (const bytes of streams) {
    if (bytes.length < told) continue;
    const name = bytes[0] === 0 ? 'HELLO' : 'HELLO_ACK';
    if ((isHello(bytes) || isHelloAck(bytes)) && !hasDhKey(bytes))
      return `the public key of its ${name} is no Diffie-Hellman key (PKCS #3)`;
    const size = bytes[1]! | (bytes[2]! << 8);
    const isSwapped = (bytes[0] === 0 && isKey(bytes, 5, size)) || (bytes[0] === 1 && isKey(bytes, 3, size));
    if (isSwapped && hasDhKey(bytes)) return `the size of the public key in its ${name} is little-endian`;
  }
  return undefined;
}
