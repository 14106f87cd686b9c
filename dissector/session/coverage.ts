/**
 * What of a capture was not understood: frames of link types that nothing decodes, tunnels that nothing looks into, conversations of
 * no known protocol.
 */
import { linkType, PacketView, parsePacket } from '../link/index.ts';
import type { Analysis } from './analysis.ts';
import type { DecodeAs } from './decodeas.ts';
import type { Conversation } from './protocol.ts';

const decodedLinks: ReadonlySet<number> = new Set(Object.values(linkType));

/** What may carry messages, and is not decoded: by EtherType, and by IP protocol number. */
const tunnelTypes: ReadonlyMap<number, string> = new Map([
  [0x8847, 'MPLS'],
  [0x8848, 'MPLS'],
  [0x8864, 'PPPoE'],
  [0x88e5, 'MACsec'],
  [0x88e7, 'provider backbone bridging'],
]);
const tunnelProtocols: ReadonlyMap<number, string> = new Map([
  [4, 'IPv4 in IP'],
  [41, 'IPv6 in IP'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [97, 'Ethernet in IP'],
  [115, 'L2TP'],
  [137, 'MPLS in IP'],
]);

export interface Coverage {
  /** Frames by link type (LINKTYPE_ number) that is not decoded. */
  readonly undecoded: ReadonlyMap<number, number>;
  /** Frames by the tunnel that is not looked into. */
  readonly tunnels: ReadonlyMap<string, number>;
  /** Conversations that no protocol recognised and that no rule gives to one or leaves out. */
  readonly unrecognised: readonly Conversation[];
}

export function coverage(analysis: Analysis, decodeAs: readonly DecodeAs[] = []): Coverage {
  const { frames } = analysis.reader;
  const undecoded = new Map<number, number>();
  const tunnels = new Map<string, number>();
  const view = new PacketView();
  for (let index = 0; index < frames.length; index++) {
    const link = frames.linkType(index);
    if (!decodedLinks.has(link)) undecoded.set(link, (undecoded.get(link) ?? 0) + 1);
    else if (analysis.conversationOf(index + 1) === undefined) {
      parsePacket(analysis.reader.frameBytes(index), link, view);
      const tunnel = view.version === 0 ? tunnelTypes.get(view.etherType) : tunnelProtocols.get(view.protocol);
      if (tunnel !== undefined) tunnels.set(tunnel, (tunnels.get(tunnel) ?? 0) + 1);
    }
  }
  const unrecognised = analysis.conversations.filter(
    (one) => analysis.protocolOf(one.id) === undefined && !decodeAs.some((rule) => rule.matches(one)),
  );
  return { undecoded, tunnels, unrecognised };
}

/**
 * A sentence for each rule that says nothing: it matches no conversation that an earlier rule leaves to it, or its protocol finds
 * no message in any of them (a protocol of TCP streams in UDP, say).
 */
export function ruleNotices(analysis: Analysis, decodeAs: readonly DecodeAs[]): string[] {
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
