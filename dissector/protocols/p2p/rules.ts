import { aboutOrder, rulesOf } from '../../protocol/index.ts';

const rule = rulesOf('p2p');

/** What the specification of p2p demands and a capture can show. */
export const rules = {
  malformed: rule('malformed', 'error', 'p2p, Packets'),
  incomplete: rule('incomplete', 'warning', 'p2p, Packets'),
  limit: rule('limit', 'error', 'p2p, Packets'),
  signature: rule('signature', 'error', 'p2p, Packets: NLIST_RES, TUNNEL_CLOSE'),
  gap: rule('gap', 'warning', 'p2p, Packets'),
  order: aboutOrder(rule('order', 'warning', 'p2p, Handshake')),
  unanswered: rule('unanswered', 'warning', 'p2p, Packets: NLIST_REQ'),
  unknownType: rule('unknown-type', 'error', 'p2p, Packets'),
  handshakeFailed: rule(
    'handshake-failed',
    'warning',
    'p2p, Handshake, step 9: if either packet fails to decode, the handshake failed',
  ),
  keepaliveRole: rule('keepalive-role', 'warning', 'p2p, Keep alives, step 1: the inbound peer sends initial keepalives'),
  keepaliveTimeout: rule('keepalive-timeout', 'warning', 'p2p, Keep alives, step 3: within KEEPALIVE_INTERVAL, else "timeout"'),
  afterDisconnect: rule('after-disconnect', 'error', 'p2p, Disconnects, step 3: the peer is offline'),
  parametersDiffer: rule('parameters-differ', 'error', 'p2p, Handshake, step 2: HELLO carries param_g and param_p'),
  publicKeyRange: rule('public-key-range', 'error', 'p2p, Handshake, steps 1 and 3; RFC 7919 section 5.1: 1 < y < p - 1'),
  smallGroup: rule('small-group', 'note', 'p2p, Handshake, step 1; RFC 9142 section 1.2.1: 2048 bits at least'),
  compositeModulus: rule('composite-modulus', 'note', 'p2p, Handshake, step 1: the modulus of a Diffie-Hellman group is prime'),
  sharedVector: rule('shared-iv', 'note', 'p2p, Handshake, step 6: one key and one init_vector for both directions'),
} as const;
