/** Faults that somebody writes: in the words of a packet script, or as nodes read them. */
import type { Protocol } from '../../dissector/protocol/index.ts';
import { parseRelayFault, type RelayFault, relayFaultWords } from '../../dissector/relay/index.ts';
import { faultText, parseScript } from '../../dissector/script/index.ts';
import { type Fault, faultWords, NodeRefusal, parseFault } from '../../dissector/testnode/index.ts';
import type { FaultOwner } from '../wire/node.ts';

const noParts = { signatures: {}, nonces: {}, sealed: [] };

/** As a node reads it: `drop:data#2` of `drop data nth 2`. */
export function faultSpec(text: string): string {
  const { statements, problems } = parseScript(`fault a ${text}`);
  const [first] = statements;
  return first?.kind === 'fault' && statements.length === 1 && problems.length === 0 ? faultText(first) : text;
}

/** Throws a NodeRefusal. */
export function readFault(spec: string, protocol: Protocol, transport: 'udp' | 'tcp'): Fault {
  return taken(parseFault(spec, protocol.names, transport, protocol.peer ?? noParts));
}

/** Throws a NodeRefusal. */
export function readRelayFault(spec: string, protocol: Protocol, transport: 'udp' | 'tcp'): RelayFault {
  return taken(parseRelayFault(spec, protocol.names, transport, protocol.peer ?? noParts));
}

function taken<F>(fault: F | string): F {
  if (typeof fault === 'string') throw new NodeRefusal(`${fault}.`);
  return fault;
}

/** In the words of a packet script. Throws a NodeRefusal for what a node or a relay of the protocol does not take. */
export function faultWordsOf(
  text: string,
  { protocol: id, transport, isRelay }: FaultOwner,
  protocols: readonly Protocol[],
): string {
  const protocol = protocols.find((each) => each.id === id);
  if (protocol === undefined) throw new NodeRefusal(`There is no protocol "${id}".`);
  const spec = faultSpec(text);
  return isRelay ? relayFaultWords(readRelayFault(spec, protocol, transport)) : faultWords(readFault(spec, protocol, transport));
}
