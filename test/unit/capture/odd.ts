/** Seeded generators of odd captures, each with what a reader has to find in it. */
import type { Random } from '../../../extension/author/random.ts';
import { block, captureInterface, enhanced, option, order, pcap, type Record } from './build.ts';

/** A frame as it was put into a file. */
export interface MadeFrame {
  /** Seconds since 1970, rounded down, and nanoseconds to add; undefined for a frame without a time. */
  readonly time: readonly [seconds: number, nanos: number] | undefined;
  readonly data: Uint8Array;
  readonly original: number;
  readonly link: number;
  /** Both 0-based, the interface counted in its section. */
  readonly section: number;
  readonly captureInterface: number;
  readonly comments: readonly string[];
}

export interface MadeCapture {
  readonly content: Uint8Array;
  readonly frames: readonly MadeFrame[];
}

/** LINKTYPE_USER3: it and the twelve after it are bytes to every reader; Apple has USER2. */
export const userLink = 150;
const nothing = new Uint8Array(0);
const billion = 1_000_000_000n;

/** Ticks of a second by if_tsresol; finer ones than here overflow tshark's own arithmetic (ours is in pcapng.test.ts). */
const resolutions = [undefined, 0, 1, 3, 6, 7, 9, 10, 0x80, 0x81, 0x8a, 0x94, 0x9e, 0xa0, 0xa2];
const perSecond = (resolution: number) => (resolution < 0x80 ? 10n ** BigInt(resolution) : 1n << BigInt(resolution & 0x7f));

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** Mostly short, so that every padding comes up. */
const frameData = (random: Random) => randomBytes(random, random.below(8) === 0 ? random.below(1500) : 1 + random.below(40));

/** A second of any year until 2106, and often the first or last one. */
const second = (random: Random) => BigInt(random.pick([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, random.uint32()]));

const text = (random: Random) =>
  new TextEncoder().encode(random.pick(['a', 'Grüße', '∞ is not 8', 'x'.repeat(1 + random.below(30))]));

/** An option of a code that no block defines, and two that carry a private enterprise number. */
const strangeOption = (random: Random, little: boolean) =>
  option(little, random.pick([0x7abc, 2988, 19373]), new Uint8Array([...order(little).u32(32473), ...text(random)]));

/** Options in any order, sometimes without the option that ends them. */
function options(random: Random, little: boolean, parts: readonly Uint8Array[]): Uint8Array {
  const all = [...parts];
  if (random.below(3) === 0) all.splice(random.below(all.length + 1), 0, strangeOption(random, little));
  if (all.length > 0 && random.below(4) !== 0) all.push(order(little).u32(0));
  return Buffer.concat(all);
}

/** A block that holds no packet: name resolution, statistics, secrets, custom, a journal entry, unknown. */
function strangeBlock(random: Random, little: boolean): Uint8Array {
  const { u16, u32 } = order(little);
  const name = Buffer.concat([Buffer.from([192, 0, 2, 1]), Buffer.from('peer\0')]);
  switch (random.below(6)) {
    case 0:
      return block(little, 4, Buffer.concat([u16(1), u16(name.length), name, new Uint8Array(3), u32(0)]));
    case 1: {
      const received = option(little, 4, new Uint8Array(8));
      return block(little, 5, Buffer.concat([u32(0), u32(random.uint32()), u32(random.uint32()), received, u32(0)]));
    }
    case 2:
      return block(little, 10, Buffer.concat([u32(0x544c534b), u32(5), Buffer.from('# key')]));
    case 3:
      return block(little, random.pick([0xbad, 0x4000_0bad]), Buffer.concat([u32(32473), randomBytes(random, random.below(20))]));
    case 4:
      return block(little, 9, Buffer.from('__REALTIME_TIMESTAMP=1\n'));
    default:
      return block(little, (0x8000_0100 + random.below(1000)) >>> 0, randomBytes(random, random.below(50)));
  }
}

interface MadeInterface {
  readonly link: number;
  readonly snap: number;
  readonly resolution: number;
  readonly offset: bigint;
}

function addInterface(random: Random, little: boolean, blocks: Uint8Array[]): MadeInterface {
  const resolution = random.pick(resolutions);
  // Times before 1970 come of it, too; no second passes what 32 bits hold, or tshark's printing gives up.
  const offset = random.below(3) === 0 ? BigInt(random.pick([-1, 1, 86_400, -0x7000_0000, 0x4000_0000])) : 0n;
  const made = {
    link: userLink + random.below(13),
    snap: random.pick([0, 0, 15, 0x4_0000]),
    resolution: resolution ?? 6,
    offset,
  };
  const parts: Uint8Array[] = [];
  if (resolution !== undefined) parts.push(option(little, 9, Uint8Array.of(resolution)));
  if (offset !== 0n) parts.push(option(little, 14, order(little).i64(offset)));
  if (random.below(2) === 0) parts.push(option(little, 2, text(random)), option(little, 3, text(random)));
  if (random.below(4) === 0) parts.push(option(little, 8, order(little).i64(1_000_000_000n)));
  blocks.push(captureInterface(little, made.link, options(random, little, parts), made.snap));
  return made;
}

