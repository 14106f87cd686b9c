import type { Direction, MessageHeader, SessionStep } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { machine, type PeerState } from './machine.ts';
import type { Session } from './session.ts';

/** A frame is a step of its connection. */
export function part({ session, name, state, direction, frame, facts }: MessageHeader<Facts, Session>): SessionStep | undefined {
  if (session === undefined) return undefined;
  // Where neither hello nor SYN was seen, nothing tells who opened; nothing is allowed to one side alone then.
  const known = { session, title: 'connection', opener: session.opener ?? 0, machine };
  // What is not whole, does not open or has no layout may be anything.
  const found = unseen(session, name, direction, frame);
  const isDark = state === 'incomplete' || (name === 'undecodable' && state === 'encrypted' && found !== undefined);
  if (isDark || (facts?.clear === true && name === 'protobuf')) return { ...known, idle: true };
  return found === undefined ? known : { ...known, unseen: found };
}

/** What a frame found where a hello before it is not in the capture, or was caught after it. */
function unseen({ init, ack, opener }: Session, name: string, direction: Direction, frame: number): PeerState | undefined {
  if (name === 'Init') return undefined;
  if (name === 'Ack') return init === undefined ? 'ack' : undefined;
  return ack === undefined || direction !== opener || frame > ack.frame ? 'open' : undefined;
}
