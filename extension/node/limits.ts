import { limitsOf, type Protocol, readLimits } from '../../dissector/protocol/index.ts';
import { type NodeLimits, NodeRefusal, nodeLimits, nodeLimitTable } from '../../dissector/testnode/index.ts';

/**
 * The limits of nodes in a tree of settings: `peerscope.limits` for what they decode, `peerscope.node.limits` for the rest. Throws a
 * NodeRefusal for a node limit that cannot be used; captures report those of `peerscope.limits`.
 */
export function nodeLimitsIn(
  { limits = {}, node }: Readonly<Record<string, unknown>>,
  protocols: readonly Protocol[],
): NodeLimits {
  const written = typeof node === 'object' && node !== null ? (node as Readonly<Record<string, unknown>>).limits : undefined;
  const own = readLimits(written ?? {}, nodeLimitTable);
  if (own.problems.length > 0) throw new NodeRefusal(`peerscope.node.limits: ${own.problems.join(' ')}`);
  return { ...nodeLimits, ...readLimits(limits, limitsOf(protocols)).limits, ...own.limits };
}
