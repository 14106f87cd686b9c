/** What the bytes at a place may mean: integers of both byte orders, floating point, text, times. */
export interface Reading {
  readonly name: string;
  readonly text: string;
}

const SHOWN_CHARACTERS = 24;
/** Seconds from which on a number is taken for a time since 1970: 2001 to 2100. */
const EARLIEST = 1_000_000_000;
const LATEST = 4_102_444_800;

export function readings(bytes: Uint8Array, at: number): Reading[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  const had = view.byteLength;
  if (had === 0) return [];
  const out: Reading[] = [
    { name: 'u8', text: String(view.getUint8(0)) },
    { name: 'i8', text: String(view.getInt8(0)) },
    { name: 'bits', text: view.getUint8(0).toString(2).padStart(8, '0') },
  ];
  for (const little of [false, true]) {
    const order = little ? 'le' : 'be';
    const add = (size: number, name: string, read: () => number | bigint): void => {
      if (had >= size) out.push({ name: `${name} ${order}`, text: String(read()) });
    };
    add(2, 'u16', () => view.getUint16(0, little));
    add(2, 'i16', () => view.getInt16(0, little));
    add(4, 'u32', () => view.getUint32(0, little));
    add(4, 'i32', () => view.getInt32(0, little));
    add(8, 'u64', () => view.getBigUint64(0, little));
    add(8, 'i64', () => view.getBigInt64(0, little));
    add(4, 'f32', () => view.getFloat32(0, little));
    add(8, 'f64', () => view.getFloat64(0, little));
    out.push(...times(view, little, order));
  }
  return [...out, { name: 'utf-8', text: text(bytes.subarray(at)) }];
}

/** Only where the number lies in our time: anything else is noise. */
function times(view: DataView, little: boolean, order: string): Reading[] {
  const fits = (seconds: number): boolean => seconds >= EARLIEST && seconds <= LATEST;
  const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
  const out: Reading[] = [];
  const short = view.byteLength >= 4 ? view.getUint32(0, little) : 0;
  if (fits(short)) out.push({ name: `unix time ${order}`, text: iso(short * 1000) });
  const long = view.byteLength >= 8 ? Number(view.getBigUint64(0, little)) : 0;
  if (fits(long)) out.push({ name: `unix time 64 ${order}`, text: iso(long * 1000) });
  if (fits(long / 1000)) out.push({ name: `milliseconds ${order}`, text: iso(long) });
  // TAI64: 2^62 stands for 1970. TAI has been 37 seconds ahead of UTC since 2017.
  const tai = view.byteLength >= 8 && !little ? Number(view.getBigUint64(0) - (1n << 62n)) - 37 : 0;
  if (fits(tai)) out.push({ name: 'TAI64', text: iso(tai * 1000) });
  return out;
}

function text(bytes: Uint8Array): string {
  const decoded = new TextDecoder().decode(bytes.subarray(0, SHOWN_CHARACTERS * 4));
  const characters = [...decoded].slice(0, SHOWN_CHARACTERS);
  // Control characters are shown by their pictures.
  return characters.map((char) => (char < ' ' ? String.fromCodePoint(0x2400 + char.codePointAt(0)!) : char)).join('');
}
