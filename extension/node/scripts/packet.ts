/** A packet of a script that is sent by a node that runs. */
import { randomInt } from 'node:crypto';
import {
  checkScript,
  packetAt,
  parseScript,
  type Statement,
  secretFields,
  valuesOf,
  withoutSecrets,
} from '../../../dissector/script/index.ts';
import type { NodeCalls } from '../../wire/node.ts';
import type { Speaker } from '../driven.ts';
import { protocolsOf } from '../protocols.ts';
import { ScriptScope } from './scope.ts';

/** Throws an Error with a sentence. What the packet leaves out is filled in as the session would. */
export async function sendPacket(
  node: Speaker,
  { link, text, at, folder, modules }: Omit<NodeCalls['sendPacket']['params'], 'node'>,
): Promise<void> {
  const protocols = await protocolsOf(modules);
  const around = { folder, environment: process.env, answered: {}, seed: randomInt(2 ** 32) };
  const { statement, scope } = packetAt(text, at, protocols, new ScriptScope(protocols, around).with());
  if (statement?.kind !== 'packet') throw new Error('No packet stands here.');
  // What cannot be read, or is wrongly named, would else be left out in silence.
  const { statements, problems } = parseScript(text);
  const wrong = [...problems, ...checkScript(statements, protocols)].find(
    ({ start, end, severity }) => severity === undefined && start < at + length(statement) && end >= at,
  );
  if (wrong !== undefined) throw new Error(`${wrong.text}.`);
  const { protocol, message, fields } = statement.packet;
  if (protocol.text !== node.protocol)
    throw new Error(`The node speaks ${node.protocol}, and the packet is of ${protocol.text}.`);
  const { raw, ...values } = valuesOf(fields, scope);
  const secrets = secretFields(fields, scope);
  if (raw === undefined) withoutSecrets(message.text, secrets, () => node.node.send(link, message.text, values));
  else if (raw instanceof Uint8Array) node.node.sendRaw(link, raw);
  else throw new Error('raw is bytes.');
}

function length({ start, end }: Statement): number {
  return end - start;
}
