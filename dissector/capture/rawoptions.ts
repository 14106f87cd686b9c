import type { Limits } from '../bytes/index.ts';
import { walkOptions } from './options.ts';
import type { Window } from './window.ts';

/** An option of a pcapng block as it was written, numbers in it little-endian: an export keeps also what nothing here reads. */
export interface RawOption {
  readonly code: number;
  readonly bytes: Uint8Array;
}

export type OptionsOf = 'section' | 'interface' | 'packet';

/** Bytes of the numbers that an option's value is made of, by code; any other value has no byte order. */
const numbers: Readonly<Record<OptionsOf, Readonly<Record<number, number>>>> = {
  section: {},
  // tzone, speed, tsoffset, txspeed, rxspeed.
  interface: { 8: 8, 10: 4, 14: 8, 16: 8, 17: 8 },
  // flags, dropcount, packetid, queue, process and thread, process block, process block of whom the packet is really.
  packet: { 2: 4, 4: 8, 5: 8, 6: 4, 8: 4, 32769: 4, 32771: 4 },
};
/** Options of a packet that count the process blocks of their section: without these they say nothing. */
export const processBlockOptions: ReadonlySet<number> = new Set([32769, 32771]);
/** Custom options begin with a private enterprise number. */
const custom: ReadonlySet<number> = new Set([2988, 2989, 19372, 19373]);

/** The options in [start, end) of a block, up to limits.comments of them. */
export function rawOptions(
  window: Window,
  start: number,
  end: number,
  littleEndian: boolean,
  of: OptionsOf,
  limits: Limits,
): RawOption[] {
  const found: RawOption[] = [];
  walkOptions(window, start, end, littleEndian, (code, at, length) => {
    const had = window.load(at, length);
    const bytes = window.bytes.slice(at - window.start, at - window.start + had);
    if (!littleEndian) {
      const size = numbers[of][code];
      if (custom.has(code)) bytes.subarray(0, 4).reverse();
      else if (size !== undefined) for (let i = 0; i + size <= had; i += size) bytes.subarray(i, i + size).reverse();
    }
    found.push({ code, bytes });
    return found.length < limits.comments;
  });
  return found;
}

/** What the options of a packet block say (draft-ietf-opsawg-pcapng section 4.3). */
export interface PacketFacts {
  readonly comments: readonly string[];
  /** Whether whoever captured received the packet or sent it. */
  readonly direction?: 'inbound' | 'outbound';
  /** Packets that were lost between the one before it on the interface and this one. */
  readonly drops?: bigint;
  readonly process?: number;
  readonly processName?: string;
  readonly thread?: number;
}

/** `named`: the process of a block by its place in the section of the packet. */
export function packetFacts(
  options: readonly RawOption[],
  named: (index: number) => { readonly id?: number; readonly name?: string } | undefined,
): PacketFacts {
  const view = (code: number, size: number): DataView | undefined => {
    const bytes = options.find((one) => one.code === code)?.bytes;
    return bytes === undefined || bytes.length < size ? undefined : new DataView(bytes.buffer, bytes.byteOffset);
  };
  const way = (view(2, 4)?.getUint32(0, true) ?? 0) & 3;
  const [drops, process] = [view(4, 8), view(8, 8)];
  const index = view(32769, 4)?.getUint32(0, true);
  const { id, name } = (index === undefined ? undefined : named(index)) ?? {};
  const decoder = new TextDecoder();
  return {
    comments: options.flatMap(({ code, bytes }) => (code === 1 ? [decoder.decode(bytes)] : [])),
    ...(way === 1 ? { direction: 'inbound' as const } : way === 2 ? { direction: 'outbound' as const } : {}),
    ...(drops === undefined ? {} : { drops: drops.getBigUint64(0, true) }),
    ...(id === undefined ? {} : { process: id }),
    ...(name === undefined ? {} : { processName: name }),
    ...(process === undefined ? {} : { process: process.getUint32(0, true), thread: process.getUint32(4, true) }),
  };
}
