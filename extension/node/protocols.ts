/** The protocols that nodes and scripts of the editor speak: the user's own, loaded again once their files change, and the built-in ones. */
import type { Protocol } from '../../dissector/protocol/index.ts';
import { loadProtocols } from '../capture/modules.ts';
import type { SpokenProtocol } from '../wire/node.ts';

const FIRST_PORT = 7000;

/** Throws an Error with a sentence for each module that cannot be used: a node of another protocol than the one that was meant helps nobody. */
export async function protocolsOf(modules: readonly string[]): Promise<readonly Protocol[]> {
  const { protocols, problems } = await loadProtocols(modules);
  if (problems.length > 0) throw new Error(problems.join(' '));
  return protocols;
}

/** Those with an active side. A module that cannot be used is left out: whoever starts a node or a script is told why. */
export async function spokenProtocols(modules: readonly string[]): Promise<readonly SpokenProtocol[]> {
  const { protocols } = await loadProtocols(modules);
  return protocols.flatMap(({ id, title, peer, messages = [] }) =>
    peer === undefined
      ? []
      : [
          {
            ...{ id, title, transports: peer.transports, port: peer.port ?? FIRST_PORT, roles: peer.roles },
            messages: messages.map(({ name }) => name),
            identityKinds: peer.identityKinds ?? [],
          },
        ],
  );
}
