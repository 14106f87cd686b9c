import { aboutOrder, rulesOf } from '../../protocol/index.ts';

const rule = rulesOf('p2ppacket');

/** What the document of p2ppacket demands and a capture can show. */
export const rules = {
  malformed: rule('malformed', 'error', 'p2p packet'),
  incomplete: rule('incomplete', 'warning', 'p2p packet'),
  trailingBytes: rule('trailing-bytes', 'error', 'p2p packet, payload packet'),
  signature: rule('signature', 'error', 'p2p packet, hello, introduction_request, introduction'),
  order: aboutOrder(rule('order', 'warning', '2p2 protocol, handshake')),
  unknownType: rule('unknown-type', 'error', 'p2p packet, payload packet'),
  version: rule('version', 'error', 'p2p packet, version'),
  length: rule('length', 'error', 'p2p packet, payload packet: the lengths of the tables'),
  cookieEcho: rule('cookie-echo', 'error', '2p2 protocol, handshake: the second hello carries the cookie of hello retry'),
  channelCount: rule('channel-count', 'error', 'p2p packet, data: number of channels'),
  entryLength: rule('entry-length', 'error', 'p2p packet, reliable_data: length'),
  sequence: aboutOrder(rule('sequence', 'warning', 'p2p packet, data: sequence number')),
  notCaptured: rule('not-captured', 'note', 'p2p packet, data: what the other side acknowledges was sent'),
  ackAhead: aboutOrder(rule('ack-ahead', 'error', 'p2p packet, data: ack number')),
  unrequested: aboutOrder(
    rule('introduction-unrequested', 'error', '2p2 protocol, introduction: introduction_request comes first'),
  ),
  wrongTarget: rule('introduction-target', 'error', '2p2 protocol, introduction: it goes to the target named'),
  unacknowledged: rule('introduction-unacknowledged', 'warning', '2p2 protocol, introduction: introduction_ack'),
  requestUnanswered: rule('request-unanswered', 'warning', '2p2 protocol, peers list request, introduction'),
} as const;
