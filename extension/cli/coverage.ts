/** What of a capture was not understood, in sentences: silence would look like a capture in which nothing is wrong. */
import { type Analysis, type Conversation, coverage, ruleNotices } from '../../dissector/session/index.ts';
import type { Task } from './task.ts';
import { plural } from './text.ts';

/** Ports that a sentence names. */
const namedPorts = 3;

export function coverageNotices(analysis: Analysis, { setup: { wishes } }: Task): string[] {
  const { undecoded, tunnels, unrecognised } = coverage(analysis, wishes.decodeAs);
  const links = [...undecoded].map(
    ([link, count]) => `${plural(count, 'frame')} of link type ${link} ${count === 1 ? 'is' : 'are'} not decoded.`,
  );
  const carried = [...tunnels].map(
    ([tunnel, count]) => `${plural(count, 'frame')} of ${tunnel} ${count === 1 ? 'is' : 'are'} not looked into.`,
  );
  const count = unrecognised.length;
  const was = `${plural(count, 'conversation')} ${count === 1 ? 'was' : 'were'} not recognised`;
  const conversations = count === 0 ? [] : [`${was} (${commonPorts(unrecognised)}; try --decode-as or --protocol).`];
  return [...links, ...carried, ...conversations, ...analysis.passedLimits, ...ruleNotices(analysis, wishes.decodeAs)];
}

/** The ports that most of the conversations have, `udp 53, tcp 443`: those of one alone only where none has company. */
function commonPorts(conversations: readonly Conversation[]): string {
  const counts = new Map<string, { readonly name: string; readonly port: number; count: number }>();
  for (const { transport, ports } of conversations)
    for (const port of new Set(ports)) {
      const name = `${transport} ${port}`;
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { name, port, count: 1 });
      else known.count++;
    }
  // Of two that are equally common the lower one is the server's, more often than not.
  const ordered = [...counts.values()].sort((a, b) => b.count - a.count || a.port - b.port);
  const shared = ordered.filter(({ count }) => count > 1 || ordered[0]!.count === 1).map(({ name }) => name);
  return [...shared.slice(0, namedPorts), ...(shared.length > namedPorts ? ['…'] : [])].join(', ');
}
