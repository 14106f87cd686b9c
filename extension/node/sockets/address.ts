/** Addresses as a person writes them, and which of them stay on this machine. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Address } from '../../../dissector/protocol/index.ts';

/** As a person writes it: the host is a name or a number. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Reads `127.0.0.1:7000`, `[::1]:7000`, `localhost:0`; undefined for what is none. */
export function parseAddress(text: string): HostPort | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Its numeric address; throws the system's error for a name that has none. */
async function resolve({ host, port }: HostPort): Promise<Address> {
  if (isIP(host) !== 0) return { ip: host, port };
  const { address } = await lookup(host);
  return { ip: address, port };
}

/**
 * The numeric address of a host that may be used: one of this machine, or one that a person allows by its name or its number. A name that
 * is not allowed is not looked up: that alone would tell others of it. Undefined for what is not allowed; throws the system's error for a
 * name that has no address.
 */
export async function resolveAllowed(at: HostPort, allowed: readonly string[]): Promise<Address | undefined> {
  const isAllowed = allowed.includes(at.host);
  if (isIP(at.host) === 0 && !isLocalName(at.host) && !isAllowed) return undefined;
  const address = await resolve(at);
  return isAllowed || isLoopback(address.ip) || allowed.includes(address.ip) ? address : undefined;
}

/** A name that stands for this machine (RFC 6761 section 6.3); what the system makes of it is looked at all the same. */
function isLocalName(host: string): boolean {
  return host.toLowerCase() === 'localhost';
}

/** 127.0.0.0/8 (RFC 1122 section 3.2.1.3) and ::1 (RFC 4291 section 2.5.3). */
export function isLoopback(ip: string): boolean {
  return (isIP(ip) === 4 && ip.startsWith('127.')) || ip === '::1';
}

/** Without the prefix of an IPv4 address on an IPv6 socket (RFC 4291 section 2.5.5.2). */
export function unmapped(ip: string): string {
  return ip.startsWith('::ffff:') && isIP(ip.slice(7)) === 4 ? ip.slice(7) : ip.replace(/%.*$/, '');
}

/** The address that another one is reached from, where a socket listens on all of them. */
export function ownAddress(bound: string, remote: string): string {
  if (bound !== '0.0.0.0' && bound !== '::') return bound;
  if (isLoopback(remote)) return remote;
  const family = isIP(remote) === 4 ? 'IPv4' : 'IPv6';
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return own.find((each) => each.family === family && !each.internal)?.address ?? bound;
}

export function addressText({ ip, port }: Address): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}
