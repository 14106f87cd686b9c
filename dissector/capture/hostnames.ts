/**
 * Names of addresses: those that a capture brings in its Name Resolution Blocks (draft-ietf-opsawg-pcapng section 4.5), and those of a
 * `hosts` file (hosts(5)). Nobody asks a network.
 */
import { addressBytes, addressText } from '../bytes/index.ts';

/** Bytes of an address, by the code of its record. */
const addressLengths = new Map([
  [1, 4],
  [2, 16],
]);
/** Of the DNS (RFC 1035 section 2.3.4, as text). */
const LONGEST_NAME = 253;

/**
 * The first name of each address, by its text as `addressText` writes it. `blocks` are whole, little-endian; what is broken in one is left
 * out. A name is text of the file: it may hold anything but NUL.
 */
export function hostNames(blocks: readonly Uint8Array[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const block of blocks) readBlock(block, names);
  return names;
}

/** Records: code (u16), length (u16), value padded to 32 bits; code 0 ends them. */
function readBlock(block: Uint8Array, names: Map<string, string>): void {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  for (let at = 8; at + 4 <= block.length - 4; ) {
    const [code, length] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (code === 0 || at + 4 + length > block.length) return;
    const addressLength = addressLengths.get(code);
    if (addressLength !== undefined && length > addressLength) {
      const address = addressText(block, at + 4, addressLength);
      const name = nameIn(block.subarray(at + 4 + addressLength, at + 4 + length));
      if (name !== '' && !names.has(address)) names.set(address, name);
    }
    at += 4 + ((length + 3) & ~3);
  }
}

/** The first of several, each ended by NUL. */
function nameIn(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, LONGEST_NAME)));
}

/** What a `hosts` file says, and the numbers (from 1) of the lines that could not be read. */
export interface HostsFile {
  /** By address as `addressText` writes it, or by endpoint: `192.0.2.1:7000`, `[2001:db8::1]:7000`. */
  readonly names: ReadonlyMap<string, string>;
  readonly wrongLines: readonly number[];
}

/**
 * The first name of each line, of the first line of each address: `192.0.2.1 alice  # a comment`. Beyond hosts(5), a line may name one
 * port: `192.0.2.1:7000 alice`, `[::1]:7000 bob`.
 */
export function readHosts(text: string): HostsFile {
  const names = new Map<string, string>();
  const wrongLines: number[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const [end, name] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (end === undefined || end === '') continue;
    const key = endpointKey(end);
    if (key === undefined || name === undefined) wrongLines.push(index + 1);
    else if (!names.has(key)) names.set(key, name.slice(0, LONGEST_NAME));
  }
  return { names, wrongLines };
}

function endpointKey(text: string): string | undefined {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+)):(\d{1,5})$/.exec(text) ?? [];
  const bytes = addressBytes(v6 ?? v4 ?? text);
  if (bytes === undefined || (v6 !== undefined && bytes.length !== 16) || Number(port ?? 0) > 0xffff) return undefined;
  const address = addressText(bytes, 0, bytes.length);
  if (port === undefined) return address;
  return `${bytes.length === 16 ? `[${address}]` : address}:${Number(port)}`;
}
