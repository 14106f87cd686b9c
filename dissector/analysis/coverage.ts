/** What of a capture was not understood, in numbers and in sentences: silence would look like a capture in which nothing is wrong. */
import type { Conversation } from '../protocol/conversation.ts';
import type { Analysis } from './analysis.ts';
import type { DecodeAs } from './decodeas.ts';
import type { NearMiss } from './recognition.ts';

/** Ports that a sentence names. */
const namedPorts = 3;
/** Conversations that a sentence each is about. */
const namedNearMisses = 5;

export interface Coverage {
  /** Frames by link type (LINKTYPE_ number) that is not decoded. */
  readonly undecoded: ReadonlyMap<number, number>;
  /** Frames by the tunnel that is not looked into. */
  readonly tunnels: ReadonlyMap<string, number>;
  /** Conversations that no protocol recognised and that no rule gives to one or leaves out. */
  readonly unrecognised: readonly Conversation[];
  /** Of these, how many are on a port that a protocol names, by that protocol's id: none of them is it. */
  readonly onPorts: ReadonlyMap<string, number>;
  /** Of these, those that nearly are a protocol. */
  readonly nearMisses: readonly (NearMiss & { readonly conversation: Conversation })[];
}

export function coverage(analysis: Analysis): Coverage {
  const { links, tunnels } = analysis.undecoded;
  const unrecognised = analysis.conversations.filter(
    (one) => analysis.protocolOf(one.id) === undefined && !analysis.decodeAs.some((rule) => rule.matches(one)),
  );
  const onPorts = new Map<string, number>();
  for (const { transport, ports } of unrecognised)
    for (const { id, ports: own = [] } of analysis.protocols)
      if (own.some((one) => one.transport === transport && ports.includes(one.port))) onPorts.set(id, (onPorts.get(id) ?? 0) + 1);
  const nearMisses = unrecognised.flatMap((conversation) => {
    const nearMiss = analysis.nearMiss(conversation.id);
    return nearMiss === undefined ? [] : [{ ...nearMiss, conversation }];
  });
  return { undecoded: links, tunnels, unrecognised, onPorts, nearMisses };
}

/**
 * A sentence for each thing that was not understood. `advice` ends the one that counts conversations, what a person can do about them;
 * without it there is no such sentence.
 */
export function coverageNotices(analysis: Analysis, advice: string | undefined): string[] {
  const { undecoded, tunnels, unrecognised, onPorts, nearMisses } = coverage(analysis);
  const count = unrecognised.length;
  const further = nearMisses.length - namedNearMisses;
  return [
    ...[...undecoded].map(([link, frames]) => `${many(frames, 'frame')} of link type ${link} ${are(frames)} not decoded.`),
    ...[...tunnels].map(([tunnel, frames]) => `${many(frames, 'frame')} of ${tunnel} ${are(frames)} not looked into.`),
    ...(count === 0 || advice === undefined
      ? []
      : [
          `${many(count, 'conversation')} ${count === 1 ? 'was' : 'were'} not recognised (${commonPorts(unrecognised)}; ${advice}).`,
        ]),
    ...[...onPorts].map(
      ([id, on]) => `${many(on, 'conversation')} ${on === 1 ? 'uses' : 'use'} the port of ${id}, but ${are(on)} not ${id}.`,
    ),
    ...nearMisses.slice(0, namedNearMisses).map(nearMissText),
    ...(further > 0
      ? [`${many(further, 'more conversation')} ${further === 1 ? 'looks' : 'look'} like a protocol, with one thing wrong.`]
      : []),
  ];
}

/** "The conversation a:1 ↔ b:2 looks like p2pke, but …", with a full stop. */
export function nearMissText({ conversation, protocol, but }: Coverage['nearMisses'][number]): string {
  return `The conversation ${conversation.endpoints.join(' ↔ ')} looks like ${protocol}, but ${but}.`;
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

/**
 * A sentence for each rule that says nothing: it matches no conversation that an earlier rule leaves to it, or its protocol finds
 * no message in any of them (a protocol of TCP streams in UDP, say).
 */
export function ruleNotices(analysis: Analysis): string[] {
  const { decodeAs } = analysis;
  if (decodeAs.length === 0) return [];
  const talking = new Set<number>();
  for (let n = 0; n < analysis.messageCount; n++) talking.add(analysis.message(n).conversation.id);
  const matched = new Map<DecodeAs, Conversation[]>(decodeAs.map((rule) => [rule, []]));
  for (const one of analysis.conversations) {
    const rule = decodeAs.find((each) => each.matches(one));
    if (rule !== undefined) matched.get(rule)!.push(one);
  }
  return [...matched].flatMap(([{ text, protocol }, own]) => {
    if (own.length === 0) return [`The rule "${text}" decides no conversation.`];
    if (protocol === 'none' || own.some(({ id }) => talking.has(id))) return [];
    return [`The rule "${text}" gives ${many(own.length, 'conversation')} to ${protocol}, which finds no message there.`];
  });
}

function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function are(count: number): string {
  return count === 1 ? 'is' : 'are';
}
