import type { FieldValues } from '../../codec/index.ts';
import type { Choices, NodeDefinition, Protocol } from '../../protocol/index.ts';
import { mulberry32, seededBytes, TestNode } from '../../testnode/index.ts';

/** Making an identity may take a while, as RSA does: one a protocol and seed. */
const identities = new WeakMap<Protocol, Map<number, Promise<string>>>();
const FIRST_SEED = 1;

/** Makes the values of a message from those that are given; throws an Error where a session is needed for it. */
export type Fill = (message: string, given: FieldValues) => FieldValues;

/**
 * What a node says that has dialled just now, or that was dialled; undefined for a protocol without one. The same each time for the same
 * seed, which decides what is random: it never leaves this function.
 */
export async function newNode(protocol: Protocol, choices: Choices, seed = FIRST_SEED): Promise<Fill | undefined> {
  const kind = protocol.peer;
  if (kind === undefined) return undefined;
  const transport = kind.transports[0]!;
  const identity = await identityOf(protocol, kind, seed);
  const say = (dialled: boolean, message: string, given: FieldValues): FieldValues => {
    const random = mulberry32(seed);
    const options = { protocol, transport, identity, choices, mode: 'step' as const };
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
    return node.made(link!.id, message, given);
  };
  return (message, given) => {
    try {
      return say(true, message, given);
    } catch {
      return say(false, message, given);
    }
  };
}

/** The whole of a message that such a node says; undefined where it needs a session for it. */
export async function madeByNewNode(
  protocol: Protocol,
  message: string,
  choices: Choices,
  seed = FIRST_SEED,
): Promise<FieldValues | undefined> {
  try {
    return (await newNode(protocol, choices, seed))?.(message, {});
  } catch {
    return undefined;
  }
}

function identityOf(protocol: Protocol, kind: NodeDefinition, seed: number): Promise<string> {
  const known = identities.get(protocol) ?? new Map<number, Promise<string>>();
  identities.set(protocol, known);
  const random = mulberry32(seed);
  const identity = known.get(seed) ?? kind.createIdentity((length) => seededBytes(random, length));
  known.set(seed, identity);
  return identity;
}
