import type { Direction, MessageHeader, SessionStep } from '../../protocol/index.ts';
import { written } from './conformance/connect.ts';
import type { ConnectStep, Facts } from './facts.ts';
import { type ConnectState, connectMachine, exchangeMachine, neighbourMachine } from './machine.ts';
import { incompleteName } from './messages.ts';
import type { Neighbours } from './neighbours.ts';

/**
 * A CONNECT is a step of the path that it opens over three nodes, what is acknowledged one of its exchange; everything else is
 * one of what two neighbours say.
 */
export function part({ session, name, direction, facts }: MessageHeader<Facts, Neighbours>): SessionStep | undefined {
  const { connect, exchange } = facts ?? {};
  if (connect !== undefined) return ofPath(connect, direction);
  if (exchange !== undefined) {
    const { verb, frame, opener } = exchange;
    return { session: exchange, title: `${verb} in frame ${frame}`, opener, machine: exchangeMachine };
  }
  if (session === undefined) return undefined;
  const known = { session, title: 'neighbours', opener: session.opener, machine: neighbourMachine };
  // A message of which not even the verb was captured.
  return name === incompleteName ? { ...known, idle: true } : known;
}

/** The state before each step. */
const before: Readonly<Record<ConnectStep['step'], ConnectState>> = { 1: 'none', 2: 'asked', 3: 'forwarded', 4: 'returned' };

/** A talks to S alone: between S and B there is no opener. */
function ofPath({ path, step }: ConnectStep, direction: Direction): SessionStep {
  const opener = step === 1 ? direction : step === 4 ? ((1 - direction) as Direction) : undefined;
  const title = `CONNECT of ${written(path.origin)} to ${path.target} over ${path.s}`;
  return { session: path, title, opener, machine: connectMachine, unseen: before[step] };
}
