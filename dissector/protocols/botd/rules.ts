import { aboutOrder, rulesOf } from '../../protocol/index.ts';

const rule = rulesOf('botd');

/** What the specification of botd demands and a capture can show. */
export const rules = {
  malformed: rule('malformed', 'error', 'BOTD #2, Data Structures'),
  incomplete: rule('incomplete', 'warning', 'BOTD #1, framing'),
  limit: rule('limit', 'error', 'BOTD #2, Data Structures'),
  signature: rule('signature', 'error', 'BOTD #2, Handshake: the signature authenticates the peer'),
  gap: rule('gap', 'warning', 'BOTD #1, framing'),
  order: aboutOrder(rule('order', 'warning', 'BOTD #2, Handshake: Init, Ack, then encrypted messages')),
  checksum: rule('checksum', 'error', 'BOTD #1, checksum'),
  initId: rule('init-id', 'error', 'BOTD #2, Handshake, Ack: init_id identifies the Init message'),
  notClosed: aboutOrder(
    rule('not-closed', 'error', 'BOTD #2, Handshake: MUST close the connection if the signature does not validate'),
  ),
  notClosedAfterPings: rule(
    'not-closed',
    'warning',
    'BOTD #2, Ping/Pong: SHOULD close the channel after more than one ping in the 30 second window',
  ),
  pingInterval: rule('ping-interval', 'warning', 'BOTD #2, Ping/Pong: SHOULD NOT send pings more often than every 30 seconds'),
  pingUnanswered: rule('ping-unanswered', 'warning', 'BOTD #2, Ping/Pong: a ping gets a corresponding pong'),
  length: rule('length', 'error', 'BOTD #1, framing: length'),
} as const;
