import { aboutOrder, rulesOf } from '../../protocol/index.ts';

const rule = rulesOf('p2pke');

/** What p2pke's specification demands and a capture can show. */
export const rules = {
  malformed: rule('malformed', 'error', 'p2pke, Wire Format'),
  incomplete: rule('incomplete', 'warning', 'p2pke, Wire Format'),
  signature: rule('signature', 'error', 'p2pke, Handshake'),
  order: aboutOrder(rule('order', 'warning', 'p2pke, Handshake')),
  sessionAge: rule('session-age', 'warning', 'p2pke, Sessions: a maximum age of 1 minute'),
  messageLimit: rule('message-limit', 'error', 'p2pke, Sessions: at most 2^31-1 messages'),
  reservedCounter: rule('reserved-counter', 'warning', 'p2pke, Wire Format: low counter values are reserved for the handshake'),
  replay: rule('replay', 'warning', 'p2pke, Wire Format: counter values are used for replay protection'),
  staleCounter: aboutOrder(rule('stale-counter', 'note', 'p2pke, Wire Format: counter values are used for replay protection')),
  direction: rule('direction', 'error', 'p2pke, Wire Format: the direction bit'),
  remoteKeyChanged: rule('remote-key-changed', 'error', 'p2pke, Channels: all sessions must have the same remote key'),
  earlyData: aboutOrder(rule('early-data', 'error', 'p2pke, Handshake: the initiator is ready to send after InitDone')),
  lateHandshake: aboutOrder(
    rule('late-handshake', 'warning', 'p2pke, Handshake: no handshake messages after InitDone was received'),
  ),
} as const;
