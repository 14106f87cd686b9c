import type { FieldValues } from '../../../codec/index.ts';
import type { NodeContext } from '../../../protocol/index.ts';
import type { PeerLink } from './link.ts';
import type { Id } from './read.ts';

/** What the parts of a node share. */
export interface NodeParts {
  readonly context: NodeContext;
  readonly node: Id;
  /** Neighbours that said HELLO. */
  neighbours(): readonly PeerLink[];
  find(link: number): PeerLink | undefined;
  /** It keeps a channel and a list of nodes for others, and passes on what is for them. */
  serves(): boolean;
}

/** A random UUID (RFC 9562 section 5.4), the form that ids have in real traffic. */
export function uuid(random: NodeContext['random']): string {
  const bytes = random(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The element of a list of nodes that stands for one of them. */
export function listed({ value }: Id): FieldValues {
  return { node_id: value };
}
