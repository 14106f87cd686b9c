/** Which bytes of a message its fields will be. */
import type { Field } from '../../bytes/index.ts';
import type { Protocol } from '../../protocol/index.ts';
import { emitPacket } from '../run/emit.ts';
import type { FieldNode, PacketNode, Script, ValueNode } from '../syntax/tree.ts';
import type { ScriptSymbol } from './symbols.ts';

/** Packets that stand by themselves say all of their bytes; what a node sends is known when it is made. */
export class ByteLayouts {
  readonly #script: Script;
  readonly #protocols: readonly Protocol[];

  constructor(script: Script, protocols: readonly Protocol[]) {
    this.#script = script;
    this.#protocols = protocols;
  }

  /** A sentence, where the packet can be made and its layout tells where the field lies. */
  occupied({ start }: Pick<ScriptSymbol, 'start'>): string | undefined {
    const packet = this.#script.packets.find((each) => each.start <= start && start < each.end);
    const path = packet && pathTo(packet.fields, start);
    const tree = packet && path && this.#tree(packet);
    let field: Field | undefined = tree || undefined;
    for (const step of path ?? [])
      field = typeof step === 'number' ? field?.children?.[step] : field?.children?.find((child) => child.name === step);
    return field && `Here ${bytesText(field)} of the message before encryption.`;
  }

  #tree(packet: PacketNode): Field | undefined {
    const bytes = emitPacket(this.#protocols, packet);
    if (!(bytes instanceof Uint8Array)) return undefined;
    const protocol = this.#protocols.find(({ id }) => id === packet.protocol.text);
    return protocol?.messages?.find(({ name }) => name === packet.message.text)?.tree?.(bytes);
  }
}

type Path = readonly (string | number)[];

/** Names, and places in lists, down to the field whose name begins at a place. */
function pathTo(fields: readonly FieldNode[], at: number): Path | undefined {
  for (const { name, value } of fields) {
    if (name.start === at) return [name.text];
    const inner = value && pathWithin(value, at);
    if (inner !== undefined) return [name.text, ...inner];
  }
  return undefined;
}

function pathWithin(value: ValueNode, at: number): Path | undefined {
  if (value.kind === 'record') return pathTo(value.fields, at);
  if (value.kind !== 'list') return undefined;
  const place = value.values.findIndex(({ start, end }) => start <= at && at < end);
  const inner = place < 0 ? undefined : pathWithin(value.values[place]!, at);
  return inner && [place, ...inner];
}

function bytesText({ start, end, bits }: Field): string {
  if (bits !== undefined) {
    const last = bits.from + bits.width - 1;
    return `${bits.width === 1 ? `bit ${bits.from}` : `bits ${bits.from} to ${last}`} of bytes ${start} to ${end - 1}`;
  }
  if (end === start) return `no bytes, at ${start}`;
  return end - start === 1 ? `byte ${start}` : `bytes ${start} to ${end - 1} (${end - start})`;
}
