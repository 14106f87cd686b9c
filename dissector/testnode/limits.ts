import { defaultLimits, type Limits, type LimitTable, valuesOf } from '../bytes/index.ts';
import { limitsOf, type Protocol, readLimits } from '../protocol/index.ts';

/** What the other side of a link controls, beside what a capture bounds as well: the length of a frame, the bytes of a stream. */
export const nodeLimitTable = {
  links: { standard: 1_024, doc: 'Maximum links of one node at the same time. Further links are refused.' },
  handshakeSeconds: {
    standard: 30,
    doc: 'Maximum seconds for a handshake. After that, the link is closed.',
    most: 86_400,
  },
  idleSeconds: { standard: 300, doc: 'Seconds without a datagram after which a UDP link is closed.', most: 86_400 },
  unprovenSeconds: {
    standard: 10,
    doc: 'Seconds without a datagram after which a node stops sending to an address that has not answered. The address may be forged.',
    most: 86_400,
  },
  unwrittenBytes: {
    standard: 0x0080_0000,
    doc: 'Maximum bytes that wait to be written to one TCP link. Beyond it, the link is closed.',
  },
  heldMessages: {
    standard: 1_000,
    doc: 'Maximum held messages. Beyond it, outgoing messages are sent, incoming datagrams are dropped, and TCP bytes are delivered.',
  },
  observedPieces: {
    standard: 2_000_000,
    doc: 'Maximum datagrams and TCP segments that a relay decodes on its open links. The rest passes without being decoded.',
  },
  repeatedBytes: {
    standard: 0x1_0000,
    doc: 'Maximum bytes of one link that a relay keeps. It decodes them again when a key comes later.',
  },
  unfinishedMilliseconds: {
    standard: 200,
    doc: 'Milliseconds that a relay waits for the rest of a message. After that, its bytes pass as they came.',
    most: 86_400_000,
  },
  replayed: { standard: 16, doc: 'Maximum datagrams that are kept for the fault "replay".' },
} as const satisfies LimitTable;

/** The limits in force for one node. */
export type NodeLimits = Limits & { readonly [name in keyof typeof nodeLimitTable]: number };

/** The limits of a node where nobody chose others. */
export const nodeLimits: NodeLimits = Object.freeze({ ...defaultLimits, ...valuesOf(nodeLimitTable, {}) });

/** Every limit of nodes that speak these protocols. */
function limitsOfNodes(protocols: readonly Protocol[]): LimitTable {
  return { ...nodeLimitTable, ...limitsOf(protocols) };
}

/** The limits of a node as a person writes them; what cannot be used is told in a sentence, and the rest is used. */
export function readNodeLimits(
  written: unknown,
  protocols: readonly Protocol[],
): { readonly limits: NodeLimits; readonly problems: readonly string[] } {
  const { limits, problems } = readLimits(written, limitsOfNodes(protocols));
  return { limits: { ...nodeLimits, ...limits }, problems };
}
