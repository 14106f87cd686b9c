import type { MessageHeader, SessionStep } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { machine, type SessionState } from './machine.ts';
import type { Session } from './session.ts';

/** A packet is a step of the session between its two sockets. */
export function part({ session, name, direction, frame, facts }: MessageHeader<Facts, Session>): SessionStep | undefined {
  if (session === undefined) return undefined;
  const { number, total, initiator, found } = session;
  const begun = found === undefined ? '' : ', begun before its first packet here';
  // Where the opener is not known, both sides may do the same.
  const opener = initiator ?? 0;
  const known = { session, title: `session ${number} of ${total.sessions}${begun}`, opener, machine };
  const isCopy = name === 'hello' && facts?.retransmission_of !== undefined;
  // Of a handshake whose beginning is not there, a hello retry may answer what was not captured.
  if (isCopy || (name === 'hello_retry' && session.state === 'unseen')) return { ...known, idle: true };
  const state = unseen(session, name, direction === opener, frame);
  return state === undefined ? known : { ...known, unseen: state };
}

/** What the packet found, as the first pass took it, where packets before it are not in the capture. */
function unseen(
  { found, retryLost, skipped }: Session,
  name: string,
  isOpener: boolean,
  frame: number,
): SessionState | undefined {
  if (skipped !== undefined && frame > skipped) return 'open';
  return retryLost && name === 'hello' && !isOpener ? 'answered' : found;
}
