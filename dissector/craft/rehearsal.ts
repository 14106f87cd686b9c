import type { Items } from '../codec/index.ts';
import type { Choices, PeerKind, Protocol } from '../session/index.ts';
import { mulberry32, seededBytes, TestNode } from '../testnode/index.ts';

/** Making an identity may take a while, as RSA does: one a protocol and seed. */
const identities = new WeakMap<Protocol, Map<number, Promise<string>>>();
const FIRST_SEED = 1;

/**
 * What a node says in a message that has dialled just now, or that was dialled; undefined where it needs a session for it. The same
 * for the same seed, which decides what is random: it never leaves this function.
 */
export async function madeByNewNode(
  protocol: Protocol,
  message: string,
  choices: Choices,
  seed = FIRST_SEED,
): Promise<Items | undefined> {
  const kind = protocol.peer;
  if (kind === undefined) return undefined;
  const transport = kind.transports[0]!;
  const options = { protocol, transport, identity: await identityOf(protocol, kind, seed), choices, mode: 'step' as const };
  for (const dialled of [true, false]) {
    const random = mulberry32(seed);
    try {
      const node = new TestNode(options, {
        // Times are as different as all else that a seed decides.
        now: () => BigInt(seed - FIRST_SEED) * 1_000_000_000_000n,
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

function identityOf(protocol: Protocol, kind: PeerKind, seed: number): Promise<string> {
  const known = identities.get(protocol) ?? new Map<number, Promise<string>>();
  identities.set(protocol, known);
  const random = mulberry32(seed);
  const identity = known.get(seed) ?? kind.createIdentity((length) => seededBytes(random, length));
  known.set(seed, identity);
  return identity;
}
