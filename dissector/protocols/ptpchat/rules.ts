import { aboutOrder, rulesOf } from '../../protocol/index.ts';

const rule = rulesOf('ptpchat');

/** What ptpchat's specification says of the form of a message, and of one message after another. */
export const rules = {
  json: rule('json', 'error', 'ptpchat, Message Format: messages are JSON'),
  utf8: rule('utf8', 'error', 'ptpchat, Message Format; RFC 8259 section 8.1'),
  duplicateKey: rule('duplicate-key', 'warning', 'RFC 8259 section 4'),
  messageType: rule('msg-type', 'error', 'ptpchat, Message Format: msg_type is required for all messages'),
  missingElement: rule('missing-element', 'error', 'ptpchat, Verbs'),
  base64: rule('base64', 'error', 'ptpchat, Verbs; RFC 4648 section 4'),
  verbCase: rule('verb-case', 'warning', 'ptpchat, Verbs'),
  unknownType: rule('unknown-type', 'error', 'ptpchat, Verbs'),
  trailingBytes: rule('trailing-bytes', 'error', 'ptpchat, Message Format'),
  limit: rule('limit', 'error', 'ptpchat, Message Format'),
  incomplete: rule('incomplete', 'warning', 'ptpchat, Message Format'),
  signature: rule('signature', 'error', 'ptpchat, MESSAGE: must be signed by the sender'),
  unacknowledged: rule('unacknowledged', 'warning', 'ptpchat, ACK: sent after GETCERTIFICATE, CERTIFICATE, GETKEY, KEY, MESSAGE'),
  ackUnknown: aboutOrder(rule('ack-unknown', 'warning', 'ptpchat, ACK: must include the message ID of the received message')),
  certificateId: rule('certificate-id', 'error', 'ptpchat, CERTIFICATE: msg_id must be that of the GETCERTIFICATE it answers'),
  helloInterval: rule('hello-interval', 'warning', 'ptpchat, HELLO: at an interval of between 0.5 to 2 seconds'),
  joinMember: aboutOrder(rule('join-member', 'warning', 'ptpchat, JOIN: when a node joins, or is missing in a CHANNEL')),
  leaveNonmember: aboutOrder(rule('leave-nonmember', 'warning', 'ptpchat, LEAVE: a node leaves a channel it is subscribed to')),
  idCollision: rule('id-collision', 'error', 'ptpchat, Verbs: msg_id identifies this message'),
  connectStep: aboutOrder(rule('connect-step', 'warning', 'ptpchat, CONNECT: steps 1 to 5')),
  gap: rule('gap', 'warning', 'ptpchat, Message Format'),
} as const;
