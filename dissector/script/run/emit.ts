import type { Protocol } from '../../protocol/index.ts';
import type { PacketNode, ScriptProblem } from '../syntax/tree.ts';
import { nowhere, type Scope } from './scope.ts';
import { secretFields, withoutSecrets } from './secrets.ts';
import { budget, valuesOf } from './values.ts';

/**
 * The bytes of a packet before encryption, nothing filled in but sizes and counts; a problem where its protocol or message is
 * not known, a value is missing or does not fit. `raw` stands for all of it.
 */
export function emitPacket(
  protocols: readonly Protocol[],
  packet: PacketNode,
  scope: Scope = { ...nowhere, encode: encoder(protocols), spend: budget() },
): Uint8Array | ScriptProblem {
  const { protocol: name, message, fields, start, end } = packet;
  const protocol = protocols.find(({ id }) => id === name.text);
  if (protocol === undefined)
    return problem(name, `there is no protocol "${name.text}": ${protocols.map(({ id }) => id).join(', ')}`);
  const forms = protocol.messages ?? [];
  const form = forms.find((each) => each.name === message.text);
  if (form === undefined)
    return problem(message, `${name.text} has no message "${message.text}": ${forms.map((each) => each.name).join(', ')}`);
  try {
    const values = valuesOf(fields, scope);
    if (Object.hasOwn(values, 'raw') && values.raw instanceof Uint8Array) return values.raw;
    return withoutSecrets(form.name, secretFields(fields, scope), () => form.encode(values));
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), start, end };
  }
}

/** What `encode()` of a script does with the messages of these protocols. */
export function encoder(protocols: readonly Protocol[]): Scope['encode'] {
  return (id, message, values) => {
    const form = protocols.find((each) => each.id === id)?.messages?.find(({ name }) => name === message);
    if (form === undefined) throw new Error(`there is no message "${message}" of a protocol "${id}"`);
    return form.encode(values);
  };
}

function problem({ start, end }: { readonly start: number; readonly end: number }, text: string): ScriptProblem {
  return { text, start, end };
}
