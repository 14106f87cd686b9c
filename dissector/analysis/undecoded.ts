/** Frames that are in no conversation: of link types that nothing decodes, and in tunnels that nothing looks into. */
import { firstEtherType, linkType, type PacketView, packetIssue } from '../link/index.ts';

const decodedLinks: ReadonlySet<number> = new Set(Object.values(linkType));

/** What may carry messages, and is not decoded: by EtherType, and by IP protocol number. */
const tunnelTypes: ReadonlyMap<number, string> = new Map([
  [0x8847, 'MPLS'],
  [0x8848, 'MPLS'],
  [0x8864, 'PPPoE'],
  [0x88e5, 'MACsec'],
  [0x88e7, 'provider backbone bridging'],
  [0x8903, 'FabricPath'],
  [0x8926, 'VN-Tag'],
  [0x893f, 'E-Tag'],
  [0x894f, 'NSH'],
  [0x22f3, 'TRILL'],
  [0x880b, 'PPP'],
  [0x892f, 'HSR'],
  [0x88fb, 'PRP'],
  [0x8909, 'Cisco metadata'],
  [0x6558, 'transparent Ethernet bridging'],
]);
const tunnelProtocols: ReadonlyMap<number, string> = new Map([
  [4, 'IPv4 in IP'],
  [41, 'IPv6 in IP'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [94, 'IP in IP (KA9Q)'],
  [97, 'Ethernet in IP'],
  [98, 'encapsulation header (RFC 1241)'],
  [132, 'SCTP'],
  [115, 'L2TP'],
  [137, 'MPLS in IP'],
  [143, 'Ethernet in IP (RFC 8986)'],
]);

/** Counts them while the capture is read. */
export class UndecodedFrames {
  /** Frames by link type (LINKTYPE_ number) that is not decoded. */
  readonly links = new Map<number, number>();
  /** Frames by the name of the tunnel that is not looked into. */
  readonly tunnels = new Map<string, number>();

  /** Counts a frame, by its link type and what was parsed of it. */
  add(link: number, view: PacketView): void {
    if (!decodedLinks.has(link)) {
      this.links.set(link, (this.links.get(link) ?? 0) + 1);
      return;
    }
    const tunnel = notLookedInto(view);
    if (tunnel !== undefined) this.tunnels.set(tunnel, (this.tunnels.get(tunnel) ?? 0) + 1);
  }
}

function notLookedInto(view: PacketView): string | undefined {
  if (view.issue === packetIssue.tooManyTunnels) return `${view.highest}, beyond the limit tunnels`;
  if (view.version !== 0) return tunnelProtocols.get(view.protocol);
  if (view.highest === 'LLC' && view.etherType < firstEtherType) return undefined;
  return tunnelTypes.get(view.etherType);
}
