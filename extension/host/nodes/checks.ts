/** The shapes of what arrives from the page of the test nodes. A request that fails here is answered with the error. */

import { integer, mismatch, object } from '../../wire/checks.ts';
import type { HeldAction, NodeCommands, NodeMode, NodePageCalls, NodeWish, PendingOf } from '../../wire/node.ts';

const LONGEST_TEXT = 1 << 20;
/** A day: longer than anybody waits for a message. */
const LONGEST_DELAY_MS = 86_400_000;
const MOST_COPIES = 1000;
const MOST_KEY_LOGS = 100;
const MOST_FAULTS = 100;
const modes: readonly NodeMode[] = ['automatic', 'step', 'intercept'];

type Checks = { readonly [M in keyof NodeCommands & string]: (value: unknown) => NodeCommands[M]['params'] };

/** The commands that the host passes on, each with the check of its parameters. */
export const nodeCommands = {
  stop: node,
  forget: node,
  mode: (value: unknown) => ({ ...node(value), mode: mode(object(value, 'mode').mode) }),
  pause: (value: unknown) => ({ ...node(value), paused: object(value, 'pause').paused === true }),
  drop: held,
  disconnect: (value: unknown) => ({ ...node(value), link: integer(object(value, 'disconnect').link, 'disconnect.link', 0) }),
  removeFault: (value: unknown) => ({
    ...node(value),
    fault: integer(object(value, 'removeFault').fault, 'removeFault.fault', 0),
  }),
  fault: (value: unknown) => ({ ...node(value), spec: text(object(value, 'fault').spec, 'fault.spec') }),
} satisfies Partial<Checks>;

export function frame(value: unknown): { readonly node: number; readonly frame: number } {
  return { ...node(value), frame: integer(object(value, 'showFrame').frame, 'showFrame.frame', 1) };
}

/** A fault that is being written. */
export function faultText(value: unknown): NodePageCalls['faultWords']['params'] {
  const { protocol, transport, isRelay, text: written } = object(value, 'fault');
  return {
    ...{ protocol: text(protocol, 'fault.protocol'), transport: transportOf(transport, 'fault.transport') },
    ...{ isRelay: isRelay === true, text: text(written, 'fault.text') },
  };
}

/** What is to become of a held message. */
export function heldAction(value: unknown): NodePageCalls['actOnHeld']['params'] {
  return { ...held(value), action: action(object(object(value, 'actOnHeld').action, 'action')) };
}

function action({ kind, times, milliseconds }: Record<string, unknown>): HeldAction {
  if (kind === 'send') return { kind, times: integer(times, 'action.times', 1, MOST_COPIES) };
  if (kind === 'delay') return { kind, milliseconds: integer(milliseconds, 'action.milliseconds', 0, LONGEST_DELAY_MS) };
  if (kind === 'replace') return { kind };
  throw mismatch('action.kind', 'send, delay, replace', kind);
}

export function node(value: unknown): { readonly node: number } {
  return { node: integer(object(value, 'node').node, 'node', 1) };
}

export function wish(value: unknown): NodeWish {
  const given = object(value, 'start');
  const { direction } = given;
  const transport = transportOf(given.transport, 'start.transport');
  if (direction !== 'listen' && direction !== 'connect' && direction !== 'relay')
    throw mismatch('start.direction', 'listen, connect, relay', direction);
  const own = (name: keyof NodeWish): string => text(given[name], `start.${name}`);
  return {
    ...{ protocol: own('protocol'), transport, direction, address: own('address').trim(), role: own('role') },
    ...{ mode: mode(given.mode), faults: texts(given.faults, 'start.faults', MOST_FAULTS), identity: own('identity').trim() },
    identityKind: own('identityKind'),
    ...(direction === 'relay'
      ? {
          forward: own('forward').trim(),
          keyLogs: texts(given.keyLogs, 'start.keyLogs', MOST_KEY_LOGS),
          terminates: given.terminates === true,
        }
      : {}),
  };
}

function transportOf(value: unknown, name: string): 'udp' | 'tcp' {
  if (value !== 'udp' && value !== 'tcp') throw mismatch(name, 'udp, tcp', value);
  return value;
}

function texts(value: unknown, name: string, most: number): readonly string[] {
  if (!Array.isArray(value) || value.length > most) throw mismatch(name, 'texts', typeof value);
  return value.map((each) => text(each, name));
}

export function held(value: unknown): { readonly node: number; readonly held: number } {
  return { ...node(value), held: integer(object(value, 'held').held, 'held', 0) };
}

export function pending(value: unknown): PendingOf {
  const { of } = object(value, 'pending');
  const { held: id, link, message: name } = object(of, 'pending.of');
  if (id !== undefined) return { ...node(value), of: { held: integer(id, 'pending.held', 0) } };
  return { ...node(value), of: { link: integer(link, 'pending.link', 0), message: text(name, 'pending.message') } };
}

export function message(value: unknown): { readonly node: number; readonly link: number; readonly message: string } {
  const given = object(value, 'message');
  return { ...node(value), link: integer(given.link, 'link', 0), message: text(given.message, 'message') };
}

function mode(value: unknown): NodeMode {
  const found = modes.find((each) => each === value);
  if (found === undefined) throw mismatch('mode', modes.join(', '), value);
  return found;
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > LONGEST_TEXT) throw mismatch(name, 'text', typeof value);
  return value;
}
