/** A packet of a script that is sent by a node that runs. */
import type { FieldValues } from '../../../dissector/codec/index.ts';
import { withoutSecrets } from '../../../dissector/script/index.ts';
import type { NodeCalls } from '../../wire/node.ts';
import type { Speaker } from '../driven.ts';
import { protocolsOf } from '../protocols.ts';
import { TextFault, writtenPacket } from './written.ts';

/** Throws an Error with a sentence, a TextFault where it has a place. What the packet leaves out is filled in as the session would. */
export async function sendPacket(
  { node, protocol }: Speaker,
  { link, text, at, folder, modules }: Omit<NodeCalls['sendPacket']['params'], 'node'>,
): Promise<void> {
  const from = { text, folder, protocols: await protocolsOf(modules) };
  const fill = (message: string, given: FieldValues): FieldValues => node.made(link, message, given);
  const { said, secrets, message = '', ...place } = writtenPacket(from, at, { protocol }, fill);
  try {
    if ('bytes' in said) node.sendRaw(link, said.bytes);
    else withoutSecrets(message, secrets, () => node.send(link, message, said.values));
  } catch (error) {
    throw new TextFault(error instanceof Error ? error.message : String(error), place);
  }
}
