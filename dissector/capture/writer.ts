import { blockType, byteOrderMagic } from './pcapng.ts';
import type { RawOption } from './rawoptions.ts';

/*
 * Blocks of a little-endian pcapng file (draft-ietf-opsawg-pcapng), each a new array that the caller appends to its file:
 * first a section header, then an interface, then packets and secrets in any order.
 */

const encoder = new TextEncoder();

function textOption(code: number, text: string | undefined): RawOption[] {
  // An option's length is 16 bits; a cut must not fall inside a character, which 0x80 to 0xbf continue.
  if (text === undefined) return [];
  const bytes = encoder.encode(text);
  let length = Math.min(bytes.length, 0xffff);
  while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) === 0x80) length--;
  return [{ code, bytes: bytes.subarray(0, length) }];
}

/** Bytes of the fixed fields of an Enhanced Packet Block. */
const PACKET_FIELDS = 20;

const padded = (length: number) => Math.ceil(length / 4) * 4;

/** A block of `type`: `body` bytes of fixed fields that `fill` writes, data padded to 32 bits, options. */
function block(
  type: number,
  body: number,
  fill: (view: DataView) => void,
  data: Uint8Array,
  options: readonly RawOption[],
): Uint8Array<ArrayBuffer> {
  let optionsSize = options.length === 0 ? 0 : 4;
  for (const option of options) optionsSize += 4 + padded(option.bytes.length);
  const size = 12 + body + padded(data.length) + optionsSize;
  if (size > 0xffff_ffff) throw new RangeError(`"data" expected to fit a block of 32-bit length, got ${data.length} bytes`);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, size, true);
  view.setUint32(size - 4, size, true);
  fill(new DataView(bytes.buffer, 8, body));
  bytes.set(data, 8 + body);
  let at = 8 + body + padded(data.length);
  for (const option of options) {
    view.setUint16(at, option.code, true);
    view.setUint16(at + 2, option.bytes.length, true);
    bytes.set(option.bytes, at + 4);
    at += 4 + padded(option.bytes.length);
  }
  return bytes;
}

const nothing = new Uint8Array(0);

/** Section Header Block of unknown section length. Texts of more than 65,535 bytes are cut. */
export function sectionHeader(
  texts: {
    hardware?: string;
    operatingSystem?: string;
    application?: string;
    comment?: string;
    /** Further ones, comments say, as another file had them. */
    options?: readonly RawOption[];
  } = {},
): Uint8Array<ArrayBuffer> {
  const options = [
    ...textOption(1, texts.comment),
    ...textOption(2, texts.hardware),
    ...textOption(3, texts.operatingSystem),
    ...textOption(4, texts.application),
    ...(texts.options ?? []),
  ];
  const fill = (view: DataView) => {
    view.setUint32(0, byteOrderMagic, true);
    view.setUint16(4, 1, true);
    view.setUint16(6, 0, true);
    view.setBigInt64(8, -1n, true);
  };
  return block(blockType.sectionHeader, 16, fill, nothing, options);
}

/** Options of an interface that are written from what is known of it: name, description, if_tsresol, if_fcslen, if_tsoffset. */
const writtenAnew: ReadonlySet<number> = new Set([2, 3, 9, 13, 14]);

/** Interface Description Block with times in nanoseconds; `snapLength` 0 means no limit. */
export function interfaceDescription(description: {
  linkType: number;
  snapLength?: number;
  name?: string;
  description?: string;
  /** Bytes of frame check sequence at the end of each frame. */
  checkSequenceLength?: number;
  /** As another file had them: those that are not written of the rest (name, description, times, check sequence) are kept. */
  options?: readonly RawOption[];
}): Uint8Array<ArrayBuffer> {
  const options = [
    ...textOption(2, description.name),
    ...textOption(3, description.description),
    { code: 9, bytes: Uint8Array.of(9) },
    ...(description.checkSequenceLength === undefined
      ? []
      : [{ code: 13, bytes: Uint8Array.of(description.checkSequenceLength) }]),
    ...(description.options ?? []).filter(({ code }) => !writtenAnew.has(code)),
  ];
  const fill = (view: DataView) => {
    view.setUint16(0, description.linkType, true);
    view.setUint32(4, description.snapLength ?? 0, true);
  };
  return block(blockType.interfaceDescription, 8, fill, nothing, options);
}

export interface PacketToWrite {
  readonly bytes: Uint8Array;
  /** Whole seconds since 1970 (0 to 18,446,744,073) and nanoseconds to add (0 to 999,999,999). */
  readonly seconds: number;
  readonly nanos: number;
  /** Index of the interface in its section. */
  readonly interfaceIndex?: number;
  /** Bytes on the wire, where `bytes` are fewer. */
  readonly originalLength?: number;
  readonly comment?: string;
  /** As another file had them, before the comment. */
  readonly options?: readonly RawOption[];
}

/** Enhanced Packet Block. Throws RangeError for a time that 64 bits of nanoseconds do not hold. */
export function enhancedPacket(packet: PacketToWrite): Uint8Array<ArrayBuffer> {
  const { bytes, seconds, nanos, interfaceIndex = 0, originalLength = bytes.length } = packet;
  if (!(Number.isInteger(seconds) && Number.isInteger(nanos) && nanos >= 0 && nanos < 1e9)) {
    throw new RangeError(`"seconds" and "nanos" expected whole numbers, nanos below 10^9, got ${seconds} and ${nanos}`);
  }
  const ticks = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  if (ticks < 0n || ticks >= 1n << 64n) throw new RangeError(`"seconds" expected 0 to 18446744073, got ${seconds}`);
  const fill = (view: DataView) => {
    view.setUint32(0, interfaceIndex, true);
    view.setUint32(4, Number(ticks >> 32n), true);
    view.setUint32(8, Number(ticks & 0xffff_ffffn), true);
    view.setUint32(12, bytes.length, true);
    view.setUint32(16, originalLength, true);
  };
  return block(blockType.enhancedPacket, PACKET_FIELDS, fill, bytes, [
    ...(packet.options ?? []),
    ...textOption(1, packet.comment),
  ]);
}

/**
 * Enhanced Packet Block of the first interface without options, for who writes many: `fill` writes the packet of `length` bytes at `at`.
 * `time`: nanoseconds since 1970, below 2^64. `room` gives so many bytes, all 0.
 */
export function filledPacket(
  length: number,
  time: bigint,
  fill: (bytes: Uint8Array, at: number) => void,
  room: (size: number) => Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const size = 12 + PACKET_FIELDS + padded(length);
  const bytes = room(size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  view.setUint32(0, blockType.enhancedPacket, true);
  view.setUint32(4, size, true);
  view.setUint32(12, Number(time >> 32n), true);
  view.setUint32(16, Number(time & 0xffff_ffffn), true);
  view.setUint32(20, length, true);
  view.setUint32(24, length, true);
  fill(bytes, 8 + PACKET_FIELDS);
  view.setUint32(size - 4, size, true);
  return bytes;
}

/** Decryption Secrets Block; `type` is `keyLogSecretsType` for this project's key log. */
export function decryptionSecrets(type: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const fill = (view: DataView) => {
    view.setUint32(0, type, true);
    view.setUint32(4, bytes.length, true);
  };
  return block(blockType.decryptionSecrets, 8, fill, bytes, []);
}
