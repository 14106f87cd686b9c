import type { MessageHeader, SessionStep } from '../../protocol/index.ts';
import type { Facts } from './facts.ts';
import { machine } from './machine.ts';
import { incompleteName, undecodableName } from './messages.ts';
import type { Session } from './session.ts';

/** A packet is a step of its connection; what a tunnel carries is one of the connection that carries the tunnel. */
export function part({ session, name, state, facts }: MessageHeader<Facts, Session>): SessionStep | undefined {
  if (session === undefined) return undefined;
  // Without a handshake nobody can tell who is outbound; nothing is allowed to one side alone then.
  const known = { session, title: 'connection', opener: session.outbound ?? 0, machine };
  // Encrypted bytes may be anything, and the rest of a packet is no packet more.
  if (name === incompleteName || (name === undecodableName && state === 'encrypted')) return { ...known, idle: true };
  const found = facts?.found ?? session.found;
  if (found === undefined) return known;
  // A packet is listed where it was cut off, which may be long after the place where it was said.
  return { ...known, unseen: found, stays: state === 'incomplete' };
}
