import type { Address } from '../../../dissector/protocol/index.ts';
import { NodeRefusal } from '../../../dissector/testnode/index.ts';
import { parseAddress, resolveAllowed } from './address.ts';
import { socketReason } from './socketsentences.ts';

/** The numeric address that a person wrote, where it is on this machine or allowed. Throws a NodeRefusal. */
export async function allowedAddress(text: string, allow: readonly string[]): Promise<Address> {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new NodeRefusal(`"${text}" is no HOST:PORT: 127.0.0.1:7000, [::1]:7000.`);
  const address = await resolveAllowed(parsed, allow).catch((error) => {
    throw new NodeRefusal(socketReason(error, { ip: parsed.host, port: parsed.port }));
  });
  if (address === undefined) throw new NodeRefusal(`${parsed.host} is beyond this machine, and nobody has allowed it.`);
  return address;
}
