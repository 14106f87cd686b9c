import type { Protocol } from '../session/index.ts';
import type { CraftProblem, PacketNode } from './syntax.ts';
import { valuesOf } from './values.ts';

/**
 * The bytes of a packet before encryption, nothing filled in but sizes and counts; a problem where its protocol or message is
 * not known, a value is missing or does not fit. `raw` stands for all of it.
 */
export function emitPacket(protocols: readonly Protocol[], packet: PacketNode): Uint8Array | CraftProblem {
  const { protocol: name, message, fields, start, end } = packet;
  const protocol = protocols.find(({ id }) => id === name.text);
  if (protocol === undefined)
    return problem(name, `there is no protocol "${name.text}": ${protocols.map(({ id }) => id).join(', ')}`);
  const forms = protocol.messages ?? [];
  const form = forms.find((each) => each.name === message.text);
  if (form === undefined)
    return problem(message, `${name.text} has no message "${message.text}": ${forms.map((each) => each.name).join(', ')}`);
  try {
    const values = valuesOf(fields);
    return Object.hasOwn(values, 'raw') && values.raw instanceof Uint8Array ? values.raw : form.encode(values);
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), start, end };
  }
}

function problem({ start, end }: { readonly start: number; readonly end: number }, text: string): CraftProblem {
  return { text, start, end };
}
