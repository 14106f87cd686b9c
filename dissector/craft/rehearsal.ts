import type { Items } from '../codec/index.ts';
import type { Choices, Protocol } from '../session/index.ts';
import { mulberry32, seededBytes, TestNode } from '../testnode/index.ts';

/** Making an identity may take a while, as RSA does, and one is as good as another. */
const identities = new WeakMap<Protocol, Promise<string>>();
const SEED = 1;

/**
 * What a node says in a message that has dialled just now, or that was dialled; undefined where it needs a session for it. The same
 * each time: it never leaves this function.
 */
export async function madeByNewNode(protocol: Protocol, message: string, choices: Choices): Promise<Items | undefined> {
  const kind = protocol.peer;
  if (kind === undefined) return undefined;
  const forIdentity = mulberry32(SEED);
  const identity = identities.get(protocol) ?? kind.createIdentity((length) => seededBytes(forIdentity, length));
  identities.set(protocol, identity);
  const transport = kind.transports[0]!;
  const options = { protocol, transport, identity: await identity, choices, mode: 'step' as const };
  for (const dialled of [true, false]) {
    const random = mulberry32(SEED);
    try {
      const node = new TestNode(options, {
        now: () => 0n,
        clock: () => 0,
        random: (length) => seededBytes(random, length),
        write() {},
        close() {},
        wake() {},
        happened() {},
      });
      const link = node.opened({ ip: '127.0.0.1', port: 1 }, { ip: '127.0.0.1', port: 2 }, dialled);
      if (link !== undefined) return node.made(link.id, message);
    } catch {
      // The other side of a link may be able to.
    }
  }
  return undefined;
}
