import type { Conversation } from '../protocol/conversation.ts';

export interface DecodeAs {
  /** As it was written. */
  readonly text: string;
  /** The protocol's id; `none` leaves the conversation undecoded. */
  readonly protocol: string;
  matches(conversation: Conversation): boolean;
}

type Test = (conversation: Conversation) => boolean;

/**
 * Reads a rule: conditions joined by `&&`, an arrow (`->`, `→` or `=>`), a protocol's id or `none`. A condition is
 * `udp` or `tcp` alone, `udp.port == N`, `tcp.port == N`, `port == N`, or `ip.addr == ADDRESS`. Gives a sentence for what it cannot read.
 */
export function parseDecodeAs(text: string, protocols: readonly { readonly id: string }[]): DecodeAs | string {
  const [left = '', protocol = '', ...rest] = text.split(/→|->|=>/).map((part) => part.trim());
  if (protocol === '' || rest.length > 0) return `"${text}" is no rule: expected something like udp.port == 7000 -> p2pke`;
  if (protocol !== 'none' && !protocols.some(({ id }) => id === protocol))
    return `"${protocol}" is no protocol: ${protocols.map(({ id }) => id).join(', ')}, none`;
  const tests: Test[] = [];
  for (const condition of left.split('&&')) {
    const test = parseCondition(condition.trim());
    if (typeof test === 'string') return test;
    tests.push(test);
  }
  return { text, protocol, matches: (conversation) => tests.every((test) => test(conversation)) };
}

function parseCondition(text: string): Test | string {
  if (text === 'udp' || text === 'tcp') return ({ transport }) => transport === text;
  const port = /^(?:(udp|tcp)\.)?port\s*==\s*(\d{1,5})$/.exec(text);
  if (port !== null && Number(port[2]) <= 65_535) {
    const [, transport, number] = port;
    return (one) => (transport === undefined || one.transport === transport) && one.ports.includes(Number(number));
  }
  const address = /^ip(?:v6)?\.addr\s*==\s*([0-9a-fA-F.:]+)$/.exec(text);
  if (address !== null) {
    const wanted = address[1]!.toLowerCase();
    return ({ endpoints }) => endpoints.some((endpoint) => addressOf(endpoint) === wanted);
  }
  return `"${text}" is no condition: udp, tcp, udp.port == N, tcp.port == N, port == N, ip.addr == ADDRESS`;
}

/** `127.0.0.1` of `127.0.0.1:7000`, `::1` of `[::1]:7000`. */
function addressOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}
