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
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) {
    const parts = text.split('.').map(Number);
    return parts.every((part) => part <= 255) ? parts.join('.') : undefined;
  }
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  return readIpv6(bare.replace(/%[\w.-]+$/, ''));
}

function readIpv6(text: string): string | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [before, after] = halves.map(groups);
  if (before === undefined || (halves.length === 2 && after === undefined)) return undefined;
  const missing = 8 - before.length - (after?.length ?? 0);
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  return [...before, ...new Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...(after ?? [])].join(':');
}

/** The groups on one side of "::"; an IPv4 address at the end is two. */
function groups(text: string): string[] | undefined {
  if (text === '') return [];
  const out: string[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) out.push(Number.parseInt(part, 16).toString(16));
    else if (i === parts.length - 1 && /^\d{1,3}(\.\d{1,3}){3}$/.test(part)) {
      const [a, b, c, d] = part.split('.').map(Number) as [number, number, number, number];
      if (Math.max(a, b, c, d) > 255) return undefined;
      out.push(((a << 8) | b).toString(16), ((c << 8) | d).toString(16));
    } else return undefined;
  }
  return out;
}
