/** Which bytes of a message its fields will be. */
import type { Field } from '../bytes/index.ts';
import type { Protocol } from '../session/index.ts';
import { emitPacket } from './emit.ts';
import type { NamedWord } from './named.ts';
import type { FieldNode, PacketNode, Script } from './syntax.ts';

/** Packets that stand by themselves say all of their bytes; what a node sends is known when it is made. */
export class Layouts {
  readonly #script: Script;
  readonly #protocols: readonly Protocol[];

  constructor(script: Script, protocols: readonly Protocol[]) {
    this.#script = script;
    this.#protocols = protocols;
  }

  /** A sentence, where the packet can be made and its layout tells where the field lies. */
  occupied({ start }: Pick<NamedWord, 'start'>): string | undefined {
    const packet = this.#script.packets.find((each) => each.start <= start && start < each.end);
    const path = packet && pathTo(packet.fields, start);
    const tree = packet && path && this.#tree(packet);
    let field: Field | undefined = tree || undefined;
    for (const name of path ?? []) field = field?.children?.find((child) => child.name === name);
    return field && `Here ${bytesText(field)} of the message before encryption.`;
  }

  #tree(packet: PacketNode): Field | undefined {
    const bytes = emitPacket(this.#protocols, packet);
    if (!(bytes instanceof Uint8Array)) return undefined;
    const protocol = this.#protocols.find(({ id }) => id === packet.protocol.text);
    return protocol?.messages?.find(({ name }) => name === packet.message.text)?.tree?.(bytes);
  }
}

/** Names down to the field whose name begins at a place; fields in lists have no path. */
function pathTo(fields: readonly FieldNode[], at: number): readonly string[] | undefined {
  for (const { name, value } of fields) {
    if (name.start === at) return [name.text];
    const inner = value?.kind === 'record' ? pathTo(value.fields, at) : undefined;
    if (inner !== undefined) return [name.text, ...inner];
  }
  return undefined;
}

function bytesText({ start, end, bits }: Field): string {
  if (bits !== undefined) {
    const last = bits.from + bits.width - 1;
    return `${bits.width === 1 ? `bit ${bits.from}` : `bits ${bits.from} to ${last}`} of bytes ${start} to ${end - 1}`;
  }
  if (end === start) return `no bytes, at ${start}`;
  return end - start === 1 ? `byte ${start}` : `bytes ${start} to ${end - 1} (${end - start})`;
}
