import type { Address } from '../../dissector/protocol/index.ts';
import { type HostPort, resolveAllowed } from '../node/sockets/address.ts';
import { socketReason } from '../node/sockets/socketsentences.ts';
import { UsageError } from './errors.ts';

/** The numeric address of a host that is on this machine, or allowed. Throws a UsageError. */
export async function addressOf(at: HostPort | undefined, allowed: readonly string[]): Promise<Address | undefined> {
  if (at === undefined) return undefined;
  try {
    const address = await resolveAllowed(at, allowed);
    if (address !== undefined) return address;
  } catch (error) {
    throw new UsageError(socketReason(error, { ip: at.host, port: at.port }), false);
  }
  throw new UsageError(`${at.host} is beyond this machine: --allow ${at.host} says that this is meant.`, false);
}
