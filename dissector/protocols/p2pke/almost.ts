import { decodeProto } from '../../codec/index.ts';
import type { ConversationSample } from '../../protocol/index.ts';
import { childBytes } from './claim.ts';
import { ephemeralLength, headerLength, payloads } from './messages.ts';

/** DER: a SEQUENCE, as every key of X.509 begins. */
const sequence = 0x30;
const tai64nLength = 12;

/** An InitHello whose claim makes it certain, with one thing wrong that hides it. */
export function almost({ transport, datagrams }: ConversationSample): string | undefined {
  if (transport !== 'udp') return undefined;
  for (const { bytes } of datagrams) {
    const but = wrongIn(bytes);
    if (but !== undefined) return but;
  }
  return undefined;
}

function wrongIn(bytes: Uint8Array): string | undefined {
  const start = headerLength + ephemeralLength;
  if (bytes.length <= start || (bytes[0]! & 0x7f) !== 0 || bytes[1] !== 0 || bytes[2] !== 0 || bytes[3] !== 0) return undefined;
  const { field, problem } = decodeProto(payloads.InitHello, bytes, 0, start);
  const claim = field.children?.find(({ name }) => name === 'auth_claim');
  const isClaimed = childBytes(claim, 'key_x509')?.[0] === sequence && childBytes(claim, 'sig') !== undefined;
  const timestamp = childBytes(field, 'timestamp_tai64n');
  if (!isClaimed) return undefined;
  if (problem !== undefined) return `the payload of its InitHello is malformed: ${problem.text}`;
  if (timestamp === undefined) return 'its InitHello has no timestamp_tai64n';
  if (timestamp.length !== tai64nLength)
    return `timestamp_tai64n of its InitHello has ${timestamp.length} bytes instead of ${tai64nLength}`;
  if (timestamp[0] !== 0x40) return 'timestamp_tai64n of its InitHello does not begin with 40, so it is no TAI64N label of today';
  return bytes[0] === 0 ? undefined : 'the direction bit of its InitHello is 1';
}
