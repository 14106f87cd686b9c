import { noise } from '../../crypto/index.ts';
import { type Corruption, type MessageView, wrongKeyOf } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { type ExchangeKeys, keyOf, keysOf, nn, sealMessage2 } from './keyschedule.ts';
import { headerLength, helloParts, leastLength, readHeader, sealedParts } from './messages.ts';
import type { Session } from './session.ts';

/**
 * The datagram of a message in clear, sealed as its sender has sealed it: under the key of its direction, with the counter in its header
 * as the nonce and the header as additional data. A RespHello needs an ephemeral private key; of another payload than the responder's
 * the initiator computes another handshake hash than the responder, and its claim in InitDone is refused.
 */
export function seal({ name, bytes, start, end, session }: MessageView<Facts, Session>, clear: Uint8Array, spoiling: Corruption) {
  if (name === 'InitHello') return clear;
  if (session === undefined) return `The session of ${name} is not known.`;
  if (name === 'RespHello') return sealRespHello(session, clear, spoiling);
  const own = readHeader(bytes.subarray(start, end));
  const edited = readHeader(clear);
  if (own === undefined || edited === undefined) return `${name} begins with a header of ${headerLength} bytes.`;
  // The key that has opened the message goes before the others.
  const [keys] = session.transport;
  const key = keys && session.proven[own.bit] ? keyOf(keys, own.bit) : undefined;
  if (key === undefined) return `No key of ${name} is known.`;
  const { header, ciphertext: plaintext } = sealedParts(clear);
  const sealed = nn.cipher.encrypt(spoiling.wrongKey ? wrongKeyOf(key) : key, edited.counter, header, plaintext);
  return Uint8Array.from([...header, ...sealed]);
}

function sealRespHello({ hello, transport }: Session, clear: Uint8Array, { wrongKey = false }: Corruption) {
  const [keys] = transport;
  if (hello === undefined || keys === undefined || !isExchange(keys)) return 'RespHello is sealed with an ephemeral private key.';
  if (clear.length < leastLength('RespHello') - noise.tagLength) return 'RespHello needs its header and its e.';
  const { e, rest: payload } = helloParts(clear);
  const { ciphertext } = sealMessage2(hello.h1, e, payload, wrongKey ? keysOf(wrongKeyOf(keys.ee)) : keys);
  return Uint8Array.from([...clear.subarray(0, clear.length - payload.length), ...ciphertext]);
}

function isExchange(keys: Session['transport'][number]): keys is ExchangeKeys {
  return 'ee' in keys;
}
