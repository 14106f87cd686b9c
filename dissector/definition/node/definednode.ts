import type { NodeContext, NodeDefinition, NodeSession } from '../../protocol/index.ts';
import { type Identity, type IdentityLengths, newIdentity, readIdentity } from './identity.ts';

/** What the node of a definition is told by it. */
export interface DefinedNode {
  readonly transport: 'udp' | 'tcp';
  readonly port: number | undefined;
  /** Messages that may be encrypted. */
  readonly sealed: readonly string[];
  /** Messages that its sessions may deliver. */
  readonly delivers: readonly string[];
  readonly identity: IdentityLengths | undefined;
  readonly session: (context: NodeContext, me: Identity) => NodeSession;
}

/** The node of a definition: its identity is random bytes by name, and its role is decided by who dials. */
export function definedNode({ transport, port, sealed, delivers, identity: lengths = {}, session }: DefinedNode): NodeDefinition {
  return {
    ...{ transports: [transport], roles: [], signatures: {}, nonces: {}, sealed, delivers },
    ...(port === undefined ? {} : { port }),
    createIdentity: async (random) => newIdentity(lengths, random),
    start(context, identity) {
      const me = readIdentity(identity, lengths);
      return typeof me === 'string' ? me : session(context, me);
    },
  };
}
