import type { MessageHeader, SessionStep } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { machine, type SessionState } from './machine.ts';
import type { Session } from './session.ts';

/** A message is a step of its session; one that came before any InitHello of the capture is of none. */
export function part({
  session,
  name,
  state,
  frame,
  facts,
  conversation,
}: MessageHeader<Facts, Session>): SessionStep | undefined {
  if (session === undefined) return undefined;
  const found = unseen(session, name, state === 'encrypted');
  const known = { session, title: `session ${session.place}`, opener: session.initiatorIn(conversation.id), machine };
  const isRefused = name === 'InitDone' && facts?.signature?.state === 'invalid';
  // What does not open under the proven key is dropped. An InitHello is in clear, and answered.
  const isLate = name === 'RespHello' && session.done !== undefined && session.done < frame;
  const isDropped = state === 'malformed' && name !== 'InitHello' && name !== 'reserved' && !isLate;
  if (isDropped || isRefused) return { ...known, idle: true };
  // Sealed data may be that of another session.
  return found === undefined ? known : { ...known, unseen: found, stays: state === 'encrypted' && name !== 'InitDone' };
}

/** What a message found where the capture has lost the handshake's rest, or nobody can tell that it is a message of this session. */
function unseen(session: Session, name: string, isSealed: boolean): SessionState | undefined {
  if (name === 'InitDone') return isSealed || session.resp === undefined ? 'resp_hello' : undefined;
  if (name !== 'data' && name !== 'closing') return undefined;
  return isSealed || (session.done === undefined && session.early.isLost) ? 'init_done' : undefined;
}
