import { decodeProto } from '../../codec/index.ts';
import { type ConversationSample, looksRandom } from '../../protocol/index.ts';
import { ephemeralLength, headerLength, payloads, readHeader } from './messages.ts';

/** p2pke has no port of its own: an InitHello is certain, a run of data messages without one probable. */
export function recognise(glance: ConversationSample): number {
  if (glance.transport !== 'udp') return 0;
  if (glance.datagrams.some(({ bytes }) => isInitHello(bytes))) return 95;
  return looksLikeData(glance) ? 60 : 0;
}

function isInitHello(bytes: Uint8Array): boolean {
  if (bytes.length < headerLength + ephemeralLength + 14) return false;
  const header = readHeader(bytes);
  if (header?.name !== 'InitHello' || header.bit !== 0) return false;
  const { field, problem } = decodeProto(payloads.InitHello, bytes, 0, headerLength + ephemeralLength);
  if (problem !== undefined) return false;
  const time = field.children?.find((child) => child.name === 'timestamp_tai64n')?.value;
  return time instanceof Uint8Array && time.length === 12 && time[0] === 0x40;
}

/** A handshake message tells as much as so many messages of data. */
const handshakeWorth = 3;
const enough = 6;
const farthestJump = 64;
/** Where one side alone is there, its counters tell nothing above this. */
const farthestAlone = 0xffff;
/** Bytes that every sealed message has after its header: a tag at least. */
const sealedLength = 16;
/** So many messages whose ciphertext has one byte alike are no ciphertext. */
const telling = 4;

/**
 * What comes after an InitHello: room for a tag, one direction bit a side, counters of data that move and stay close together, and
 * bytes behind them that look like nothing. Many protocols begin with four bytes that could be a counter, and go on with more
 * that stays the same.
 */
function looksLikeData({ datagrams }: ConversationSample): boolean {
  const bits: [number | undefined, number | undefined] = [undefined, undefined];
  const last: [number, number] = [-1, -1];
  /** By direction: a message of each counter. */
  const met = [new Map<number, Uint8Array>(), new Map<number, Uint8Array>()] as const;
  let worth = 0;
  let misfits = 0;
  for (const { direction, bytes } of datagrams) {
    const header = readHeader(bytes);
    if (header === undefined || bytes.length < headerLength + sealedLength) {
      misfits++;
      continue;
    }
    const { bit, counter, name } = header;
    bits[direction] ??= bit;
    if (bits[direction] !== bit) return false;
    if (name === 'RespHello' || name === 'InitDone') {
      if (bit !== (name === 'RespHello' ? 1 : 0)) return false;
      worth += handshakeWorth;
    } else if (name === 'data') {
      if (last[direction] >= 0 && Math.abs(counter - last[direction]) > farthestJump) return false;
      last[direction] = counter;
      if (!met[direction].has(counter)) worth++;
      met[direction].set(counter, bytes);
    } else if (name === 'InitHello' && bit === 0) misfits++;
    else if (name !== 'closing') return false;
  }
  if (met.some((messages) => messages.size >= telling && isPatterned([...messages.values()]))) return false;
  // What is wrong in one message is to be seen, not to hide the others.
  if (worth < enough + misfits * (misfits - 1)) return false;
  const isAlone = bits[0] === undefined || bits[1] === undefined;
  // One side of something else counts in blocks under a number of its own, and carries what has a form.
  if (isAlone && (last.some((counter) => counter > farthestAlone) || looksRandom(bodies(met)) === false)) return false;
  return bits[0] === undefined || bits[1] === undefined || bits[0] !== bits[1];
}

/** The beginnings of some ciphertexts, one after the other. */
function bodies(met: readonly ReadonlyMap<number, Uint8Array>[]): Uint8Array {
  const all = met.flatMap((messages) => [...messages.values()].slice(0, 16));
  return Uint8Array.from(all.flatMap((bytes) => [...bytes.subarray(headerLength, headerLength + sealedLength)]));
}

/** A byte stands at the same place in all of them. */
function isPatterned(messages: readonly Uint8Array[]): boolean {
  const [first] = messages as [Uint8Array];
  for (let at = headerLength; at < headerLength + sealedLength; at++)
    if (messages.every((bytes) => bytes[at] === first[at])) return true;
  return false;
}
