import { addressBytes, addressText } from '../../bytes/index.ts';

/** A full or partial socket of CONNECT as text: what it can be read as. An IPv6 address without brackets can be both. */
export interface SocketText {
  /** An IP address alone, in one spelling. */
  readonly ip?: string;
  /** A port alone. */
  readonly port?: number;
  readonly full?: { readonly ip: string; readonly port: number };
}

export type Part = keyof SocketText;

export function readSocket(text: string): SocketText {
  const port = readPort(text);
  if (port !== undefined) return { port };
  const ip = readIp(text);
  const full = readFull(text);
  return { ...(ip === undefined ? {} : { ip }), ...(full === undefined ? {} : { full }) };
}

/** For IPv6 without brackets the last group is the port. */
export function readFull(text: string): SocketText['full'] {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return undefined;
  const ip = readIp(text.slice(0, colon));
  const port = readPort(text.slice(colon + 1));
  return ip === undefined || port === undefined ? undefined : { ip, port };
}

function readPort(text: string): number | undefined {
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** The address in one spelling, whatever brackets, zeros and letters it was written with. */
function readIp(text: string): string | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  const bytes = addressBytes(bare.replace(/%[\w.-]+$/, ''));
  return bytes === undefined ? undefined : addressText(bytes, 0, bytes.length);
}