/** A time in ticks of the interface, and what it comes to. */
function moment(random: Random, { resolution, offset }: MadeInterface): [ticks: bigint, time: readonly [number, number]] {
  const ticksPerSecond = perSecond(resolution);
  const wanted = second(random) * ticksPerSecond + (BigInt(random.uint32()) * ticksPerSecond) / (1n << 32n);
  const ticks = BigInt.asUintN(64, wanted);
  const nanos = ((ticks % ticksPerSecond) * billion) / ticksPerSecond;
  return [ticks, [Number(ticks / ticksPerSecond + offset), Number(nanos)]];
}

/** The packet block of one frame: enhanced, simple or obsolete. */
function addFrame(
  random: Random,
  little: boolean,
  section: number,
  interfaces: MadeInterface[],
  blocks: Uint8Array[],
): MadeFrame {
  const { u16, u32 } = order(little);
  const data = frameData(random);
  const original = data.length + (random.below(3) === 0 ? 1 + random.below(3000) : 0);
  const kind = random.below(6);
  if (kind === 0) {
    // What a simple packet lost is not said, only that the snap length cut it.
    const { snap, link } = interfaces[0];
    const kept = snap === 0 ? data : data.subarray(0, snap);
    blocks.push(block(little, 3, Buffer.concat([u32(data.length), kept])));
    return { time: undefined, data: kept, original: data.length, link, section, captureInterface: 0, comments: [] };
  }
  const index = random.below(interfaces.length);
  const [ticks, time] = moment(random, interfaces[index]);
  const comments = Array.from({ length: random.pick([0, 0, 0, 1, 2]) }, () => new TextDecoder().decode(text(random)));
  const parts = comments.map((comment) => option(little, 1, new TextEncoder().encode(comment)));
  if (random.below(4) === 0) parts.push(option(little, 2, u32(1)));
  if (random.below(4) === 0) parts.push(option(little, 3, Uint8Array.of(2, ...randomBytes(random, 4))));
  const more = options(random, little, parts);
  if (kind === 1) {
    const pad = new Uint8Array(-data.length & 3);
    const [high, low] = [Number(ticks >> 32n), Number(ticks & 0xffff_ffffn)];
    const head = [u16(index), u16(random.pick([0, 7, 0xffff])), u32(high), u32(low), u32(data.length), u32(original)];
    blocks.push(block(little, 2, Buffer.concat([...head, data, pad, more])));
  } else blocks.push(enhanced(little, index, ticks, data, { original, options: more }));
  return { time, data, original, link: interfaces[index].link, section, captureInterface: index, comments };
}

/** One to four sections in any byte order, each with interfaces of its own that may come late. */
export function oddPcapng(random: Random): MadeCapture {
  const blocks: Uint8Array[] = [];
  const frames: MadeFrame[] = [];
  const sections = 1 + random.below(4);
  for (let section = 0; section < sections; section++) {
    const little = random.below(2) === 0;
    const own: Uint8Array[] = [];
    const interfaces = [addInterface(random, little, own)];
    for (let left = 5 + random.below(40); left > 0; left--) {
      const choice = random.below(8);
      if (choice === 0) interfaces.push(addInterface(random, little, own));
      else if (choice === 1) own.push(strangeBlock(random, little));
      else frames.push(addFrame(random, little, section, interfaces, own));
    }
    const { u16, u32, i64 } = order(little);
    const length = own.reduce((sum, one) => sum + one.length, 0);
    const known = i64(random.below(2) === 0 ? -1n : BigInt(length));
    const parts = random.below(2) === 0 ? [] : [1, 2, 3, 4].map((code) => option(little, code, text(random)));
    const head = Buffer.concat([u32(0x1a2b3c4d), u16(1), u16(random.pick([0, 2])), known, options(random, little, parts)]);
    blocks.push(block(little, 0x0a0d0d0a, head), ...own);
  }
  return { content: new Uint8Array(Buffer.concat(blocks)), frames };
}

/** Magic numbers of the classic format: microseconds, nanoseconds, and Kuznetzov's with eight more bytes a record. */
export const classic = { micros: 0xa1b2c3d4, nanos: 0xa1b23c4d, kuznetzov: 0xa1b2cd34 };

export function oddPcap(random: Random, magic: number, little: boolean): MadeCapture {
  const link = userLink + random.below(13);
  const digits = magic === classic.nanos ? 1 : 1000;
  const records: Record[] = [];
  const frames: MadeFrame[] = [];
  for (let left = 40 + random.below(40); left > 0; left--) {
    const data = random.below(20) === 0 ? nothing : frameData(random);
    const original = data.length + (random.below(3) === 0 ? 1 + random.below(3000) : 0);
    const seconds = Number(second(random));
    const ticks = random.pick([0, billionth(digits) - 1, random.below(billionth(digits))]);
    records.push({ seconds, ticks, data, original });
    const time = [seconds, ticks * digits] as const;
    frames.push({ time, data, original, link, section: 0, captureInterface: 0, comments: [] });
  }
  return { content: pcap(little, records, magic, link, magic === classic.kuznetzov ? 8 : 0), frames };
}

/** Ticks of a second, each of so many nanoseconds. */
const billionth = (nanosPerTick: number) => 1e9 / nanosPerTick;
