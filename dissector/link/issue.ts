/** What can be wrong with a packet's headers, as numbers so that a row can keep it. */
export const packetIssue = Object.freeze({
  none: 0,
  /** The captured bytes end inside a header. */
  short: 1,
  /** The link type is not one of `linkType`. */
  unknownLink: 2,
  /** The IP version is not the one that the link layer announced. */
  version: 3,
  /** A header claims a length that it cannot have. */
  headerLength: 4,
  /** A length field goes past what carries it; the carrier's end is used. */
  length: 5,
  /** More VLAN tags or extension headers than limits.headers. */
  tooManyHeaders: 6,
  /** More tunnels inside each other than limits.tunnels: what is inside is not looked into. */
  tooManyTunnels: 7,
} as const);

export type PacketIssue = (typeof packetIssue)[keyof typeof packetIssue];
