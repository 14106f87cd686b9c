import { beginsAsTls, type ConversationSample, looksRandom, probable } from '../../protocol/index.ts';
import { packetOf } from './messages.ts';

/** Reference port of the specification's implementation. */
export const port = 5002;
/** DER: a SEQUENCE, and inside the algorithm the OID of PKCS #3 dhKeyAgreement. */
const sequence = 0x30;
const dhOid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01];
const oidWithin = 32;

/** Whether a DER SEQUENCE of `size` bytes may begin at `at`: as far as its length is there, it is the one that was announced. */
export function isKey(bytes: Uint8Array, at: number, size: number): boolean {
  if (size <= 20 || bytes[at] !== sequence) return false;
  const first = bytes[at + 1];
  const rest = size - 2;
  if (first === undefined) return true;
  if (first < 0x80) return first === rest;
  const octets = first & 0x7f;
  if (octets === 0 || octets > 2) return false;
  if (bytes.length < at + 2 + octets) return true;
  return bytes.subarray(at + 2, at + 2 + octets).reduce((sum, byte) => sum * 256 + byte, 0) === rest - octets;
}

/** HELLO's sizes and the beginning of a DER key; true already for the first six bytes. */
export function isHello(bytes: Uint8Array): boolean {
  if (bytes.length < 6 || bytes[0] !== 0) return false;
  const [key, g, p] = [(bytes[1]! << 8) | bytes[2]!, bytes[3]!, bytes[4]!];
  return g > 0 && p > 0 && isKey(bytes, 5, key);
}

/** HELLO_ACK's size and the beginning of a DER key; true already for the first four bytes. */
export function isHelloAck(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 1 && isKey(bytes, 3, (bytes[1]! << 8) | bytes[2]!);
}

/** Bytes that are whole packets of the specification, to the last. */
export function parsesInClear(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    const packet = packetOf(bytes[at]!);
    if (packet === undefined) return false;
    const { end, problem } = packet.decode(bytes, 0, at);
    if (problem !== undefined) return false;
    at = end;
  }
  return true;
}

/** A HELLO or HELLO_ACK with a Diffie-Hellman key is certain; the refusal of a handshake is probable, and on the port what may be a connection that began earlier. */
export function recognise({ transport, streams, ports, opened }: ConversationSample): number {
  if (transport !== 'tcp') return 0;
  if (streams.some((bytes) => (isHello(bytes) || isHelloAck(bytes)) && hasDhKey(bytes))) return 90;
  const onPort = ports.includes(port);
  if (streams.some(isRefusal)) return onPort ? 75 : probable;
  if (!onPort) return 0;
  const there = streams.filter((bytes) => bytes.length > 0);
  // From its first byte a connection says HELLO, cut off or in pieces as it may be; later it is ciphertext.
  if (opened) return there.length > 0 && there.every(mayBegin) ? probable : 0;
  const may = there.every((bytes) => !beginsAsTls(bytes) && looksRandom(bytes) !== false && !isText(bytes));
  const together = Uint8Array.from(there.flatMap((bytes) => [...bytes.subarray(0, 512)]));
  return may && looksRandom(together) !== false && together.some((byte) => byte !== 0) ? probable : 0;
}

/** The beginning of HELLO, HELLO_ACK or of what refuses them, as far as it is there; or whole packets in clear. */
function mayBegin(bytes: Uint8Array): boolean {
  if (bytes.length < 6) return packetOf(bytes[0]!) !== undefined && (bytes[0] !== 4 || refusalIn(bytes) !== undefined);
  return isHello(bytes) || isHelloAck(bytes) || refusalIn(bytes) !== undefined || parsesInClear(bytes);
}

/** Whether a key has the object identifier of PKCS #3 near its beginning. */
export function hasDhKey(bytes: Uint8Array): boolean {
  for (let at = 4; at < oidWithin && at + dhOid.length <= bytes.length; at++)
    if (dhOid.every((byte, i) => bytes[at + i] === byte)) return true;
  return false;
}

/** One DISCONNECT with readable text and nothing else. */
function isRefusal(bytes: Uint8Array): boolean {
  return bytes.length > 2 && refusalIn(bytes) === 'whole' && isText(bytes.subarray(2));
}

/** Whether bytes are one DISCONNECT with readable text, or may become one. */
export function refusalIn(bytes: Uint8Array): 'whole' | 'begun' | undefined {
  const length = 2 + (bytes[1] ?? 0xff);
  if (bytes[0] !== 4 || bytes.length > length) return undefined;
  if (bytes.length > 4 && !isText(bytes.subarray(2))) return undefined;
  return bytes.length === length && length > 4 ? 'whole' : 'begun';
}

function isText(bytes: Uint8Array): boolean {
  return (
    bytes.length > 2 && bytes.subarray(0, 64).every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d)
  );
}
