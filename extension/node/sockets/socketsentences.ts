/** What befalls sockets, in words. */

import type { Address } from '../../../dissector/protocol/index.ts';
import { addressText } from './address.ts';

/** A socket that could not be opened; the message is a sentence for a person. */
export class SocketFailure extends Error {}

export function socketReason(error: unknown, { ip, port }: Address): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const where = addressText({ ip, port });
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken: another program has ${where}.`;
    case 'EADDRNOTAVAIL':
      return `${ip} is no address of this machine.`;
    case 'EACCES':
      return `${where} needs rights that this program does not have.`;
    case 'ECONNREFUSED':
      return `Nothing listens on ${where}: the connection was refused.`;
    case 'ECONNRESET':
      return 'The other side has reset the connection.';
    case 'EPIPE':
      return 'The other side does not read any more.';
    case 'ETIMEDOUT':
      return `${where} does not answer.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `There is no way to ${where}.`;
    case 'ENOTFOUND':
      return `There is no address of the name ${ip}.`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** The socket of a node was closed under it. */
export function lostPort(at: Address): string {
  return `The socket at ${addressText(at)} was closed under the node: nothing reaches it there any more.`;
}
